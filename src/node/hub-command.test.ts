import './compat.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { epochStartMs } from '../message/epoch.ts'
import { genesisToJson, networkOf } from '../message/genesis.ts'
import type { MessageId } from '../message/types.ts'
import { openLevelDbStore } from '../store/leveldb.ts'
import { ask, startTestOrigin, temporaryFolder } from './fixtures/origin.ts'
import { attachHub } from './hub.ts'
import { replay } from './replay/replay.ts'

/** Each process compiles and loads all of libp2p, which takes seconds on a busy machine. */
const processTimeoutMs = 90_000

const rules = networkOf({ name: 'hub test', genesisTime: Date.UTC(2020, 0), admissionBits: 0, attesters: [] })
const otherRules = networkOf({ ...rules.genesis, name: 'other' })

interface Run {
  readonly stdout: () => string
  readonly stderr: () => string
  readonly signal: (signal: NodeJS.Signals) => void
  /** The exit code. */
  readonly ended: Promise<number | null>
}

function run (...args: string[]): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'hub-command.ts'), ...args], { env: { ...process.env, NODE_ENV: undefined } })
  onTestFinished(() => { child.kill('SIGKILL') })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (part: Buffer) => { stdout += part.toString() })
  child.stderr.on('data', (part: Buffer) => { stderr += part.toString() })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { stdout: () => stdout, stderr: () => stderr, signal: (signal) => { child.kill(signal) }, ended }
}

async function idsIn (dataFolder: string): Promise<Set<MessageId>> {
  const store = await openLevelDbStore(join(dataFolder, 'messages'))
  const ids = new Set<MessageId>()
  for await (const block of store.scan(1)) for (const { id } of block) ids.add(id)
  await store.close()
  return ids
}

/** What the hub in an origin's process counts. */
async function messagesAt (port: number): Promise<number> {
  return Number(/^hubbub_hub_messages (\d+)$/m.exec((await ask(port, '/metrics')).text)?.[1])
}

const log = pino({ enabled: false })

