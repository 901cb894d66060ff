/** Who is linked to whom at the start of a run. */
import type { Random } from '../base/seeded-random.ts'
import type { Scenario } from './scenario.ts'

export type Pair = readonly [one: number, other: number]

/** Links a hub where hub 0 is besieged, of the others. */
const besiegersDegree = 4

/**
 * Links among hubs 0 to `hubs` − 1, each once, of which those from `honest` on are hostile. A degree gives so many links a hub, seldom one or two less: rings
 * in random orders, laid over each other. So the hubs are connected and the paths short, as peer sampling makes them. Besieged: hub 0 is linked to hub 1, to
 * all hostile ones, and to nobody else; the other honest ones have such links among themselves.
 */
export function createOverlay (hubs: number, degree: Scenario['degree'], random: Random, honest = hubs): Pair[] {
  if (degree === 'besieged') {
    // The honest neighbour comes last: whoever was first may take all the places first.
    const around = [...Array.from({ length: hubs - honest }, (_, index) => honest + index), 1]
    return [...around.map((index): Pair => [0, index]), ...createOverlay(honest - 1, besiegersDegree, random).map(([one, other]): Pair => [one + 1, other + 1])]
  }
  const order = Array.from({ length: hubs }, (_, index) => index)
  if (degree === 'full') return order.flatMap(one => order.slice(one + 1).map(other => [one, other] as const))
  if (degree === 'line') return order.slice(1).map(other => [other - 1, other] as const)
  const pairs = new Map<number, Pair>()
  for (let ring = 0; ring < (degree === 'ring' ? 1 : Math.ceil(degree / 2)); ring += 1) {
    const around = degree === 'ring' ? order : shuffled(order, random)
    for (const [index, hub] of around.entries()) {
      const next = around[(index + 1) % hubs] ?? hub
      const [one, other] = hub < next ? [hub, next] : [next, hub]
      if (one !== other) pairs.set(one * hubs + other, [one, other])
    }
  }
  return [...pairs.values()]
}

export function shuffled<T> (list: readonly T[], random: Random): T[] {
  const result = [...list]
  for (let index = result.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1)
    ;[result[index], result[other]] = [result[other] as T, result[index] as T]
  }
  return result
}

/** `share` of a list, at least one of it unless the share is 0. */
export function sample<T> (list: readonly T[], share: number, random: Random): T[] {
  return share === 0 ? [] : shuffled(list, random).slice(0, Math.max(1, Math.round(list.length * share)))
}
