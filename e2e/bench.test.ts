/** The benchmarks' command line, and a tiny run of each benchmark that needs browsers: so that none of them rots. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const projectFolder = fileURLToPath(new URL('..', import.meta.url))
const dials = 20
const runTimeoutMs = 80_000

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

test('bench lists its benchmarks, explains itself, and refuses what it does not know', async () => {
  const wrongs = [['no-such-benchmark'], ['connect', '--no-such-option'], ['connect', '--dials', 'many']]
  const [list, help, ...refusals] = await Promise.all([
    bench('--list'), bench('connect', '--help'),
    ...wrongs.map(wrong => bench(...wrong).then(() => undefined, (thrown: unknown) => thrown as { code: number, stdout: string, stderr: string }))
  ])
  expect(list.stdout.split('\n')).toContain('connect')
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