test('two hubs converge, also when one comes later or with nothing, and a signal ends it cleanly', { timeout: processTimeoutMs }, async () => {
  const folder = await temporaryFolder(onTestFinished)
  const [first, second, own] = [join(folder, 'first'), join(folder, 'second'), join(folder, 'own')]
  const origin = await startTestOrigin(onTestFinished, { ...rules, dataFolder: first, log }, { attachHub })
  const { port } = origin
  const file = join(folder, 'file.jsonl')
  await writeFile(file, Array.from({ length: 50 }, (_, index) => JSON.stringify({ author: `author ${index % 5}`, at: Date.UTC(2024, 0) + index, text: String(index) })).join('\n'))

  // Written before it is there, and while it is there.
  expect(await replay({ file, to: `http://localhost:${port}`, rate: undefined })).toMatchObject({ published: 50, messages: 60 })
  const hub = run('--connect', `http://localhost:${port}`, '--data', own)
  await expect.poll(() => messagesAt(port), { timeout: processTimeoutMs / 3 }).toBe(62) // both hubs' devices
  expect(hub.stdout()).toMatch(/^This hub runs[^\n]*\n$/)
  expect(await replay({ file, to: `http://localhost:${port}`, rate: undefined })).toMatchObject({ published: 50 })
  // Only what the hub has by then can come back from it.
  await expect.poll(() => hub.stderr().split('"message-stored"').length - 1, { timeout: processTimeoutMs / 3 }).toBeGreaterThanOrEqual(122)
  await origin.stop()

  // A server that has lost everything, and its key, comes back at the same address: what it then has, it has from the hub.
  const again = await startTestOrigin(onTestFinished, { ...rules, dataFolder: second, port, log }, { attachHub })
  await expect.poll(() => messagesAt(port), { timeout: processTimeoutMs / 3, interval: 200 }).toBeGreaterThanOrEqual(123)
  hub.signal('SIGTERM')
  expect(await hub.ended).toBe(0)
  expect(hub.stderr()).toContain('"stopped"')
  await again.stop()
  const kept = await idsIn(own)
  expect(await idsIn(second)).toEqual(kept)
  for (const id of await idsIn(first)) expect(kept.has(id)).toBe(true)

  // Its data and its network are kept: it starts again while nobody answers, and says so.
  const restarted = run('--connect', `http://localhost:${port}`, '--data', own, '--keep-days', '30')
  await expect.poll(restarted.stdout, { timeout: processTimeoutMs / 3 }).toContain('This hub runs')
  await expect.poll(restarted.stderr).toContain(`Nothing answers at http://localhost:${port}`)
  expect(JSON.parse(restarted.stderr().split('\n')[0] ?? '')).toMatchObject({ network: rules.network })
  // What is older than that it keeps no more: whole epochs of it. So few messages lie in no page yet, and stay (retention.test.ts has more of them).
  const givenUp = /messages from before ([^ "]*) were given up here/
  await expect.poll(restarted.stderr).toMatch(givenUp)
  const beforeMs = Date.now() - 30 * 86_400_000 - Date.parse(givenUp.exec(restarted.stderr())?.[1] ?? '')
  expect(beforeMs).toBeGreaterThanOrEqual(0)
  expect(beforeMs).toBeLessThan(2 * epochStartMs(1))
  restarted.signal('SIGINT')
  expect(await restarted.ended).toBe(0)
  expect(await idsIn(own)).toEqual(kept)
})

test('what keeps it from running is one sentence on stderr and an exit code', { timeout: processTimeoutMs }, async () => {
  const folder = await temporaryFolder(onTestFinished)
  const { port } = await startTestOrigin(onTestFinished, { ...rules, log }, { attachHub })
  const taken = join(folder, 'taken')
  const store = await openLevelDbStore(join(taken, 'messages'))
  onTestFinished(async () => store.close())
  const genesis = join(folder, 'genesis.json')
  await writeFile(genesis, JSON.stringify(genesisToJson(otherRules.genesis)))
  await writeFile(join(folder, 'file'), 'no folder')

  const [address, origin] = [`/ip4/127.0.0.1/tcp/${port}/ws`, `http://localhost:${port}`]
  const runs = [
    [run('--nonsense'), /--nonsense/],
    [run('--connect', 'nowhere', '--data', join(folder, 'a')), /--connect/],
    [run('--connect', 'http://localhost:1', '--data', join(folder, 'b')), /^Nothing answers at http:\/\/localhost:1 /],
    [run('--connect', origin, '--data', join(folder, 'file')), /--data/],
    [run('--connect', origin, '--data', taken), /messages/],
    [run('--connect', origin, '--data', join(folder, 'c'), '--genesis', join(folder, 'file')), /genesis/],
    [run('--connect', origin, '--data', join(folder, 'd'), '--genesis', genesis), /belongs to the network/],
    // Nobody says its network beforehand: the greeting does.
    [run('--connect', address, '--data', join(folder, 'e'), '--log-level', 'silent'), /another network/]
  ] as const
  for (const [{ ended, stderr }, sentence] of runs) {
    expect(await ended).toBe(1)
    const last = stderr().trimEnd().split('\n').at(-1) ?? ''
    expect(last).toMatch(sentence)
    expect(last).toMatch(/^[A-Z-][^\n]+\.$/)
  }
})

test('a folder stays in its network', { timeout: processTimeoutMs }, async () => {
  const dataFolder = await temporaryFolder(onTestFinished)
  const origin = await startTestOrigin(onTestFinished, { ...rules, dataFolder, log }, { attachHub })
  await origin.stop()
  await expect(startTestOrigin(onTestFinished, { ...otherRules, dataFolder, log }, { attachHub })).rejects.toMatchObject({ code: 'wrong-network' })
  // Nothing is held open by the refusal.
  await (await startTestOrigin(onTestFinished, { ...rules, dataFolder, log }, { attachHub })).stop()
})

test('--help prints the options and does nothing else', { timeout: processTimeoutMs }, async () => {
  const help = run('--help')
  expect(await help.ended).toBe(0)
  expect(help.stdout()).toContain('--connect')
  expect(help.stderr()).toBe('')
})
