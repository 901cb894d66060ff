/** Partitions as Maelstrom's nemesis makes them: one node alone, a third, two halves, or a ring in which every node sees a majority and no two the same. */
import type { Random } from '../../base/seeded-random.ts'

export interface Partition {
  readonly sentence: string
  readonly blocked: (from: string, to: string) => boolean
}

const kinds = ['one', 'third', 'halves', 'ring'] as const

export function choosePartition (ids: readonly string[], random: Random): Partition {
  const order = shuffled(ids, random)
  const kind = random.pick(kinds)
  if (kind === 'ring') return ring(order)
  const size = kind === 'one' ? 1 : kind === 'third' ? Math.floor((order.length - 1) / 3) || 1 : Math.floor(order.length / 2)
  const apart = new Set(order.slice(0, size))
  return { sentence: `${[...apart].join(' ')} apart from the others`, blocked: (from, to) => apart.has(from) !== apart.has(to) }
}

/** Each node sees the next ones in the ring, half of them to each side. */
function ring (order: readonly string[]): Partition {
  const placeOf = new Map(order.map((id, place) => [id, place]))
  const reach = Math.floor((Math.floor(order.length / 2) + 1) / 2)
  const distance = (from: string, to: string): number => {
    const steps = Math.abs((placeOf.get(from) ?? 0) - (placeOf.get(to) ?? 0))
    return Math.min(steps, order.length - steps)
  }
  return { sentence: `each sees ${reach} to either side of ${order.join(' ')}`, blocked: (from, to) => distance(from, to) > reach }
}

function shuffled (ids: readonly string[], random: Random): string[] {
  const left = [...ids]
  const order: string[] = []
  while (left.length > 0) order.push(...left.splice(random.below(left.length), 1))
  return order
}
