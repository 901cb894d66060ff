/**
 * The one interpreter of the core's effects (house rule): frames come in, messages are decoded and checked (intake.ts); what is left becomes an
 * input of the core; its effects become sends and writes. The same in a browser worker and in a Node hub.
 *
 * Invariants
 * 1. The core is never entered while it is in `handle`: inputs are handed over one by one from synchronous code.
 * 2. Nothing is acknowledged that is not stored (keeping.ts).
 */
import { HubError, reasonOf } from '../base/errors.ts'
import type { PeerId } from '../base/peer.ts'
import { createRandom } from '../base/seeded-random.ts'
import { platformTimer } from '../base/timer.ts'
import { idsMax, type Frame } from '../gossip/frames.ts'
import { createBroadcastTree } from '../gossip/broadcast-tree.ts'
import { createReplicatedSet, type ReplicatedSet } from '../message/replicated-set.ts'
import type { Message, MessageId } from '../message/types.ts'
import { createHubCore, type HubEffect, type HubInput } from './core/hub-core.ts'
import { createFastSync, type FastSync } from './fastsync/fast-sync.ts'
import { recall } from './fastsync/remembered.ts'
import { createIntake } from './intake.ts'
import { createKeeping } from './keeping.ts'
import { createLife, type Life } from './lifecycle/life.ts'
import { offerOrNotes } from './offer-or-notes.ts'
import type { Catalog } from './messages/catalog.ts'
import type { Entry } from './messages/entry.ts'
import { createMessages, type Messages } from './messages/messages.ts'
import { createRetention, type Retention } from './retention.ts'
import type { RuntimeOptions } from './runtime-options.ts'
import { createSending } from './sending.ts'
import { createSubmissions, type Submission } from './submission.ts'
import { recallMeetings } from './sync/remembered-meetings.ts'
import { createSync, type Sync } from './sync/sync.ts'
import type { FastNetwork } from './fastsync/fast-network.ts'
import type { SyncNetwork } from './sync/sync-stream.ts'
import { createTraces, type Traces } from './traces.ts'
import { createTraffic, type LinkTraffic } from './traffic.ts'

export type { RuntimeOptions, Transport } from './runtime-options.ts'

export interface Runtime {
  /** `isSpare`: both ends know it for one that is to carry notes, until messages are missed (gossip/SPEC.md G21). */
  linkUp: (peer: PeerId, options?: { readonly isSpare?: boolean }) => void
  linkDown: (peer: PeerId) => void
  /** A neighbour that did not keep up has caught up: it is offered what it missed. */
  drained: (peer: PeerId) => void
  /** A neighbour answered a ping. */
  roundTrip: (peer: PeerId, rttMs: number) => void
  /** What went over the link since it came up. */
  trafficOf: (peer: PeerId) => LinkTraffic
  /** How messages go to a neighbour: pushed, noted, or not at all. */
  linkOf: (peer: PeerId) => 'eager' | 'lazy' | 'none'
  /** Resolves when the next frame of this neighbour may be read. Never rejects. */
  frame: (peer: PeerId, frame: Frame) => Promise<void>
  /** To be called every `tickMs` (hub/core/hub-core.ts). */
  tick: () => void
  /** Takes a message that was signed elsewhere, from nobody that is linked. */
  submit: (bytes: Uint8Array) => Promise<Submission>
  /** Takes a message signed here: stores it, then lets it go out; `traced` asks for reports of its way. Codes: those of the store. */
  publish: (message: Message, traced?: boolean) => Promise<Entry>
  readonly messages: Messages
  readonly sync: Sync
  readonly fastSync: FastSync
  readonly retention: Retention
  readonly traces: Traces
  readonly life: Life
  /** What belongs and counts, to be read only: messages enter through `frame` and `publish`. */
  readonly set: Omit<ReplicatedSet, 'offer' | 'restore' | 'bodyErased'>
  /** Why the last write failed, a sentence; null while writes succeed. */
  readonly storageTrouble: string | null
  /** Bytes of packed memory that grow with the messages. */
  memory: () => { readonly set: number } & Catalog['memoryBytes']
  /** Whether the message was handed to at least one neighbour since the engine started. */
  wasSent: (id: MessageId) => boolean
  /** No timer fires after it. */
  stop: () => void
  /** Resolves when everything received so far is checked and stored: before the store is closed. */
  settled: () => Promise<void>
  /** Called for each message once it is stored. Returns how to stop it. */
  onStored: (listener: (entry: Entry) => void) => () => void
}

