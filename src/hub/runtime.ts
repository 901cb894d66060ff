/**
 * The one interpreter of the core's effects (house rule): frames come in, are decoded, validated and their signatures checked
 * (gossip/SPEC.md G6 to G8); what is left becomes an input of the core; its effects become sends and writes. The same in a browser
 * worker and in a Node hub.
 *
 * Invariants
 * 1. The core is never entered while it is in `handle`: inputs are handed over one by one from synchronous code.
 * 2. A subscriber hears of a message after it is stored, with the event number it keeps for ever.
 * 3. What cannot be stored is reported with its cause; nothing is acknowledged that is not stored.
 */
import { RecentSet } from '../base/bounded.ts'
import { HubError, reasonOf } from '../base/errors.ts'
import type { EventLog } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import { idsMax, type Frame } from '../gossip/frames.ts'
import { createFlood } from '../gossip/flood.ts'
import { decodeSignedBytes, encodeSignedBytes } from '../message/codec.ts'
import { createReplicatedSet, type Standing } from '../message/replicated-set.ts'
import type { Message, MessageId, MessageRejection, NetworkGenesis, PublicKeyHex } from '../message/types.ts'
import { validateMessage } from '../message/validate.ts'
import type { MessageStore } from '../store/message-store.ts'
import { createHubCore, type HubEffect, type HubInput } from './core/hub-core.ts'
import { createMessageIndex, type IndexedMessage, type MessageIndex } from './message-index.ts'

/** Frames to neighbours, as far as the runtime needs the network. */
export interface Transport {
  /** False: the neighbour is gone or does not keep up, and the frame was not taken. */
  send: (peer: PeerId, frame: Frame) => boolean
  /** Ends the link because of what the peer sent. */
  reject: (peer: PeerId, code: MessageRejection, sentence: string) => void
}

export interface RuntimeOptions {
  readonly rules: NetworkGenesis
  /** Any number that peers cannot guess (message/replicated-set.ts). @default 0, for tests */
  readonly tableSeed?: number
  readonly store: MessageStore
  readonly verify: (message: Message) => Promise<boolean>
  readonly transport: Transport
  readonly log: EventLog
  readonly now: () => number
}

export interface Runtime {
  linkUp: (peer: PeerId) => void
  linkDown: (peer: PeerId) => void
  /** A neighbour that did not keep up has caught up: it is offered what it missed. */
  drained: (peer: PeerId) => void
  /** Resolves when the next frame of this neighbour may be read. Never rejects. */
  frame: (peer: PeerId, frame: Frame) => Promise<void>
  /** Takes a message signed here: stores it, then lets it go out. Codes: those of the store, `message-invalid`. */
  publish: (message: Message) => Promise<IndexedMessage>
  readonly index: MessageIndex
  readonly pending: number
  /** Why the last write failed, a sentence; null while writes succeed. */
  readonly storageTrouble: string | null
  /** Whether a signer-add for the author's device is in the set. */
  knowsSigner: (author: PublicKeyHex, signer: PublicKeyHex) => boolean
  standing: (id: MessageId) => Standing | undefined
  /** Whether the message was handed to at least one neighbour since the engine started. */
  wasSent: (id: MessageId) => boolean
  /** Called for each message once it is stored. Returns how to stop it. */
  onStored: (listener: (entry: IndexedMessage) => void) => () => void
}

/** Messages that may wait for the disk before reading from neighbours pauses. */
const unstoredMax = 2_000
/** Messages that one neighbour missed and is offered later: the newest; what is older is left to the comparison of sets (gossip/SPEC.md G15). */
const missedMax = 1_024
/** Own messages whose first handing over is remembered, for their state. */
const sentMax = 10_000

