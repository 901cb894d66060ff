/**
 * Which links can be given up without cutting the mesh in two (SPEC.md V9), from what hubs announce of their links. Pure.
 *
 * All links have a place in one order that every hub can tell. A link is spare if another way leads to its other end over links that all come
 * before it. What is left when every hub gives up all its spare links, in whatever order and at the same moment, still holds together: it is the
 * mesh's minimum spanning tree (of a ring of links the last one is in no such tree).
 */
import type { PeerId } from '../base/peer.ts'

/** Hubs looked at for another way. A way round is a few links long; this many are looked at in a few milliseconds. */
const visitedMax = 1_024

/** Whether `self` reaches `peer` without their link, over links before it. `neighboursOf`: as announced lately, for all but `self`. */
export function isSpare (self: PeerId, peer: PeerId, linked: readonly PeerId[], neighboursOf: (of: PeerId) => Iterable<PeerId>): boolean {
  const given = placeOf(self, peer)
  const visited = new Set<PeerId>([self])
  for (const at of visited) {
    for (const next of at === self ? linked : neighboursOf(at)) {
      if (visited.has(next) || (at === self && next === peer) || !isBefore(placeOf(at, next), given)) continue
      if (next === peer) return true
      if (visited.size < visitedMax) visited.add(next)
    }
  }
  return false
}

interface Place { readonly hash: number, readonly name: string }

function isBefore (one: Place, other: Place): boolean {
  return one.hash === other.hash ? one.name < other.name : one.hash < other.hash
}

/**
 * FNV-1a, 32 bits, over both ids, and then MurmurHash3's last step, without which the links of one hub lie side by side. By the ids themselves, the same
 * hubs would lose links everywhere.
 */
function placeOf (one: PeerId, other: PeerId): Place {
  const name = one < other ? `${one} ${other}` : `${other} ${one}`
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b)
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35)
  return { hash: (hash ^ hash >>> 16) >>> 0, name }
}
