import { describe, expect, test } from 'vitest'
import { profiles } from '../../node/maelstrom/profile.ts'
import { runMaelstrom, type MaelstromRun } from './command.ts'

const base: MaelstromRun = {
  virtual: true, workload: 'broadcast', nodes: 25, latencyMs: 100, latencyDistribution: 'constant', rate: 100, seconds: 8, profile: 'latency', partitions: false, seed: 1
}

/** A few seconds of one core; more where many tests share it. */
const timeoutMs = 90_000

describe('Maelstrom in virtual time', { timeout: timeoutMs }, () => {
  test.each(['echo', 'unique-ids'] as const)('%s is valid', async (workload) => {
    expect(await runMaelstrom({ ...base, workload, nodes: 3, seconds: 2 })).toMatchObject({ valid: true, failures: [] })
  })

  test('25 nodes, latency profile: within the bounds of challenge 3d', async () => {
    const report = await runMaelstrom(base)
    expect(report.failures).toEqual([])
    expect(report.msgsPerOp).toBeLessThanOrEqual(14)
    expect(report.visible?.medianMs).toBeLessThanOrEqual(400)
    expect(report.visible?.maxMs).toBeLessThanOrEqual(600)
  })

  test('25 nodes, throughput profile: within the bounds of challenge 3e', async () => {
    const report = await runMaelstrom({ ...base, profile: 'throughput' })
    expect(report.failures).toEqual([])
    expect(report.msgsPerOp).toBeLessThanOrEqual(3)
    expect(report.visible?.medianMs).toBeLessThanOrEqual(700)
    expect(report.visible?.maxMs).toBeLessThanOrEqual(1_200)
  })

  test.each(Object.keys(profiles) as Array<keyof typeof profiles>)('silent partitions lose nothing, %s', async (profile) => {
    const report = await runMaelstrom({ ...base, profile, partitions: true, nodes: 9, seconds: 12, seed: 3 })
    expect(report.failures).toEqual([])
    expect(report.partitionsMade).toBeGreaterThan(0)
    expect(report.droppedMessages).toBeGreaterThan(0)
  })

  test('messages that overtake one another lose nothing', async () => {
    for (const latencyDistribution of ['uniform', 'exponential'] as const) {
      expect((await runMaelstrom({ ...base, nodes: 5, seconds: 4, latencyDistribution })).failures).toEqual([])
    }
  })

  test('a run follows from its seed', async () => {
    const short = { ...base, nodes: 5, seconds: 3, partitions: true }
    const [one, again, other] = [await runMaelstrom(short), await runMaelstrom(short), await runMaelstrom({ ...short, seed: 2 })]
    expect(again).toEqual(one)
    expect(other.serverMessages).not.toBe(one.serverMessages)
  })
})
