/** The benchmarks' command line, and a tiny run of each benchmark that needs browsers: so that none of them rots. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { firstPaintBytesMax, workerBytesMax } from '../src/bench/bundle.ts'

const projectFolder = fileURLToPath(new URL('..', import.meta.url))
const dials = 4
/** Four browsers one after another, on a machine with much else to do. */
const runTimeoutMs = 170_000

type IngestSpeeds = Readonly<Record<'workers' | 'perSecond' | 'ceilingPerSecond' | 'ratio', number>>
interface BundleResult extends Readonly<Record<'firstPaintGzipBytes' | 'workerGzipBytes', number>> {
  readonly chunks: ReadonlyArray<{ readonly part: string, readonly gzipBytes: number }>
}
interface JoinRow { readonly by: string, readonly usableMs: number, readonly bytes: number }
interface JoinResult { readonly messages: number, readonly rows: readonly JoinRow[], readonly betweenTabs: Omit<JoinRow, 'by'> }
interface IngestResult extends IngestSpeeds { readonly where: string, readonly messages: number, readonly node: IngestSpeeds }
interface NetworkViewResult {
  readonly hubs: number
  readonly rows: ReadonlyArray<Readonly<Record<'frames' | 'workMsP50' | 'workMsMax', number>> & { readonly picture: string }>
}
interface HostileAppResult {
  readonly rows: ReadonlyArray<{ readonly app: string, readonly meanMs: number }>
  readonly refused: Readonly<Record<string, number>>
}

test('bench connect dials two tabs and reports what it measured', async () => {
  const { stdout } = await bench('connect', '--dials', String(dials), '--json')
  const result = JSON.parse(stdout) as Readonly<Record<'dials' | 'failed' | 'p50Ms' | 'p95Ms' | 'constructions', number>>
  expect(result.dials).toBe(dials)
  expect(result.failed, stdout).toBe(0)
  const { p50Ms, p95Ms, constructions } = result
  expect(p50Ms).toBeGreaterThan(0)
  expect(p95Ms).toBeGreaterThanOrEqual(p50Ms)
  expect(constructions, 'each dial builds a connection on both sides').toBeGreaterThanOrEqual(2 * dials)
})

test('bench ingest takes messages in, in a worker and in Node, as the bare pipeline does', async () => {
  const { stdout } = await bench('ingest', '--messages', '1000', '--rounds', '1', '--json')
  const { where, messages, node, ...chromium } = JSON.parse(stdout) as IngestResult
  expect({ where, messages }).toEqual({ where: 'chromium-worker', messages: 1_000 })
  for (const { workers, perSecond, ceilingPerSecond, ratio } of [chromium, node]) {
    expect(workers).toBeGreaterThan(0)
    expect(perSecond).toBeGreaterThan(0)
    expect(ratio).toBeCloseTo(perSecond / ceilingPerSecond, 1)
  }
})

test('bench join: a fresh tab gets all there is from a hub, and another one from that tab', async () => {
  const { stdout } = await bench('join', '--messages', '1000', '--json')
  const { messages, rows, betweenTabs } = JSON.parse(stdout) as JoinResult
  expect(messages).toBe(1_000)
  expect(rows.map(({ by }) => by)).toEqual(['fast-sync', 'diff-sync', 'raw-copy'])
  for (const { by, usableMs, bytes } of [...rows, { ...betweenTabs, by: 'fast-sync' }]) {
    expect(usableMs).toBeGreaterThan(0)
    // Of random ids and signatures 96 bytes a message stay whatever compresses the chunks.
    expect(bytes, `all messages crossed by ${by}`).toBeGreaterThan(1_000 * (by === 'fast-sync' ? 100 : 150))
  }
}, runTimeoutMs + 5_000)

