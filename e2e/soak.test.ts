/** The long checks' command line, and a small fixed share of those that kill processes: the full ones are run by hand. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { httpEventsOf } from '../src/soak/http-events.ts'
import { joinOf } from '../src/soak/join.ts'
import { meshOf } from '../src/soak/mesh.ts'
import { soak as runSoak } from '../src/soak/soak.ts'

const projectFolder = fileURLToPath(new URL('..', import.meta.url))
/** A run of a killed browser is up to three launches. */
const runTimeoutMs = 170_000
/** Of the runs of seed 1 one with a single life. */
const crashRun = 10
/** … and of a join's one with a single kill, in the middle. */
const joinRun = 6

test('soak crash: a hub whose browser is killed while it writes has everything that it acknowledged', async () => {
  await passes('crash', crashRun)
}, runTimeoutMs + 5_000)

test('soak crash-node: a server hub that is killed while it writes has everything that it acknowledged', async () => {
  await passes('crash-node', 1)
}, runTimeoutMs + 5_000)

test('soak tabs: a hub whose tab is frozen goes on in another one, and nothing that was acknowledged is lost or doubled', async () => {
  const { stdout, stderr } = await soak('tabs', '--runs', '1', '--first', '2', '--json')
  expect(JSON.parse(stdout)).toEqual({ name: 'tabs', runs: 1, failed: 0, firstFailure: null })
  expect(stderr).toContain('2 tabs, frozen: writing stood still for')
}, runTimeoutMs + 5_000)

test('soak http-events: a reader that is killed and resumed sees every event once, and readers that take nothing cost little', async () => {
  const told: string[] = []
  const result = await runSoak(httpEventsOf({ resumptions: 3, readers: 30, backlog: 30 }), { runs: 2, seed: 1, first: 1 }, (line) => { told.push(line) })
  expect(result, told.join('\n')).toEqual({ name: 'http-events', runs: 2, failed: 0, firstFailure: null })
  // Not vacuous: there were events to miss.
  expect(Number(/a subscriber saw (\d+) events/.exec(told.join())?.[1])).toBeGreaterThan(10)
})

test('soak join: a fresh hub whose browser is killed in the middle of its join goes on with what is missing', async () => {
  const told: string[] = []
  const result = await runSoak(joinOf({ messages: 2_000 }), { runs: 1, seed: 1, first: joinRun }, (line) => { told.push(line) })
  expect(result, told.join('\n')).toEqual({ name: 'join', runs: 1, failed: 0, firstFailure: null })
  expect(told.join()).toContain('1 kills')
}, runTimeoutMs + 5_000)

test('soak mesh: tabs that open at once become a mesh, and are equal again after each was cut off', async () => {
  const told: string[] = []
  const result = await runSoak(meshOf({ tabs: 4 }), { runs: 1, seed: 1, first: 1 }, (line) => { told.push(line) })
  expect(result, told.join('\n')).toEqual({ name: 'mesh', runs: 1, failed: 0, firstFailure: null })
  expect(told.join()).toMatch(/4 tabs were equal after [12] rounds/)
}, runTimeoutMs + 5_000)

test('soak lists its checks, explains itself, and refuses what it does not know', async () => {
  const [list, help, fuzz, refused] = await Promise.all([
    soak('--list'), soak('crash', '--help'), soak('fuzz', '--runs', '100', '--json'),
    soak('no-such-check').then(() => undefined, (thrown: unknown) => thrown)
  ])
  expect(list.stdout.trim().split('\n')).toEqual(['fuzz', 'crash', 'join', 'crash-node', 'maelstrom', 'maelstrom-virtual', 'mesh', 'seeds', 'tabs', 'http-events'])
  expect(help.stdout).toContain('--first')
  expect(JSON.parse(fuzz.stdout)).toEqual({ name: 'fuzz', runs: 100, failed: 0, firstFailure: null })
  expect(refused).toMatchObject({ code: 1, stdout: '' })
})

async function passes (name: string, run: number): Promise<void> {
  const { stdout, stderr } = await soak(name, '--runs', '1', '--first', String(run), '--seed', '1', '--json')
  expect(JSON.parse(stdout)).toEqual({ name, runs: 1, failed: 0, firstFailure: null })
  // Not vacuous: something had been acknowledged before the kills.
  expect(Number(/(\d+) acknowledged messages/.exec(stderr)?.[1])).toBeGreaterThan(0)
}

async function soak (...commandArguments: readonly string[]): Promise<{ stdout: string, stderr: string }> {
  return promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/soak/main.ts', ...commandArguments], {
    cwd: projectFolder, timeout: runTimeoutMs, env: { ...process.env, NODE_ENV: undefined }
  })
}
