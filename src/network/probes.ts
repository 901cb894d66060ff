/** What is asked of the network now and then, by a person who looks into it: loaded when it is. */
import type { Connection, Libp2p } from '@libp2p/interface'
import { RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2'
import type { Ping } from '@libp2p/ping'
import type { Multiaddr } from '@multiformats/multiaddr'
import { HubError, reasonOf } from '../base/errors.ts'
import type { IcePair, RelayTest } from '../hub/api.ts'

/** A relay that takes longer is of no use to a person who waits. */
const testTimeoutMs = 8_000

/** Dials a relay, measures it, and ends the connection if there was none before. Codes: `dial-failed`. */
export async function testRelay (
  libp2p: Libp2p<{ ping: Ping }>, address: Multiaddr, nowMs: () => number, closeConnection: (connection: Connection) => void
): Promise<RelayTest> {
  const before = new Set(libp2p.getConnections().map(({ id }) => id))
  const signal = AbortSignal.timeout(testTimeoutMs)
  try {
    const startedAt = nowMs()
    // A connection that there is answers for nothing: a new one is made.
    const connection = await libp2p.dial(address, { signal, force: true })
    const connectMs = nowMs() - startedAt
    try {
      const rttMs = await libp2p.services.ping.ping(connection.remotePeer, { signal })
      const { protocols } = await libp2p.peerStore.get(connection.remotePeer)
      return { peerId: connection.remotePeer.toString(), connectMs: Math.round(connectMs), rttMs, isRelay: protocols.includes(RELAY_V2_HOP_CODEC) }
    } finally {
      if (!before.has(connection.id)) closeConnection(connection)
    }
  } catch (thrown) {
    throw new HubError('dial-failed', `No relay answers there: ${signal.aborted ? `nothing came within ${testTimeoutMs / 1_000} s` : reasonOf(thrown)}.`, { cause: thrown })
  }
}

/** What RTCStatsReport has of a candidate; browsers leave out what they keep private. */
interface CandidateStats { readonly candidateType?: string, readonly address?: string, readonly port?: number, readonly protocol?: string }
interface Stats extends CandidateStats {
  readonly type?: string
  readonly selectedCandidatePairId?: string
  readonly localCandidateId?: string
  readonly remoteCandidateId?: string
  /** Firefox marks the pair in use so. */
  readonly selected?: boolean
}

/** libp2p keeps the peer connection of a link to itself: it is looked for where its WebRTC transport puts it, and where it is not there is no answer. */
export async function icePairOf (connection: Connection): Promise<IcePair | null> {
  const { maConn } = connection as { readonly maConn?: { readonly peerConnection?: { readonly getStats?: () => Promise<ReadonlyMap<string, unknown>> } } }
  const stats = await maConn?.peerConnection?.getStats?.()
  return stats == null ? null : pairIn(stats as ReadonlyMap<string, Stats>)
}

/** The pair in use in a report; null: it names none. */
export function pairIn (stats: ReadonlyMap<string, Stats>): IcePair | null {
  const transport = [...stats.values()].find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId != null)
  const pair = stats.get(transport?.selectedCandidatePairId ?? '') ?? [...stats.values()].find(({ type, selected }) => type === 'candidate-pair' && selected === true)
  const [here, there] = [stats.get(pair?.localCandidateId ?? ''), stats.get(pair?.remoteCandidateId ?? '')]
  if (here?.candidateType == null || there?.candidateType == null) return null
  return { protocol: here.protocol ?? null, here: endOf(here.candidateType, here), there: endOf(there.candidateType, there) }
}

function endOf (kind: string, { address, port }: CandidateStats): IcePair['here'] {
  if (address == null || address === '' || port == null) return { kind, address: null }
  return { kind, address: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}` }
}
