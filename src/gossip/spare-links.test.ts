import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import { isSpare } from './spare-links.ts'

type Graph = Map<PeerId, Set<PeerId>>

function graphOf (pairs: ReadonlyArray<readonly [string, string]>): Graph {
  const graph: Graph = new Map()
  for (const [one, other] of pairs as Array<[PeerId, PeerId]>) {
    if (one === other) continue
    graph.set(one, (graph.get(one) ?? new Set()).add(other))
    graph.set(other, (graph.get(other) ?? new Set()).add(one))
  }
  return graph
}

const spareIn = (graph: Graph, self: PeerId, peer: PeerId): boolean => isSpare(self, peer, [...graph.get(self) ?? []], of => graph.get(of) ?? [])

/** Every link once. */
function pairsOf (graph: Graph): Array<readonly [PeerId, PeerId]> {
  return [...graph].flatMap(([one, others]) => [...others].filter(other => one < other).map(other => [one, other] as const))
}

function partsOf (graph: Graph): number {
  const left = new Set(graph.keys())
  let parts = 0
  for (const start of left) {
    parts += 1
    const part = new Set([start])
    for (const peer of part) for (const next of graph.get(peer) ?? []) part.add(next)
    for (const member of part) left.delete(member)
  }
  return parts
}

const graphs = fc.array(fc.tuple(fc.nat(12), fc.nat(12)).map(([one, other]) => [`hub ${one}`, `hub ${other}`] as const), { minLength: 10, maxLength: 50, size: 'max' }).map(graphOf)

describe('[V9] spare links', () => {
  test('a link on which others depend is never spare, in a ring of any length exactly one is', () => {
    const line = graphOf([['a', 'b'], ['b', 'c']])
    expect(pairsOf(line).filter(([one, other]) => spareIn(line, one, other))).toEqual([])
    for (let length = 3; length < 12; length += 1) {
      const ring = graphOf(Array.from({ length }, (_, index) => [`hub ${index}`, `hub ${(index + 1) % length}`] as const))
      expect(pairsOf(ring).filter(([one, other]) => spareIn(ring, one, other))).toHaveLength(1)
    }
  })

  test('both ends agree', () => {
    fc.assert(fc.property(graphs, (graph) => {
      for (const [one, other] of pairsOf(graph)) expect(spareIn(graph, one, other)).toBe(spareIn(graph, other, one))
    }))
  })

  test('all hubs at once may give up all of them, and what was one stays one: a tree is left', () => {
    let given = 0
    fc.assert(fc.property(graphs, (graph) => {
      const pairs = pairsOf(graph)
      const kept = pairs.filter(([one, other]) => !spareIn(graph, one, other))
      given += pairs.length - kept.length
      const left = graphOf(kept)
      for (const peer of graph.keys()) if (!left.has(peer)) left.set(peer, new Set())
      expect(partsOf(left)).toBe(partsOf(graph))
      expect(kept.length).toBe(graph.size - partsOf(graph))
    }))
    expect(given).toBeGreaterThan(100)
  })

  test('what nobody announced is no way round', () => {
    const ring = graphOf([['a', 'b'], ['b', 'c'], ['c', 'd'], ['d', 'a']])
    const [one, other] = pairsOf(ring).find(pair => spareIn(ring, ...pair))!
    expect(isSpare(one, other, [...ring.get(one)!], () => [])).toBe(false)
  })
})
