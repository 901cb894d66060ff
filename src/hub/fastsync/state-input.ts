/**
 * What a state is made of, and what comes after it (fastsync/SPEC.md, F29 and F33): the messages of one checkpoint as they stand by it alone, in one order
 * for all hubs; and whatever else this hub stores, by its own event numbers. It knows no reducers.
 */
import { HubError } from '../../base/errors.ts'
import type { Timer } from '../../base/timer.ts'
import { checkpointName } from '../../fastsync/app-state.ts'
import type { Holdings } from '../../fastsync/making.ts'
import { decodeManifest } from '../../fastsync/manifest.ts'
import { createReplicatedSet, type ReplicatedSet } from '../../message/replicated-set.ts'
import type { Message, NetworkGenesis } from '../../message/types.ts'
import { toBodyView } from '../message-view.ts'
import type { Messages } from '../messages/messages.ts'
import type { KnownSnapshots, Snapshot } from './known-snapshots.ts'
import type { LaterMessages, StateMessage } from './states-api.ts'

/** Which events of this hub are a checkpoint's: a bit each, of those up to `upTo`. */
export interface Within {
  readonly bits: Uint8Array
  readonly upTo: number
}

export interface Reduction {
  readonly snapshot: Snapshot
  /** Its checkpoint's name. */
  readonly name: string
  readonly within: Within
  /** Messages in it, those that do not count included. */
  readonly size: number
  /** Those from the `from`th on, `limit` at most, but for those that do not count. Codes: `incomplete`, those of the store. */
  page (from: number, limit: number): Promise<StateMessage[]>
}

export interface StateInputs {
  /** Codes: `incomplete`, those of the store. */
  reduction (snapshot: Snapshot): Promise<Reduction>
  /** The one that is open. */
  readonly open: Reduction | undefined
  /** undefined: this hub lacks some of it. */
  within (snapshot: Snapshot): Promise<Within | undefined>
  later (within: Within | undefined, from: number, limit: number): Promise<LaterMessages>
}

export interface StateInputsOptions {
  readonly rules: NetworkGenesis
  readonly known: Pick<KnownSnapshots, 'members'>
  readonly holdings: () => Promise<Holdings>
  readonly messages: Pick<Messages, 'fromEvent' | 'lastEvent' | 'getMembers'>
  readonly set: Pick<ReplicatedSet, 'standing'>
  readonly rest: () => Promise<void>
  readonly now: () => number
  readonly timer: Timer
}

/** Messages read at once while a reduction is prepared. */
const preparedAtOnce = 512
/** A reduction of which nothing is asked for so long is let go, in ms: it takes some 60 bytes a message. */
const openForMs = 120_000

export function createStateInputs ({ rules, known, holdings, messages, set, rest, now, timer }: StateInputsOptions): StateInputs {
  let open: { readonly name: string, readonly reduction: Promise<Reduction> } | undefined
  let opened: Reduction | undefined
  let callOff = (): void => undefined

  function close (): void {
    open = undefined
    opened = undefined
  }

  async function membersOf ({ checkpoint: { height }, manifest }: Snapshot): Promise<number[] | undefined> {
    const members: number[] = []
    for (const entry of decodeManifest(manifest)?.chunks ?? []) {
      const found = await known.members(entry, height)
      if (found === undefined) return undefined
      for (const member of found) members.push(member)
      await rest()
    }
    return members
  }

  async function withinOf (members: readonly number[]): Promise<{ events: Uint32Array, within: Within }> {
    const held = await holdings()
    const events = Uint32Array.from(members, member => held.orderOf(member))
    const upTo = messages.lastEvent
    const bits = new Uint8Array((upTo >> 3) + 1)
    for (const event of events) bits[event >> 3] = (bits[event >> 3] ?? 0) | 1 << (event & 7)
    return { events, within: { bits, upTo } }
  }

  async function prepare (snapshot: Snapshot): Promise<Reduction> {
    const found = await membersOf(snapshot)
    if (found === undefined) throw incomplete()
    const members = found
    const { events, within } = await withinOf(members)
    const alone = createReplicatedSet(rules)

    /** As they lie on the disk: a number that was given anew meanwhile has another event. */
    async function read (from: number, limit: number): Promise<readonly Message[]> {
      const entries = await messages.getMembers(members.slice(from, from + limit))
      if (entries.length !== Math.min(limit, members.length - from) || entries.some(({ event }, index) => event !== events[from + index])) throw incomplete()
      return entries.map(({ message }) => message)
    }

    for (let from = 0; from < members.length; from += preparedAtOnce) {
      for (const message of await read(from, preparedAtOnce)) alone.offer(message, now(), { stored: true })
      await rest()
    }

    return {
      snapshot, within,
      name: checkpointName(snapshot.checkpoint),
      size: members.length,
      async page (from, limit) {
        keepOpen()
        return (await read(from, limit)).flatMap((message) => {
          const standing = alone.standing(message.id)
          if (standing === undefined || standing === 'barred') return []
          // Removed since, and gone from here: hubs that have it still would give it.
          if (standing === 'live' && message.body === undefined && set.standing(message.id) === 'removed') throw incomplete()
          return [stateMessage(message, standing === 'removed')]
        })
      }
    }
  }

  function keepOpen (): void {
    callOff()
    callOff = timer(openForMs, close)
  }

  return {
    async reduction (snapshot) {
      const name = checkpointName(snapshot.checkpoint)
      const opening = open?.name === name ? open : { name, reduction: prepare(snapshot) }
      if (opening !== open) close()
      open = opening
      keepOpen()
      try {
        const reduction = await opening.reduction
        if (open === opening) opened = reduction
        return reduction
      } catch (thrown) {
        if (open === opening) close()
        throw thrown
      }
    },
    get open () { return opened },
    async within (snapshot) {
      const members = await membersOf(snapshot)
      return members && (await withinOf(members)).within
    },
    async later (within, from, limit) {
      const isWithin = (event: number): boolean => within !== undefined && event <= within.upTo && ((within.bits[event >> 3] ?? 0) >> (event & 7) & 1) === 1
      const found: Array<LaterMessages['messages'][number]> = []
      let next = from
      // Each look gives a message, mostly; where it gives none, whoever asks goes on from there.
      for (let looks = 0; looks < limit && found.length < limit; looks += 1) {
        while (next <= messages.lastEvent && isWithin(next)) next += 1
        let end = next
        while (end <= messages.lastEvent && end - next < limit - found.length && !isWithin(end)) end += 1
        if (end === next) break
        const page = await messages.fromEvent(next, end - next)
        for (const { event, message } of page.entries) {
          const standing = event < end ? set.standing(message.id) : undefined
          if (standing === 'live' || standing === 'removed') found.push({ event, message: stateMessage(message, standing === 'removed') })
        }
        next = Math.max(next, Math.min(page.next, end))
      }
      return { messages: found, next, done: next > messages.lastEvent }
    }
  }
}

function incomplete (): HubError {
  return new HubError('incomplete', 'This hub does not hold all of that checkpoint, or has gone on since: begin anew.')
}

function stateMessage ({ id, header: { author, signer, seq, timestamp, kind }, body }: Message, isRemoved: boolean): StateMessage {
  return { id, author, signer, seq, timestamp, kind, body: body == null || isRemoved ? null : toBodyView(body) }
}