test('bench messages-view: a reader is answered while messages arrive', async () => {
  const { stdout } = await bench('messages-view', '--messages', '2000', '--rate', '200', '--rounds', '1', '--json')
  const { listed, arrived, interactions, p50Ms, worstMs } = JSON.parse(stdout) as Readonly<Record<'listed' | 'arrived' | 'interactions' | 'p50Ms' | 'worstMs', number>>
  expect(listed).toBeGreaterThan(1_900)
  expect(arrived).toBeGreaterThan(0)
  expect(interactions).toBeGreaterThan(10)
  expect(worstMs).toBeGreaterThanOrEqual(p50Ms)
})

test('bench network-view: the work of each frame of both pictures is found', async () => {
  const { stdout } = await bench('network-view', '--hubs', '40', '--seconds', '4', '--json')
  const { hubs, rows } = JSON.parse(stdout) as NetworkViewResult
  expect(hubs).toBe(40)
  expect(rows.map(({ picture }) => picture)).toEqual(['graph', 'matrix'])
  for (const { picture, frames, workMsP50, workMsMax } of rows) {
    expect(frames, picture).toBeGreaterThan(0)
    expect(workMsMax, picture).toBeGreaterThanOrEqual(workMsP50)
  }
})

test('bench hostile-app: posts arrive beside an app that floods, most of whose calls are refused', async () => {
  const { stdout } = await bench('hostile-app', '--posts', '3', '--rounds', '1', '--json')
  const { rows, refused } = JSON.parse(stdout) as HostileAppResult
  expect(rows.map(({ app }) => app)).toEqual(['idle', 'burning', 'hostile', 'flooding'])
  for (const { app, meanMs } of rows) expect(meanMs, app).toBeGreaterThan(0)
  for (const code of ['scope-exceeded', 'invalid-argument']) expect(refused[code], code).toBeGreaterThan(0)
})

test('bench memory opens a hub that another process has filled', async () => {
  const { stdout } = await bench('memory', '--messages', '3000', '--json')
  const result = JSON.parse(stdout) as Readonly<Record<'messages' | 'bytesPerMessage' | 'indexBytes' | 'openMs', number>>
  expect(result.messages).toBe(3_000)
  for (const field of ['bytesPerMessage', 'indexBytes', 'openMs'] as const) expect(result[field], field).toBeGreaterThan(0)
})

test('bench bundle: what the page downloads stays within its budget', async () => {
  const { stdout } = await bench('bundle', '--json')
  const { firstPaintGzipBytes, workerGzipBytes, chunks } = JSON.parse(stdout) as BundleResult
  for (const part of ['first-paint', 'worker', 'on-demand']) expect(chunks.filter(chunk => chunk.part === part && chunk.gzipBytes > 0), part).not.toEqual([])
  expect(firstPaintGzipBytes).toBeLessThanOrEqual(firstPaintBytesMax)
  expect(workerGzipBytes).toBeLessThanOrEqual(workerBytesMax)
})

test('bench lists its benchmarks, explains itself, and refuses what it does not know', async () => {
  const wrongs = [['no-such-benchmark'], ['connect', '--no-such-option'], ['connect', '--dials', 'many']]
  const [list, help, ...refusals] = await Promise.all([
    bench('--list'), bench('connect', '--help'),
    ...wrongs.map(wrong => bench(...wrong).then(() => undefined, (thrown: unknown) => thrown as { code: number, stdout: string, stderr: string }))
  ])
  expect(list.stdout.split('\n')).toEqual(expect.arrayContaining(['bundle', 'connect', 'ingest', 'join', 'memory']))
  expect(help.stdout).toContain('--dials')
  for (const [index, refused] of refusals.entries()) {
    expect(refused, wrongs[index]?.join(' ')).toMatchObject({ code: 1, stdout: '' })
    expect(refused?.stderr, 'one line for people').toMatch(/^[^\n]+\.\)?\n$/)
  }
})

async function bench (...commandArguments: readonly string[]): Promise<{ stdout: string, stderr: string }> {
  return promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/bench/main.ts', ...commandArguments], {
    cwd: projectFolder, timeout: runTimeoutMs, env: { ...process.env, NODE_ENV: undefined }
  })
}
