/**
 * The hub in a Maelstrom node: the runtime of every other hub with a store in memory, and links to the other nodes of the list instead of libp2p. Time, chance
 * and signatures' checks are handed in, so that the simulator runs the same.
 */
import { createEventLog, type LogEntry } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import type { Timer } from '../../base/timer.ts'
import { createBroadcastTree } from '../../gossip/broadcast-tree.ts'
import type { Frame } from '../../gossip/frames.ts'
import { tickMs } from '../../hub/core/hub-core.ts'
import { openIdentity, type KeySource } from '../../hub/identity.ts'
import { createPublisher, type Publisher } from '../../hub/publisher.ts'
import { createRuntime, type Runtime } from '../../hub/runtime.ts'
import { networkOf } from '../../message/genesis.ts'
import type { Verifier } from '../../message/signing.ts'
import { openMemoryStore } from '../../store/memory.ts'
import type { Envelope } from './envelope.ts'
import { createLink, type Link } from './link.ts'
import { createOverlay, isSpare } from './overlay.ts'
import type { LinkTiming, Profile } from './profile.ts'
import { createSyncStreams, type SyncStreams } from './sync-streams.ts'
import { createValues, draftOf } from './values.ts'

export interface MaelstromHub {
  /** Resolves once the value is stored here. Codes: those of a publisher. */
  broadcast: (value: unknown) => Promise<void>
  /** Each value once. */
  readonly values: readonly unknown[]
  receive: (src: string, envelope: Envelope) => void
  /** Resolves when the links that it wants are up, or after this time. */
  linked: (withinMs: number) => Promise<void>
  stop: () => Promise<void>
}

export interface MaelstromPorts {
  readonly now: () => number
  readonly timer: Timer
  /** Bytes that peers cannot guess. */
  readonly random: (length: number) => Uint8Array<ArrayBuffer>
  readonly verify: Verifier['verify']
  /** @default the platform's */
  readonly keys?: KeySource
  /** What happens to the hub, as far as it is worth a line. */
  readonly tell: (entry: LogEntry) => void
  /** Called with each value once it is here: for whoever measures. */
  readonly onValue?: (value: unknown) => void
}

export interface MaelstromHubOptions extends MaelstromPorts {
  readonly nodeId: string
  /** In the order that all nodes were told. */
  readonly nodeIds: readonly string[]
  readonly profile: Profile
  readonly transmit: (dest: string, envelope: Envelope) => void
}

/** One network for every process group: who is in it, Maelstrom decides. Anybody may write, so no device has to prove work. */
const rules = networkOf({ name: 'maelstrom', genesisTime: 946_684_800_000, admissionBits: 0, attesters: [] })
const agent = 'hubbub/0.1.0 maelstrom'
/** What every message would repeat. */
const untold: ReadonlySet<string> = new Set(['message-stored', 'messages-stored', 'sync-started'])

export async function createMaelstromHub (options: MaelstromHubOptions): Promise<MaelstromHub> {
  const { nodeId, nodeIds, profile, transmit, now, timer, random, verify, keys, tell, onValue } = options
  const store = await openMemoryStore()
  const identity = await openIdentity({ store, deviceName: nodeId, keysAsObjects: false, ...keys != null && { keys } })
  const log = createEventLog(now, (entry) => { if (!untold.has(entry.type)) tell(entry) })
  const links = new Map<PeerId, Link>()
  const values = createValues(onValue)
  const callOff = new Set<() => void>()
  const waiting = new Set<() => void>()

  const runtime: Runtime = await createRuntime({
    rules, random, store, verify, log, now, timer,
    createBroadcast: (host, chance) => createBroadcastTree(host, chance, profile.tree),
    isOwn: author => author === identity.author,
    transport: {
      send: (peer: PeerId, frame: Frame) => links.get(peer)?.send(frame) === true,
      reject: (peer, code, sentence) => {
        log.report({ type: 'rejected', peer, code, sentence })
        links.get(peer)?.close(sentence)
      }
    },
    syncNetwork: {
      peerId: nodeId as PeerId,
      neighbours: () => streams.neighbours(),
      open: async peer => streams.open(peer)
    }
  })
  const streams: SyncStreams = createSyncStreams({
    self: nodeId as PeerId,
    links: () => [...links.values()].filter(({ isUp }) => isUp),
    onStream: (peer, stream) => { runtime.sync.sessions.accept(peer, stream) },
    timer
  })

  for (const id of nodeIds) if (id !== nodeId) links.set(id as PeerId, linkTo(id as PeerId))
  const overlay = createOverlay({ links: [...links.values()], linksWanted: profile.linksWanted, redialMs: profile.link.redialMs, now })
  runtime.onStored(values.add)

  /** One side pings a little later, so that the ping of the other is all that it takes. */
  function timingOf (peer: PeerId): LinkTiming {
    const { link } = profile
    return nodeId < peer ? link : { ...link, pingAfterMs: link.pingAfterMs + 2 * link.beatMs }
  }

  function linkTo (peer: PeerId): Link {
    return createLink({
      peer, network: rules.network, agent, links: () => streams.neighbours().length, timing: timingOf(peer), batchMs: profile.batchMs, now, timer,
      newLife: () => 1 + (new DataView(random(4).buffer).getUint32(0)),
      transmit: (envelope) => { transmit(peer, envelope) },
      onUp: () => {
        log.report({ type: 'link-up', peer, sentence: 'The link is up.' })
        for (const look of waiting) look()
        runtime.linkUp(peer, { isSpare: isSpare(nodeIds, nodeId, peer) })
      },
      onDown: (sentence) => {
        log.report({ type: 'link-down', peer, sentence })
        streams.linkDown(peer)
        runtime.linkDown(peer)
      },
      onFrame: (frame) => { void runtime.frame(peer, frame) }, // the next one need not wait: intake keeps them in order
      onSync: (part) => { streams.receive(peer, part) },
      onRoundTrip: (rttMs) => { runtime.roundTrip(peer, rttMs) },
      onRefused: (sentence) => { log.report({ type: 'rejected', peer, code: 'frame-malformed', sentence }) }
    })
  }

  function every (ms: number, action: () => void): void {
    const next = (): void => {
      const stop = timer(ms, () => {
        callOff.delete(stop)
        next()
        action()
      })
      callOff.add(stop)
    }
    next()
  }
  every(profile.link.beatMs, () => {
    for (const link of links.values()) link.beat()
    overlay.beat()
  })
  every(tickMs, runtime.tick)
  overlay.beat()

  /** A node's first message introduces its device: with its first value, in the same Maelstrom message. */
  let publisher: Promise<Publisher> | undefined
  const publishing = (): Promise<Publisher> => publisher ??= createPublisher({ runtime, identity, rules, now })

  return {
    async broadcast (value) { await (await publishing()).publish(draftOf(value)) },
    get values () { return values.all },
    receive (src, envelope) { links.get(src as PeerId)?.receive(envelope) },
    async linked (withinMs) {
      const isLinked = (): boolean => streams.neighbours().length >= Math.min(profile.linksWanted, links.size)
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (!isLinked()) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        timer(withinMs, resolve)
        look()
      })
    },
    async stop () {
      for (const stop of callOff) stop()
      runtime.stop()
      await runtime.settled()
      await store.close()
    }
  }
}
