/**
 * A simulated hub without its shell: the core and its set, every message in memory, no comparisons. For runs of a thousand hubs, in which nothing is lost and
 * the store, the queues and the sessions of each (hub.ts) would take most of the time. What it sends, and when, is what the whole hub would.
 */
import type { PeerId } from '../base/peer.ts'
import { idsMax, type Frame } from '../gossip/frames.ts'
import { createHubCore, tickMs, type HubEffect, type HubInput } from '../hub/core/hub-core.ts'
import type { Entry } from '../hub/messages/entry.ts'
import { offerOrNotes } from '../hub/offer-or-notes.ts'
import { decodeSignedBytes, encodeSignedBytes } from '../message/codec.ts'
import { createReplicatedSet } from '../message/replicated-set.ts'
import type { Decoded, Message, MessageId } from '../message/types.ts'
import { validateMessage } from '../message/validate.ts'
import { createImmediateCheck } from '../node/verifier.ts'
import { simRules } from './authors.ts'
import type { SimHub, SimHubOptions, SimPorts } from './hub.ts'

type CreateBroadcast = NonNullable<SimHubOptions['createBroadcast']>

/** Makes the hubs of one run: a message that crosses a thousand links is encoded, judged and verified once for all of them. */
export function createCoreHubs (): (ports: SimPorts, createBroadcast: CreateBroadcast) => SimHub {
  const check = createImmediateCheck()
  const encoded = new WeakMap<Message, Uint8Array>()
  const judged = new WeakMap<Uint8Array, Decoded<Message>>()

  function encode (message: Message): Uint8Array {
    let bytes = encoded.get(message)
    if (bytes == null) encoded.set(message, bytes = encodeSignedBytes(message.bytes))
    return bytes
  }

  function judge (bytes: Uint8Array): Decoded<Message> {
    let result = judged.get(bytes)
    if (result == null) {
      const decoded = decodeSignedBytes(bytes)
      const validated = decoded.ok ? validateMessage(decoded.value, simRules) : decoded
      judged.set(bytes, result = validated.ok && !check(validated.value) ? { ok: false, code: 'bad-signature' } : validated)
    }
    return result
  }

  return (ports, createBroadcast) => createCoreHub(ports, createBroadcast, { encode, judge })
}

interface Shared {
  readonly encode: (message: Message) => Uint8Array
  readonly judge: (bytes: Uint8Array) => Decoded<Message>
}

function createCoreHub (ports: SimPorts, createBroadcast: CreateBroadcast, { encode, judge }: Shared): SimHub {
  const { now, timer, random, wire, send, reject, tell } = ports
  const set = createReplicatedSet({ ...simRules, tableSeed: random.below(2 ** 32) })
  const core = createHubCore({ set, createBroadcast: host => createBroadcast(host, random) })
  const messages = new Map<MessageId, Message>()
  let stopped = false
  let deadlineMs: number | undefined
  let callOffDeadline = (): void => undefined

  function input (given: HubInput): void {
    for (const effect of core.handle(given, now())) perform(effect)
    awaitDeadline()
  }

  function awaitDeadline (): void {
    const nextMs = core.nextDeadlineMs()
    if (nextMs === deadlineMs || stopped) return
    callOffDeadline()
    deadlineMs = nextMs
    if (nextMs === undefined) return
    callOffDeadline = timer(Math.max(1, nextMs - now()), () => {
      deadlineMs = undefined
      input({ type: 'deadline' })
    })
  }

  const give = (peer: PeerId, frame: Frame): void => { send(peer, frame, wire.encode(frame)) }
  const pass = (peer: PeerId, message: Message, hops: number): void => { give(peer, { type: 'gossip', message: encode(message), hops }) }

  function keep (message: Message, from: PeerId | null): Entry {
    messages.set(message.id, message)
    const entry = { message, event: messages.size, storedAt: now(), from }
    tell(entry)
    return entry
  }

  function perform (effect: HubEffect): void {
    switch (effect.type) {
      case 'send-message': pass(effect.peer, effect.message, effect.hops); return
      case 'send-stored':
        for (const id of effect.ids) {
          const message = messages.get(id)
          if (message != null) pass(effect.peer, message, effect.hops)
        }
        return
      case 'send-newest': {
        const ids = [...messages.keys()].slice(-idsMax)
        if (ids.length > 0) give(effect.peer, { type: 'ihave', ids })
        return
      }
      case 'send-graft': give(effect.peer, { type: 'graft', ids: effect.ids, ...effect.counter > 0 && { counter: effect.counter } }); return
      case 'send-ihave':
        give(effect.peer, { type: 'ihave', ids: effect.notes.map(({ id }) => id), epochs: effect.notes.map(({ epoch }) => epoch), hops: effect.notes.map(({ hops }) => hops) })
        return
      case 'send-prune': give(effect.peer, { type: 'prune', counter: effect.counter }); return
      case 'send-signer-want': give(effect.peer, { type: 'signer-want', author: effect.author, signer: effect.signer }); return
      case 'offence': reject(effect.peer, effect.code); return
      case 'store': keep(effect.message, effect.from); return
      case 'returned': case 'displaced': case 'restore': case 'erase': case 'compare': case 'report': // the shell's
    }
  }

  function receive (from: PeerId, frame: Frame): void {
    switch (frame.type) {
      case 'gossip': {
        const judgement = judge(frame.message)
        if (!judgement.ok) reject(from, judgement.code)
        else if (set.has(judgement.value.id)) input({ type: 'duplicate', id: judgement.value.id, from })
        else input({ type: 'message', message: judgement.value, from, hops: frame.hops })
        return
      }
      case 'ihave': input(offerOrNotes(from, frame)); return
      case 'graft': input({ type: 'graft', from, ids: frame.ids, counter: frame.counter ?? 0 }); return
      case 'prune': input({ type: 'prune', from, counter: frame.counter }); return
      case 'signer-want': input({ type: 'signer-want', from, author: frame.author, signer: frame.signer }); return
      case 'hello': case 'full': case 'ping': case 'pong': // the link's own
    }
  }

  const tick = (): void => {
    input({ type: 'tick', lost: [] })
    timer(tickMs, tick)
  }
  timer(random.below(tickMs), tick)

  return {
    runtime: {
      set,
      linkUp: (peer, { isSpare = false } = {}) => { input({ type: 'link-up', peer, eager: !isSpare }) },
      linkDown: (peer) => { input({ type: 'link-down', peer }) },
      drained: (peer) => { input({ type: 'drained', peer }) },
      roundTrip: (peer, rttMs) => { input({ type: 'round-trip', peer, rttMs }) },
      linkOf: peer => core.linkOf(peer),
      async publish (message) {
        const entry = keep(message, null)
        input({ type: 'published', message })
        return entry
      },
      stop () {
        stopped = true
        callOffDeadline()
      }
    },
    accept: (_from, stream) => { stream.abort() },
    frame (from, bytes) {
      const decoded = wire.decode(bytes)
      if (!decoded.ok) reject(from, decoded.code)
      else receive(from, decoded.value)
    }
  }
}
