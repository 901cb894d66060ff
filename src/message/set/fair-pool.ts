/**
 * A bounded pool in which nobody crowds out others (set/SPEC.md, "Limits"). Its room is shared among senders, and a sender's among authors.
 * When it is full, whoever holds at least an average share of a share of it is refused; whoever holds less takes the room of the oldest item of the
 * largest holder. Senders matter more than authors, which cost nothing to invent.
 */
import type { MessageId, PublicKeyHex } from '../types.ts'

export interface Held<T> {
  readonly id: MessageId
  readonly sender: string
  readonly author: PublicKeyHex
  readonly weight: number
  readonly item: T
}

export interface FairPool<T> {
  size (): number
  /** The same as a size of 0, in a fraction of the time: asked for every member that is restored. */
  isEmpty (): boolean
  get (id: MessageId): T | undefined
  /** False when there is no room for it. Calls `onEvicted` for each item that had to make room. */
  add (held: Held<T>): boolean
  take (id: MessageId): T | undefined
  /** In the order in which they came. */
  entries (): Iterable<Held<T>>
}

interface Share {
  weight: number
  /** By author, the one that has been there longest first; items oldest first. */
  readonly authors: Map<PublicKeyHex, Part>
}

interface Part {
  weight: number
  readonly ids: Set<MessageId>
}

export function createFairPool<T> (weightMax: number, onEvicted: (held: Held<T>) => void): FairPool<T> {
  const all = new Map<MessageId, Held<T>>()
  const shares = new Map<string, Share>()
  let weight = 0

  const count = (held: Held<T>): void => {
    const share: Share = shares.get(held.sender) ?? { weight: 0, authors: new Map<PublicKeyHex, Part>() }
    const part: Part = share.authors.get(held.author) ?? { weight: 0, ids: new Set<MessageId>() }
    part.ids.add(held.id)
    part.weight += held.weight
    share.weight += held.weight
    weight += held.weight
    share.authors.set(held.author, part)
    shares.set(held.sender, share)
  }

  const uncount = (held: Held<T>): void => {
    const share = shares.get(held.sender)
    const part = share?.authors.get(held.author)
    if (share === undefined || part === undefined) return
    part.ids.delete(held.id)
    part.weight -= held.weight
    share.weight -= held.weight
    weight -= held.weight
    if (part.ids.size === 0) share.authors.delete(held.author)
    if (share.authors.size === 0) shares.delete(held.sender)
  }

  const take = (id: MessageId): Held<T> | undefined => {
    const held = all.get(id)
    if (held === undefined) return undefined
    all.delete(id)
    uncount(held)
    return held
  }

  const heaviest = (): Share | undefined => {
    let found: Share | undefined
    for (const share of shares.values()) if (found === undefined || share.weight > found.weight) found = share
    return found
  }

  /** Whose oldest item makes room for something of this sender and author; undefined: its own would have to, so it is refused. */
  const victim = (sender: string, author: PublicKeyHex): MessageId | undefined => {
    const own = shares.get(sender)
    let share = own
    if (own === undefined || own.weight * shares.size < weight) share = heaviest()
    else {
      const part = own.authors.get(author)
      if (part !== undefined && part.weight * own.authors.size >= own.weight) return undefined
    }
    for (const part of share?.authors.values() ?? []) for (const id of part.ids) return id
    return undefined
  }

  return {
    size: () => all.size,
    isEmpty: () => weight === 0,
    get: id => all.get(id)?.item,
    add (held) {
      const before = all.get(held.id)
      if (before !== undefined) {
        // Offered by another peer too: it counts for the one that holds less, so that a hostile peer gains nothing by being first.
        if (before.sender === held.sender || (shares.get(held.sender)?.weight ?? 0) >= (shares.get(before.sender)?.weight ?? 0)) return true
        uncount(before)
        const moved = { ...before, sender: held.sender }
        all.set(held.id, moved)
        count(moved)
        return true
      }
      if (held.weight > weightMax) return false
      while (weight + held.weight > weightMax) {
        const id = victim(held.sender, held.author)
        const evicted = id === undefined ? undefined : take(id)
        if (evicted === undefined) return false
        onEvicted(evicted)
      }
      all.set(held.id, held)
      count(held)
      return true
    },
    take: id => take(id)?.item,
    entries: () => all.values()
  }
}
