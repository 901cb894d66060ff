/** The graph that hubs are linked by, and its shortest paths: what the ways of messages are held against. */
import type { Pair } from '../../sim/overlay.ts'

/** Links of the shortest path from one hub to each; −1 where there is none. */
export function distancesFrom (hub: number, hubs: number, links: readonly Pair[]): Int32Array {
  const neighbours = Array.from({ length: hubs }, (): number[] => [])
  for (const [one, other] of links) {
    neighbours[one]?.push(other)
    neighbours[other]?.push(one)
  }
  const distances = new Int32Array(hubs).fill(-1)
  distances[hub] = 0
  const queue = [hub]
  for (const next of queue) {
    for (const neighbour of neighbours[next] ?? []) {
      if (distances[neighbour] !== -1) continue
      distances[neighbour] = (distances[next] ?? 0) + 1
      queue.push(neighbour)
    }
  }
  return distances
}

/** A message that came to a hub over so many links from this author; none of them counts where there are none. */
export interface Delivery {
  readonly author: number
  readonly hub: number
  readonly hops: number
}

/** Links the messages came over ÷ links of the shortest paths, mean over deliveries to others than the author. */
export function stretchOf (deliveries: readonly Delivery[], hubs: number, links: readonly Pair[]): number {
  const from = new Map<number, Int32Array>()
  let sum = 0
  let count = 0
  for (const { author, hub, hops } of deliveries) {
    if (author === hub || hops <= 0) continue
    let distances = from.get(author)
    if (distances == null) from.set(author, distances = distancesFrom(author, hubs, links))
    const shortest = distances[hub] ?? -1
    if (shortest <= 0) continue
    sum += hops / shortest
    count += 1
  }
  return count === 0 ? 0 : sum / count
}
