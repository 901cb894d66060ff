/**
 * What this hub knows of its stored members without reading them: where each is in the store, its time, and what it refers to, in columns beside the
 * replicated set's. Every query is one walk along the order of time over these columns: some 10 ns a member. It knows neither the
 * store nor what a message says; reading is messages.ts's business.
 */
import { createColumn, type Column } from '../../base/column.ts'
import type { Kind, PublicKeyHex } from '../../message/types.ts'
import type { ReplicatedSet } from '../../message/replicated-set.ts'
import { isNamed, type References } from './references.ts'
import { createTimeOrder } from './time-order.ts'

/** What a walk visits: everything left out lets everything through. */
export interface Selection {
  readonly author?: PublicKeyHex | undefined
  readonly kind?: Kind | undefined
  readonly target?: Pick<References, 'targetHigh' | 'targetLow'> | undefined
  readonly name?: number | undefined
  /** Milliseconds, both included. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Only what comes after this member in the direction of the walk. */
  readonly after?: number | undefined
}

export interface CatalogRow extends References {
  /** undefined: dropped; the member stays, its bytes are not here. */
  readonly event: number | undefined
  readonly timestamp: number
}

export interface Catalog {
  /** Members that are stored here. */
  readonly size: number
  /** Of places and times, and of what messages refer to. */
  readonly memoryBytes: { readonly places: number, readonly references: number }
  /** A member that is not in it yet. */
  add (member: number, row: CatalogRow): void
  has (member: number): boolean
  /** The member's number is about to be given to another: everything here forgets it. */
  remove (member: number): void
  /** Where its bytes are; undefined: not here, or not any more. */
  eventOf (member: number): number | undefined
  /** undefined: its bytes were dropped. */
  setEvent (member: number, event: number | undefined): void
  setReferences (member: number, references: References): void
  timestampOf (member: number): number
  /** By (timestamp, id). */
  isBefore (one: number, other: number): boolean
  referencesOf (member: number): References
  /** Whether the row passes the selection's author, kind, target and name. */
  passes (member: number, selection: Selection): boolean
  /** Visits what passes, by (timestamp, id), until `visit` returns true. What was dropped from the store is passed over. */
  walk (selection: Selection, order: 'ascending' | 'descending', visit: (member: number) => boolean): void
}

/** The replicated set, as far as its columns are read here. */
export type Members = Pick<ReplicatedSet, 'memberOf' | 'readId' | 'kindOf' | 'authorOf' | 'standingOf'>

/** A timestamp has 48 bits. */
const highWord = 0x1_0000_0000
const idWords = 8
/** What the column of events says of a member that has no row, and of one whose bytes were dropped. */
const noRow = 0
const dropped = 0xffff_ffff

export function createCatalog (members: Members): Catalog {
  const events = createColumn(length => new Uint32Array(length))
  const timesLow = createColumn(length => new Uint32Array(length))
  const timesHigh = createColumn(length => new Uint16Array(length))
  const targetsHigh = createColumn(length => new Uint32Array(length))
  const targetsLow = createColumn(length => new Uint32Array(length))
  const names = createColumn(length => new Uint32Array(length))

  const timestampOf = (member: number): number => timesHigh.get(member) * highWord + timesLow.get(member)
  const isBefore = (one: number, other: number): boolean => {
    const difference = timestampOf(one) - timestampOf(other)
    return difference === 0 ? isIdBelow(one, other) : difference < 0
  }
  const order = createTimeOrder(isBefore)
  const [wordsOfOne, wordsOfOther] = [new Uint32Array(idWords), new Uint32Array(idWords)]
  const isIdBelow = (one: number, other: number): boolean => {
    members.readId(one, wordsOfOne)
    members.readId(other, wordsOfOther)
    for (let word = 0; word < idWords; word += 1) {
      const [its, others] = [wordsOfOne[word] as number, wordsOfOther[word] as number]
      if (its !== others) return its < others
    }
    return false
  }

  function isStored (member: number): boolean {
    const event = events.get(member)
    return event !== noRow && event !== dropped
  }

  function setReferences (member: number, { targetHigh, targetLow, name }: References): void {
    targetsHigh.set(member, targetHigh)
    targetsLow.set(member, targetLow)
    names.set(member, name)
  }

  function passes (member: number, { author, kind, target, name }: Selection): boolean {
    return (kind === undefined || members.kindOf(member) === kind) &&
      (target === undefined || (targetsLow.get(member) === target.targetLow && targetsHigh.get(member) === target.targetHigh)) &&
      (name === undefined || isNamed(names.get(member), name)) &&
      (author === undefined || members.authorOf(member) === author)
  }

  return {
    get size () { return order.size },
    get memoryBytes () {
      const sumOf = (...columns: Column[]): number => columns.reduce((sum, column) => sum + column.memoryBytes(), 0)
      return { places: sumOf(events, timesLow, timesHigh) + order.memoryBytes, references: sumOf(targetsHigh, targetsLow, names) }
    },
    add (member, row) {
      events.set(member, row.event ?? dropped)
      timesLow.set(member, row.timestamp % highWord)
      timesHigh.set(member, Math.floor(row.timestamp / highWord))
      setReferences(member, row)
      order.add(member)
    },
    has: member => events.get(member) !== noRow,
    remove (member) {
      if (events.get(member) === noRow) return
      // By its time alone: its number may name another message by now, whose id would lead elsewhere.
      const timestamp = timestampOf(member)
      order.remove(member, other => timestampOf(other) >= timestamp, other => timestampOf(other) > timestamp)
      events.set(member, noRow)
    },
    eventOf: member => isStored(member) ? events.get(member) : undefined,
    setEvent: (member, event) => { events.set(member, event ?? dropped) },
    setReferences,
    timestampOf,
    isBefore,
    referencesOf: member => ({ targetHigh: targetsHigh.get(member), targetLow: targetsLow.get(member), name: names.get(member) }),
    passes,
    walk (selection, direction, visit) {
      const { since = 0, until = Infinity, after } = selection
      const visitPassing = (member: number): boolean => isStored(member) && passes(member, selection) && visit(member)
      if (direction === 'ascending') {
        order.ascending(
          member => timestampOf(member) >= since && (after === undefined || isBefore(after, member)),
          member => timestampOf(member) > until || visitPassing(member))
      } else {
        order.descending(
          member => timestampOf(member) > until || (after !== undefined && !isBefore(member, after)),
          member => timestampOf(member) < since || visitPassing(member))
      }
    }
  }
}
