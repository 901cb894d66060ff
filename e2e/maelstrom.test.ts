/** The Maelstrom node as it is built, under our own Maelstrom. Only right and wrong count here: figures are for `npm run sim -- maelstrom`. */
import { spawn } from 'node:child_process'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { builtNode } from '../src/sim/maelstrom/built-node.ts'
import { runMaelstrom, type MaelstromRun } from '../src/sim/maelstrom/command.ts'

const base: MaelstromRun = {
  virtual: false, workload: 'broadcast', nodes: 5, latencyMs: 100, latencyDistribution: 'constant', rate: 50, seconds: 2, profile: 'latency', partitions: false, seed: 1
}

beforeAll(async () => { await builtNode() })

test('the built file runs by itself, anywhere, and ends with its input', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hubbub-maelstrom-'))
  onTestFinished(async () => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'node.js')
  await copyFile(await builtNode(), file)
  const node = spawn(file, [], { env: { PATH: process.env.PATH } })
  let output = ''
  node.stdout.setEncoding('utf8').on('data', (chunk: string) => { output += chunk })
  const ended = new Promise((resolve) => { node.on('exit', resolve) })
  node.stdin.end([
    { type: 'init', msg_id: 1, node_id: 'n1', node_ids: ['n1'] }, { type: 'echo', msg_id: 2, echo: 'Please' }
  ].map(body => `${JSON.stringify({ src: 'c1', dest: 'n1', body })}\n`).join(''))
  expect(await ended).toBe(0)
  const answers = output.trim().split('\n').map(line => (JSON.parse(line) as { body: unknown }).body)
  expect(answers).toContainEqual({ type: 'init_ok', in_reply_to: 1 })
  expect(answers).toContainEqual({ type: 'echo_ok', in_reply_to: 2, echo: 'Please' })
})

describe.concurrent('processes of it', () => {
  test.each<[string, Partial<MaelstromRun>]>([
    ['echo', { workload: 'echo', nodes: 1 }],
    ['unique-ids', { workload: 'unique-ids', nodes: 3 }],
    ['broadcast, 1 node', { nodes: 1 }],
    ['broadcast, 5 nodes', {}],
    ['broadcast, 5 nodes, silent partitions', { partitions: true, seconds: 6 }]
  ])('%s: valid, nothing lost, nothing twice', async (_name, options) => {
    const report = await runMaelstrom({ ...base, ...options })
    expect(report.failures).toEqual([])
    expect(report.partitionsMade > 0).toBe(options.partitions === true)
  })
})

test('25 nodes: valid, nothing lost, nothing twice', async () => {
  const report = await runMaelstrom({ ...base, nodes: 25, rate: 100, seconds: 3 })
  expect(report.failures).toEqual([])
  expect(report.acknowledged).toBeGreaterThan(50)
})
