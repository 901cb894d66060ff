/**
 * Reports about traced messages on the gossipsub control plane (gossip/SPEC.md T2 to T4): this hub's go out together and at a bounded rate, those of others
 * are read totally and at a bounded rate. gossipsub signs and checks the sender; loss is allowed. Knows nothing of messages.
 */
import type { GossipSub, Message } from '@libp2p/gossipsub'
import type { Libp2p } from '@libp2p/interface'
import { TokenBucket } from '../base/bounded.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import { reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import { hopsMax } from '../gossip/frames.ts'
import type { TraceReport } from '../hub/traces.ts'
import type { MessageId, NetworkId } from '../message/types.ts'
import { TraceReports as WireReports } from './trace.pb.ts'

export interface TraceReports {
  /** Tells all hubs, soon; passes over what is too much. */
  tell: (report: TraceReport) => void
  stop: () => void
}

export interface TraceReportsOptions {
  readonly libp2p: Libp2p<{ pubsub: GossipSub }>
  readonly network: NetworkId
  readonly now: () => number
  readonly report: (report: Report) => void
  readonly onReport: (report: TraceReport, by: PeerId) => void
}

/** T2. Reports wait so long for others: a signature and a flood of the control plane cost more than the delay of what people look at. */
const gatherMs = 200
export const reportsPerMessageMax = 32
/** T2. A hub's own: people trace a message now and then. Guess; a thousand hubs then bring each other 8,000 a second at worst. */
const ownPerSecond = 8
const ownBurst = 64
/** T3. Of one hub: what an honest one sends, with room for lost clocks. */
const othersPerSecond = 16
const othersBurst = 128
/** Hubs whose rate is remembered. Past this all begin anew, which lets one burst of each through. */
const reportersMax = 1_024
/** T2. 32 × (34 + 54 + 3 + 10) bytes, and as much room. */
const messageBytesMax = 4_096
const fromCharactersMax = 64

export function traceTopic (network: NetworkId): string {
  return `hubbub/${network}/traces`
}

export function createTraceReports ({ libp2p, network, now, report, onReport }: TraceReportsOptions): TraceReports {
  const { pubsub } = libp2p.services
  const topic = traceTopic(network)
  const own = new TokenBucket(ownPerSecond, ownBurst)
  const reporters = new Map<string, TokenBucket>()
  /** Bounded by the bucket: what is gathered in `gatherMs`. */
  let gathered: TraceReport[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function publish (): void {
    timer = undefined
    const reports = gathered
    gathered = []
    for (let start = 0; start < reports.length; start += reportsPerMessageMax) {
      pubsub.publish(topic, encodeTraceReports(reports.slice(start, start + reportsPerMessageMax))).catch((error: unknown) => {
        report({ type: 'trace-failed', code: 'trace-failed', sentence: `A trace could not be reported: ${reasonOf(error)}` })
      })
    }
  }

  function bucketOf (peer: string): TokenBucket {
    const known = reporters.get(peer)
    if (known != null) return known
    if (reporters.size >= reportersMax) reporters.clear()
    const bucket = new TokenBucket(othersPerSecond, othersBurst)
    reporters.set(peer, bucket)
    return bucket
  }

  const onMessage = (event: CustomEvent<Message>): void => {
    const message = event.detail
    if (message.topic !== topic || message.type !== 'signed') return
    const peer = message.from.toString()
    if (peer === libp2p.peerId.toString()) return
    const reports = decodeTraceReports(message.data)
    if (reports == null) {
      report({ type: 'rejected', peer, code: 'trace-malformed', sentence: 'A report about traced messages could not be read.' })
      return
    }
    const bucket = bucketOf(peer)
    for (const told of reports) if (bucket.take(now())) onReport(told, peer as PeerId)
  }

  pubsub.addEventListener('message', onMessage)
  pubsub.subscribe(topic)

  return {
    tell (told) {
      if (!own.take(now())) return
      gathered.push(told)
      timer ??= setTimeout(publish, gatherMs)
    },
    stop () {
      clearTimeout(timer)
      pubsub.removeEventListener('message', onMessage)
      pubsub.unsubscribe(topic)
    }
  }
}

export function encodeTraceReports (reports: readonly TraceReport[]): Uint8Array {
  return WireReports.encode({
    reports: reports.map(({ id, from, hops, atMs }) => ({
      id: fromHex(id, 32) ?? new Uint8Array(32), from, hops: Math.min(hops, hopsMax + 1), at: Math.max(0, Math.trunc(atMs))
    }))
  })
}

/** Total: undefined for anything that is not a list of reports. */
export function decodeTraceReports (bytes: Uint8Array): TraceReport[] | undefined {
  if (bytes.byteLength > messageBytesMax) return undefined
  try {
    const { reports } = WireReports.decode(bytes)
    if (reports.length === 0 || reports.length > reportsPerMessageMax) return undefined
    const isSound = reports.every(({ id, from, hops }) => id.byteLength === 32 && peerIdForm.test(from) && hops >= 1 && hops <= hopsMax + 1)
    return isSound ? reports.map(({ id, from, hops, at }) => ({ id: toHex(id) as MessageId, from: from as PeerId, hops, atMs: at })) : undefined
  } catch {
    return undefined // the decoder throws on anything malformed; that is the answer
  }
}

/** Letters and digits, as libp2p's texts of peer ids are: it is shown to people. */
const peerIdForm = new RegExp(`^[1-9A-Za-z]{1,${fromCharactersMax}}$`)