/** Whom submitted messages come from, where neighbours have their peer ids. */
const submitter = 'submitted' as PeerId
/** A hub without others. */
const nobody = { peerId: '' as PeerId, neighbours: () => [], open: async () => undefined, statusOf: () => undefined } satisfies SyncNetwork & FastNetwork

/** Reads the store and resolves with a running hub. Codes: those of the store. */
export async function createRuntime (options: RuntimeOptions): Promise<Runtime> {
  const { rules, random, store, verify, isOwn, transport, syncNetwork = nobody, fastNetwork = nobody, log, now, timer = platformTimer, onProgress } = options
  const { createBroadcast = createBroadcastTree, reportTrace, serving = true } = options
  const verifyAll = options.verifyAll ?? (async (given: readonly Message[]) => Promise.all(given.map(async message => verify(message))))
  const { wait = async (ms: number) => new Promise((resolve) => { timer(ms, resolve) }) } = options
  const [tableSeed = 0] = new Uint32Array(random(4).buffer)
  const set = createReplicatedSet({ ...rules, tableSeed })
  const chance = createRandom(...new Uint32Array(random(8).buffer))
  const core = createHubCore({ set, createBroadcast: host => createBroadcast(host, chance) })
  const messages = await createMessages({ store, set, rules, report: log.report, random, onProgress })
  const retention = await createRetention({ store, set, messages, isOwn, log, now })
  const [meetings, remembered] = [await recallMeetings(store), await recall(store)]
  const [traffic, traces] = [createTraffic(), createTraces(now)]
  let callOffDeadline = (): void => undefined
  let deadlineMs: number | undefined
  let stopped = false

  const intake = createIntake({
    rules,
    has: ({ id, body }) => {
      const member = set.memberOf(id)
      return member !== -1 && (body == null || set.hasBody(member)) && !messages.lost.has(id)
    },
    verifyAll,
    together: (handOver) => { keeping.together(handOver) },
    onMessage (from, message, { hops, traced }) {
      traces.arrived(message.id, { by: 'gossip', from, hops: hops + 1, traced })
      // A member already: only its bytes are missing.
      if (messages.recover(message.id)) keeping.keepAgain(message, from)
      else input({ type: 'message', message, from, hops })
    },
    onDuplicate (from, id) {
      traffic.duplicate(from)
      traces.duplicate(id, from)
      input({ type: 'duplicate', id, from })
    },
    onRejected (peer, code, id) {
      if (id != null) log.report({ type: 'message-rejected', peer, code, message: id, sentence: `Message ${id.slice(0, 8)}… was refused: ${code}.` })
      transport.reject(peer, code, `The hub sent a message that was refused: ${code}.`)
    },
    onFailure: (sentence) => { log.report({ type: 'verify-failed', code: 'internal', sentence }) }
  })

  const sync = createSync({
    rules, set, messages, retention, network: syncNetwork, meetings, verifyAll, log, random, now, timer, wait,
    offerAll: storedTogether,
    stored: async () => keeping.settled(),
    reject: transport.reject,
    holdsBack: () => fastSync.holdsBack,
    onChange: () => { life.look() }
  })

  const fastSync = createFastSync({
    rules, network: fastNetwork, store, retention, messages, set, members: sync.members, reject: transport.reject, log, now, timer, wait, ...remembered,
    offerAll: (from, offers) => { storedTogether(from, offers, 'snapshot') }, catchUp: options.catchUp, farBehind: options.farBehind,
    stored: async () => keeping.settled(),
    serves: () => life.state.serving,
    isPacemaker: () => life.state.mode === 'pacemaker',
    size: () => messages.size,
    onChange (mainPeer) {
      sync.sessions.joining(fastSync.running, mainPeer)
      life.look()
    }
  })

  const linked = new Set<PeerId>()
  const life = createLife({
    isAttester: () => fastSync.isAttester(syncNetwork.peerId),
    serving, log,
    facts: () => ({ links: linked.size, synced: sync.sessions.synced, comparing: sync.sessions.running > 0 || fastSync.running }),
    leaving: {
      ...traces, timer,
      newest: messages.newest,
      wasSent: id => sending.wasSent(id),
      reports: () => sync.sessions.reports,
      neighbours: () => syncNetwork.neighbours(),
      compare: async peer => sync.sessions.sync(peer)
    }
  })

  const keeping = createKeeping({
    set, messages, retention, now,
    entered: (member) => { sync.entered(member) },
    report: log.report
  })

  const submit = createSubmissions({
    rules, verify,
    isStored: (id) => {
      const member = set.memberOf(id)
      return member !== -1 && messages.catalog.has(member)
    },
    take: (message) => {
      traces.arrived(message.id, { by: 'here', from: null, hops: 0, traced: false })
      input({ type: 'message', message, from: submitter, hops: 0 })
    },
    written: async () => keeping.settled()
  })

  const sending = createSending({
    send, set, messages, keeping, traces, now,
    onCongested: (peer) => { input({ type: 'congested', peer }) },
    report: log.report
  })

  if (reportTrace != null) {
    keeping.onStored(({ message: { id } }) => {
      const way = traces.isTraced(id) ? traces.wayOf(id) : undefined
      if (way == null || way.from == null || way.hops == null) return
      reportTrace({ id, from: way.from, hops: way.hops, atMs: way.arrivalMs })
    })
  }

  function send (peer: PeerId, frame: Frame): boolean {
    const taken = transport.send(peer, frame)
    if (taken) traffic.sent(peer, frame)
    return taken
  }

  function input (given: HubInput): void {
    for (const effect of core.handle(given, now())) perform(effect)
    awaitDeadline()
  }

  /** Messages of one comparison or snapshot, one after the other: what is to be kept of them goes to the disk in one piece. */
  function storedTogether (from: PeerId, offers: (offer: (message: Message) => void) => void, by: 'comparison' | 'snapshot' = 'comparison'): void {
    keeping.together(() => {
      offers((message) => {
        if (by === 'comparison') traces.arrived(message.id, { by, from, hops: null, traced: false })
        if (messages.recover(message.id)) keeping.keepAgain(message, from)
        else input({ type: 'synced', message, from, by })
      })
    }, { briefly: by === 'snapshot' })
  }

  /** One timer, for the next deadline of the core. One that comes too early does nothing. */
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

  function perform (effect: HubEffect): void {
    switch (effect.type) {
      case 'send-message':
        sending.message(effect.peer, effect.message, effect.hops)
        return
      case 'send-stored':
        background('A neighbour could not be answered', sending.stored(effect.peer, effect.ids, effect.hops))
        return
      case 'send-newest': {
        const ids = messages.newest(idsMax)
        if (ids.length > 0) send(effect.peer, { type: 'ihave', ids })
        return
      }
      case 'send-graft':
        send(effect.peer, { type: 'graft', ids: effect.ids, ...effect.counter > 0 && { counter: effect.counter } })
        return
      case 'send-ihave':
        sending.notes(effect.peer, effect.notes)
        return
      case 'send-prune':
        send(effect.peer, { type: 'prune', counter: effect.counter })
        return
      case 'offence':
        transport.reject(effect.peer, effect.code, `The hub does what no honest one does: ${effect.code}.`)
        return
      case 'compare':
        sync.sessions.hurry()
        return
      case 'send-signer-want':
        send(effect.peer, { type: 'signer-want', author: effect.author, signer: effect.signer })
        return
      case 'returned': {
        const member = messages.returned(effect.message)
        if (member !== -1) sync.entered(member)
        return
      }
      case 'store':
        if (messages.isLeft(effect.message.id)) {
          perform({ type: 'returned', message: effect.message })
          return
        }
        if (!retention.keeps(effect.message.header)) {
          log.report({ type: 'not-kept', peer: effect.from, code: 'below-retention', sentence: 'A message is older than what this hub keeps: it was passed on and not stored.' })
          return
        }
        keeping.keepOrRemember([effect.message], effect.from)
        return
      case 'displaced':
        sync.displaced(effect.member)
        messages.displaced(effect.member, effect.id)
        return
      case 'restore':
        background('A displaced message could not be read', restore(effect.ids))
        return
      case 'erase':
        background('Removed bodies could not be erased', erase(effect.ids))
        return
      case 'report':
        log.report(effect.report)
    }
  }

  /** Work that nobody waits for: what fails is told, and comes again by itself. */
  function background (what: string, work: Promise<void>): void {
    work.catch((thrown: unknown) => {
      log.report({ type: 'storage-failed', code: thrown instanceof HubError ? thrown.code : 'storage-failed', sentence: `${what}: ${reasonOf(thrown)}` })
    })
  }

  async function restore (ids: readonly MessageId[]): Promise<void> {
    for (const entry of await messages.getMany(ids)) {
      input({ type: 'restored', message: entry.message, storedAtMs: entry.storedAt })
    }
  }

  async function erase (ids: readonly MessageId[]): Promise<void> {
    await messages.eraseBodies(ids)
    for (const id of ids) set.bodyErased(id, now())
    await messages.bodiesErased(ids)
    log.report({ type: 'bodies-erased', sentence: `${ids.length} removed ${ids.length === 1 ? 'message has' : 'messages have'} left the disk, 24 h after their removal.` })
  }

  return {
    messages,
    sync,
    fastSync,
    retention,
    traces,
    life,
    set,
    get storageTrouble () { return keeping.trouble },
    memory: () => ({ set: set.memoryBytes(), ...messages.catalog.memoryBytes }),
    wasSent: id => sending.wasSent(id),
    trafficOf: peer => traffic.of(peer),
    linkUp: (peer, { isSpare = false } = {}) => {
      traffic.linkUp(peer)
      input({ type: 'link-up', peer, eager: !isSpare })
      sync.sessions.linkUp(peer)
      linked.add(peer)
      life.look()
    },
    linkDown: (peer) => {
      sending.linkDown(peer)
      traffic.linkDown(peer)
      intake.drop(peer)
      input({ type: 'link-down', peer })
      sync.sessions.linkDown(peer)
      fastSync.linkDown(peer)
      linked.delete(peer)
      life.look()
    },
    drained (peer) {
      sending.drained(peer)
      input({ type: 'drained', peer })
    },
    roundTrip: (peer, rttMs) => { input({ type: 'round-trip', peer, rttMs }) },
    linkOf: peer => core.linkOf(peer),
    async frame (peer, frame) {
      traffic.received(peer, frame)
      switch (frame.type) {
        case 'gossip':
          await (intake.take(peer, frame.message, { hops: frame.hops, traced: frame.traced ?? false }) ?? keeping.room())
          return
        case 'ihave':
          traces.noted(frame.ids, peer)
          input(offerOrNotes(peer, frame))
          return
        case 'graft':
          for (const id of frame.ids) traces.asked(id, peer)
          input({ type: 'graft', from: peer, ids: frame.ids, counter: frame.counter ?? 0 })
          return
        case 'prune': input({ type: 'prune', from: peer, counter: frame.counter }); return
        case 'signer-want': input({ type: 'signer-want', from: peer, author: frame.author, signer: frame.signer }); return
        case 'hello': case 'full': case 'ping': case 'pong': // the link's own
      }
    },
    tick: () => {
      keeping.tryAgain()
      input({ type: 'tick', lost: [...messages.lost].slice(0, idsMax) })
      fastSync.look()
      sync.sessions.tick()
      life.look()
      background('Whom this hub was equal with could not be stored', meetings.save())
    },
    submit,
    async publish (message, traced = false) {
      traces.arrived(message.id, { by: 'here', from: null, hops: 0, traced })
      return keeping.keep(message, null, () => { input({ type: 'published', message }) })
    },
    stop () {
      stopped = true
      callOffDeadline()
      fastSync.stop()
      sync.sessions.stop()
    },
    async settled () {
      await intake.settled()
      await keeping.settled()
      await messages.settled()
      await meetings.save().catch(() => undefined) // the next start compares as with strangers
    },
    onStored: listener => keeping.onStored(listener)
  }
}