/** Reads the store and resolves with a running hub. Codes: those of the store. */
export async function createRuntime ({ rules, tableSeed, store, verify, transport, log, now }: RuntimeOptions): Promise<Runtime> {
  const set = createReplicatedSet({ ...rules, tableSeed })
  const core = createHubCore({ set, gossip: createFlood() })
  const index = createMessageIndex()
  const sent = new Set<MessageId>()
  const missed = new Map<PeerId, RecentSet<MessageId>>()
  let storageTrouble: string | null = null
  const listeners = new Set<(entry: IndexedMessage) => void>()
  let unstored = 0
  let lastAppend: Promise<unknown> = Promise.resolve()

  await restore()

  async function restore (): Promise<void> {
    for await (const block of store.scan(1)) {
      for (const { bytes, event, storedAt, from } of block) {
        const validated = validateMessage(bytes, rules)
        if (!validated.ok) {
          log.report({ type: 'stored-message-refused', code: validated.code, sentence: `Stored message ${event} is not valid (${validated.code}) and is left out.` })
          continue
        }
        const message = validated.value
        core.handle({ type: 'restored', message, storedAtMs: storedAt }, now())
        index.add({ message, event, storedAt, from })
      }
    }
    restoreClosures()
  }

  /** A fork that was displaced, and belongs again because a revocation that is read later keeps it: offered until nothing more comes of it. */
  function restoreClosures (): void {
    const kept = set.closuresWanted().flatMap(id => index.get(id) ?? [])
    for (const { message, storedAt } of kept) core.handle({ type: 'restored', message, storedAtMs: storedAt }, now())
    if (kept.some(({ message }) => set.has(message.id))) restoreClosures()
  }

  function input (given: HubInput): void {
    for (const effect of core.handle(given, now())) perform(effect)
  }

  function perform (effect: HubEffect): void {
    switch (effect.type) {
      case 'send-message': {
        const frame: Frame = { type: 'gossip', message: encodeSignedBytes(effect.message.bytes), hops: effect.hops }
        if (transport.send(effect.peer, frame)) rememberSent(effect.message.id)
        else rememberMissed(effect.peer, effect.message.id)
        return
      }
      case 'send-stored':
        for (const id of effect.ids) {
          const entry = index.get(id)
          if (entry != null) perform({ type: 'send-message', peer: effect.peer, message: entry.message, hops: 0 })
        }
        return
      case 'send-newest': {
        const ids = index.newest(idsMax)
        if (ids.length > 0) transport.send(effect.peer, { type: 'ihave', ids })
        return
      }
      case 'send-graft':
        transport.send(effect.peer, { type: 'graft', ids: effect.ids })
        return
      case 'send-signer-want':
        transport.send(effect.peer, { type: 'signer-want', author: effect.author, signer: effect.signer })
        return
      case 'store':
        keep(effect.message, effect.from).catch(() => { /* reported there; sync brings it back after a restart */ })
        return
      case 'report':
        log.report(effect.report)
    }
  }

  async function keep (message: Message, from: string | null): Promise<IndexedMessage> {
    const storedAt = now()
    unstored += 1
    try {
      const append = store.append([{ bytes: message.bytes, id: message.id, storedAt, from }])
      lastAppend = append.catch(() => undefined) // only waited for; whoever appended hears of the failure
      const event = await append
      storageTrouble = null
      const entry = { message, event, storedAt, from }
      index.add(entry)
      log.report({ type: 'message-stored', peer: from, sentence: `Message ${message.id.slice(0, 8)}… (${message.header.kind}, number ${message.header.seq}) is stored.` })
      for (const listener of listeners) listener(entry)
      return entry
    } catch (thrown) {
      storageTrouble = `What is written here or comes in cannot be stored: ${reasonOf(thrown)}`
      log.report({ type: 'storage-failed', code: thrown instanceof HubError ? thrown.code : 'storage-failed', sentence: storageTrouble })
      throw thrown
    } finally {
      unstored -= 1
    }
  }

  function rememberMissed (peer: PeerId, id: MessageId): void {
    log.report({ type: 'not-sent', peer, code: 'congested', sentence: 'The neighbour does not keep up: it is offered later what it misses now.' })
    const ids = missed.get(peer) ?? new RecentSet(missedMax)
    missed.set(peer, ids)
    ids.add(id)
  }

  function offerMissed (peer: PeerId): void {
    const ids = [...missed.get(peer) ?? []]
    missed.delete(peer)
    for (let start = 0; start < ids.length; start += idsMax) transport.send(peer, { type: 'ihave', ids: ids.slice(start, start + idsMax) })
  }

  function rememberSent (id: MessageId): void {
    sent.add(id)
    if (sent.size > sentMax) for (const oldest of sent) { sent.delete(oldest); break }
  }

  async function takeMessage (peer: PeerId, bytes: Uint8Array, hops: number): Promise<void> {
    const decoded = decodeSignedBytes(bytes)
    if (!decoded.ok) { refuse(peer, decoded.code); return }
    const validated = validateMessage(decoded.value, rules)
    if (!validated.ok) { refuse(peer, validated.code); return }
    const message = validated.value
    if (core.has(message.id)) {
      input({ type: 'duplicate', id: message.id, from: peer })
      return
    }
    let isSigned: boolean
    try {
      isSigned = await verify(message)
    } catch (thrown) {
      // The platform failed, not the peer: the message is not taken, and may come again.
      log.report({ type: 'verify-failed', code: 'internal', sentence: `A signature could not be checked here: ${reasonOf(thrown)}` })
      return
    }
    if (!isSigned) { refuse(peer, 'bad-signature'); return }
    input({ type: 'message', message, from: peer, hops })
    if (unstored > unstoredMax) await lastAppend
  }

  function refuse (peer: PeerId, code: MessageRejection): void {
    transport.reject(peer, code, `The hub sent a message that was refused: ${code}.`)
  }

  return {
    index,
    get storageTrouble () { return storageTrouble },
    get pending () { return set.pending },
    knowsSigner: (author, signer) => set.signerMessages(author, signer).length > 0,
    standing: id => set.standing(id),
    wasSent: id => sent.has(id),
    linkUp: (peer) => { input({ type: 'link-up', peer }) },
    linkDown: (peer) => {
      missed.delete(peer)
      input({ type: 'link-down', peer })
    },
    drained: offerMissed,
    async frame (peer, frame) {
      switch (frame.type) {
        case 'gossip': return takeMessage(peer, frame.message, frame.hops)
        case 'ihave': case 'graft': input({ type: frame.type, from: peer, ids: frame.ids }); return
        case 'signer-want': input({ type: 'signer-want', from: peer, author: frame.author, signer: frame.signer }); return
        case 'hello': case 'ping': case 'pong': // the link's own
      }
    },
    async publish (message) {
      const entry = await keep(message, null)
      input({ type: 'published', message })
      return entry
    },
    onStored: (listener) => {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    }
  }
}
