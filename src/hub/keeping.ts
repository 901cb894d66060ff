/**
 * Messages on their way to the disk, and those that did not get there: written, made known, and where a write failed tried again. It decides neither
 * what belongs nor what this hub keeps.
 *
 * Invariants
 * 1. A listener hears of a message after it is stored, with the event number it keeps for ever.
 * 2. What cannot be stored is reported with its cause; `keep` resolves with nothing that is not stored.
 */
import { assert, HubError, reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import type { ReplicatedSet } from '../message/replicated-set.ts'
import type { Message, MessageId } from '../message/types.ts'
import type { Entry } from './messages/entry.ts'
import type { Messages } from './messages/messages.ts'
import type { Retention } from './retention.ts'

export interface KeepingOptions {
  readonly set: Pick<ReplicatedSet, 'memberOf' | 'hasBody'>
  readonly messages: Pick<Messages, 'append' | 'enter' | 'catalog' | 'lose'>
  readonly retention: Pick<Retention, 'writeAgain'>
  /** A member has its row in the catalog. */
  readonly entered: (member: number) => void
  readonly report: (report: Report) => void
  readonly now: () => number
}

export interface Keeping {
  /** Resolves when the message is stored, and the set knows it. Codes: those of the store. */
  keep (message: Message, from: string | null, enterSet?: () => void): Promise<Entry>
  /** The same for neighbours' messages, which the set has: what cannot be written is tried again with `tryAgain`. Those of one call are written together. */
  keepOrRemember (messages: readonly Message[], from: PeerId): void
  /**
   * Calls `work` at once: what it hands to `keepOrRemember` is written in one piece, or a few. `briefly`: the log has a line for each piece, not for each
   * message, which would drive all else out of it.
   */
  together (work: () => void, options?: { readonly briefly?: boolean }): void
  /** The same for a member whose bytes were lost and have come again: stored as far as it still counts. */
  keepAgain (message: Message, from: PeerId): void
  /** Tries what could not be stored. The set has it, so nobody sends it again. */
  tryAgain (): void
  /** One that is being written. */
  get (id: MessageId): Message | undefined
  /** Resolves when there is room for another; undefined: there is, as mostly. */
  room (): Promise<unknown> | undefined
  /** Resolves when all that was handed over is written, as far as it can be. */
  settled (): Promise<unknown>
  /** Why the last write failed, a sentence; null while writes succeed. */
  readonly trouble: string | null
  /** Called for each message once it is stored. Returns how to stop it. */
  onStored (listener: (entry: Entry) => void): () => void
}

/** Messages that may wait for the disk before reading from neighbours pauses. */
const unstoredMax = 2_000
/** Messages written in one piece: a frame of a comparison has some 40, of the largest 2 MiB. */
const togetherMax = 256
/** Neighbours' messages that could not be stored and are tried again with each tick, 2 MiB at most; what is over is lost here, and asked of neighbours. */
const unkeptMax = 256

interface Manner {
  readonly enterSet?: (() => void) | undefined
  readonly briefly?: boolean
}

export function createKeeping ({ set, messages, retention, entered, report, now }: KeepingOptions): Keeping {
  const unkept = new Map<MessageId, { readonly message: Message, readonly from: PeerId }>()
  /** Bounded by `unstoredMax`, and what verifying lets through after it. */
  const storing = new Map<MessageId, Message>()
  const listeners = new Set<(entry: Entry) => void>()
  let trouble: string | null = null
  let unstored = 0
  /** Settles with every append so far: one that is run again may come after a later one. */
  let appends: Promise<unknown> = Promise.resolve()
  /** What `together` gathers; undefined: everything is written by itself. */
  let gathered: Array<{ readonly message: Message, readonly from: PeerId }> | undefined

  async function keep (message: Message, from: string | null, enterSet?: () => void): Promise<Entry> {
    const [entry] = await keepAll([message], from, { enterSet })
    assert(entry !== undefined, 'what was appended has an entry')
    return entry
  }

  async function keepAll (several: readonly Message[], from: string | null, { enterSet, briefly = false }: Manner = {}): Promise<Entry[]> {
    unstored += several.length
    for (const message of several) storing.set(message.id, message)
    try {
      const storedAt = now()
      const append = messages.append(several, storedAt, from)
        .catch(async (thrown: unknown) => retention.writeAgain(thrown, async () => messages.append(several, storedAt, from)))
      appends = Promise.allSettled([appends, append]) // only waited for; whoever appended hears of a failure
      const entries = await append
      trouble = null
      enterSet?.()
      for (const entry of entries) enter(entry, briefly)
      if (briefly) report({ type: 'messages-stored', peer: from, sentence: `${entries.length} messages that came together are stored.` })
      return entries
    } catch (thrown) {
      trouble = `What is written here or comes in cannot be stored: ${reasonOf(thrown)}`
      report({ type: 'storage-failed', code: thrown instanceof HubError ? thrown.code : 'storage-failed', sentence: trouble })
      throw thrown
    } finally {
      unstored -= several.length
      for (const { id } of several) storing.delete(id)
    }
  }

  function enter (entry: Entry, briefly: boolean): void {
    const { message: { id, header }, from } = entry
    entered(messages.enter(entry))
    if (!briefly) report({ type: 'message-stored', peer: from, message: id, sentence: `Message ${id.slice(0, 8)}… (${header.kind}, number ${header.seq}) is stored.` })
    for (const listener of listeners) listener(entry)
  }

  function together (work: () => void, { briefly = false }: { readonly briefly?: boolean } = {}): void {
    const gathering: NonNullable<typeof gathered> = gathered = []
    try {
      work()
    } finally {
      gathered = undefined
      for (let start = 0; start < gathering.length;) {
        const from = gathering[start]?.from as PeerId
        // What was let in by it may have come from another neighbour.
        const after = gathering.findIndex((one, index) => index > start && one.from !== from)
        const end = after === -1 ? gathering.length : after
        writeOrRemember(gathering.slice(start, end).map(({ message }) => message), from, briefly)
        start = end
      }
    }
  }

  function keepOrRemember (several: readonly Message[], from: PeerId): void {
    if (gathered !== undefined) {
      for (const message of several) gathered.push({ message, from })
      return
    }
    writeOrRemember(several, from, false)
  }

  function writeOrRemember (several: readonly Message[], from: PeerId, briefly: boolean): void {
    for (let start = 0; start < several.length; start += togetherMax) {
      const together = several.slice(start, start + togetherMax)
      keepAll(together, from, { briefly }).catch(() => { // reported there
        for (const message of together) unkept.set(message.id, { message, from })
        for (const oldest of unkept.keys()) {
          if (unkept.size <= unkeptMax) break
          unkept.delete(oldest)
          messages.lose(oldest)
        }
      })
    }
  }

  function keepAgain (message: Message, from: PeerId): void {
    const member = set.memberOf(message.id)
    // Displaced meanwhile, or stored since with all there is of it here.
    if (member === -1 || (message.body === undefined && messages.catalog.eventOf(member) !== undefined)) return
    keepOrRemember([set.hasBody(member) ? message : { ...message, body: undefined, bytes: { ...message.bytes, body: undefined } }], from)
  }

  return {
    keep,
    keepOrRemember,
    keepAgain,
    together,
    tryAgain () {
      const again = [...unkept.values()]
      unkept.clear()
      for (const { message, from } of again) keepAgain(message, from)
    },
    get: id => storing.get(id),
    room: () => unstored > unstoredMax ? appends : undefined,
    settled: async () => appends,
    get trouble () { return trouble },
    onStored (listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    }
  }
}
