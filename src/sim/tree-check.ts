/** How the eager links lie: whether they are one tree. */
import type { PeerId } from '../base/peer.ts'

export interface Tree {
  /** Links that both ends hold to be eager. */
  readonly eagerLinks: number
  /** Links about which the ends do not agree. */
  readonly disputed: number
  /** Pieces that the eager links leave the hubs in: 1 if every message can be pushed to everybody. */
  readonly pieces: number
  /** Eager links beyond a tree: each costs a duplicate a message. */
  readonly cycles: number
}

interface Placed { readonly peer: PeerId, readonly hub: { readonly runtime: { linkOf: (peer: PeerId) => 'eager' | 'lazy' | 'none' } } | undefined, readonly links: ReadonlyMap<PeerId, unknown> }

export function treeOf (places: readonly Placed[]): Tree {
  const byPeer = new Map(places.map(place => [place.peer, place]))
  const parents = new Map<PeerId, PeerId>()
  const rootOf = (peer: PeerId): PeerId => {
    let root = peer
    for (let parent = parents.get(root); parent != null; parent = parents.get(root)) root = parent
    return root
  }
  let eagerLinks = 0
  let disputed = 0
  let pieces = places.length
  for (const place of places) {
    for (const peer of place.links.keys()) {
      const other = byPeer.get(peer)
      if (other == null || other.peer < place.peer) continue
      const [one, two] = [place.hub?.runtime.linkOf(peer) === 'eager', other.hub?.runtime.linkOf(place.peer) === 'eager']
      if (one !== two) disputed += 1
      if (!one || !two) continue
      eagerLinks += 1
      const [root, otherRoot] = [rootOf(place.peer), rootOf(peer)]
      if (root === otherRoot) continue
      parents.set(root, otherRoot)
      pieces -= 1
    }
  }
  return { eagerLinks, disputed, pieces, cycles: eagerLinks - (places.length - pieces) }
}
