import { describe, expect, test } from 'vitest'
import { createHistory, latenciesOf, type Read } from './history.ts'

const read = (node: string, atMs: number, values: readonly unknown[]): Read => ({ node, invokedMs: atMs, completedMs: atMs + 1, values })

describe('a history of broadcasts', () => {
  test('is right when every node has every value in the end, and says how late it was', () => {
    const history = createHistory()
    history.broadcast(1, 100)
    history.acknowledged(1, 110)
    history.read(read('n0', 50, [])) // before it was asked for: says nothing
    history.read(read('n1', 300, []))
    history.read(read('n1', 420, [1]))
    history.visible(1, 105)
    history.visible(1, 400)
    const verdict = history.check([read('n0', 900, [1]), read('n1', 900, [1])], 2)
    expect(verdict).toEqual({
      acknowledged: 1, lost: [], duplicated: [], unexpected: [],
      stable: { medianMs: 190, p99Ms: 190, maxMs: 190 }, visible: { medianMs: 300, p99Ms: 300, maxMs: 300 }
    })
  })

  test('finds what is lost, read twice, or was broadcast by nobody', () => {
    const history = createHistory()
    for (const value of [1, 2, 3, 4]) history.broadcast(value, value)
    for (const value of [1, 2]) history.acknowledged(value, 10)
    history.refused(4)
    history.read(read('n0', 20, [1, 2, 1]))
    const verdict = history.check([read('n0', 900, [1, 2]), read('n1', 900, [1, 4])], 2)
    // 3 was never acknowledged: it may be missing.
    expect(verdict).toMatchObject({ acknowledged: 2, lost: [2], duplicated: [1], unexpected: [4] })
  })

  test('a node that was not read in the end has lost everything', () => {
    const history = createHistory()
    history.broadcast(1, 0)
    history.acknowledged(1, 1)
    expect(history.check([read('n0', 900, [1])], 2).lost).toEqual([1])
  })
})

test('latencies are of sorted values', () => {
  expect(latenciesOf([])).toBeNull()
  expect(latenciesOf(Array.from({ length: 1_000 }, (_, index) => 999 - index))).toEqual({ medianMs: 500, p99Ms: 990, maxMs: 999 })
})
