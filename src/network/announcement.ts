/**
 * What a hub announces of itself, and its bytes (announcement.pb.proto). Total: any bytes give an announcement or nothing. All of it is a claim; the
 * sender's signature is gossipsub's business.
 */
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { fromHex, toHex } from '../base/bytes.ts'
import { isPeerId, type PeerId } from '../base/peer.ts'
import { agentOf } from '../gossip/frames.ts'
import type { Mode } from '../hub/api.ts'
import { Announcement as Wire, LinkKind, Mode as WireMode } from './announcement.pb.ts'

export interface AnnouncedLink {
  readonly peer: PeerId
  readonly link: 'eager' | 'lazy' | 'none'
  readonly isServer: boolean
  readonly rttMs: number | null
}

export interface Announced {
  /** Servers' addresses by which it can be dialled. */
  readonly addresses: readonly Multiaddr[]
  readonly agent: string
  /** Hubs that introduce it to their neighbours. */
  readonly introducers: readonly PeerId[]
  readonly links: readonly AnnouncedLink[]
  readonly mode: Mode | null
  readonly messages: number | null
  readonly minEpoch: number | null
  readonly maxEpoch: number | null
  /** Whether it serves snapshots. */
  readonly serving: boolean
  /** Hex; null: not told, or not worked out yet. */
  readonly root: string | null
  /** The height of the newest certified checkpoint that it serves; null: none. */
  readonly checkpoint: number | null
  /** Who writes there, as it says (SPEC.md N6), `authorshipBytes` of them; null: it does not say. Unchecked (hub/authorship.ts). */
  readonly authorship: Uint8Array<ArrayBuffer> | null
}

/** Addresses in one announcement: those of a few relays. */
const addressesMax = 8
export const introducersMax = 8
/** More than membership ever allows (gossip/SPEC.md V3), servers included. */
const linksMax = 16
/** An announcement's bytes: 8 addresses of about 200 B, 24 peer ids of 52 B, and some. */
const bytesMax = 4_096
const rootBytes = 32
/** N6. A key, a key and a signature. */
const authorshipBytes = 128

const kinds = { eager: LinkKind.EAGER, lazy: LinkKind.LAZY, none: LinkKind.NO_GOSSIP } as const
const modes = { unsynced: WireMode.UNSYNCED, sync: WireMode.SYNC, synced: WireMode.SYNCED, pacemaker: WireMode.PACEMAKER } as const

export function encodeAnnouncement (announced: Announced): Uint8Array {
  const { addresses, agent, introducers, links, mode, messages, minEpoch, maxEpoch, serving, root, checkpoint, authorship } = announced
  const rootOf = root == null ? undefined : fromHex(root, rootBytes)
  return Wire.encode({
    addresses: addresses.slice(0, addressesMax).map(({ bytes }) => new Uint8Array(bytes)),
    agent,
    introducers: introducers.slice(0, introducersMax),
    links: links.slice(0, linksMax).map(({ peer, link, isServer, rttMs }) => ({
      peer, kind: kinds[link], server: isServer, ...rttMs != null && { roundTrip: Math.round(rttMs * 10) }
    })),
    mode: mode == null ? WireMode.UNKNOWN : modes[mode],
    ...messages != null && { messages },
    ...minEpoch != null && { minEpoch },
    ...maxEpoch != null && { maxEpoch },
    serving,
    ...rootOf != null && { root: rootOf },
    ...checkpoint != null && { checkpoint },
    ...authorship != null && { authorship }
  })
}

/** Undefined for anything that is not an announcement. */
export function decodeAnnouncement (bytes: Uint8Array): Announced | undefined {
  if (bytes.byteLength > bytesMax) return undefined
  try {
    const { addresses, agent, introducers, links, mode, messages, minEpoch, maxEpoch, serving, root, checkpoint, authorship } = Wire.decode(bytes)
    if (root != null && root.byteLength !== rootBytes) return undefined
    if (authorship != null && authorship.byteLength !== authorshipBytes) return undefined
    if (addresses.length > addressesMax || introducers.length > introducersMax || links.length > linksMax) return undefined
    if (![...introducers, ...links.map(({ peer }) => peer)].every(isPeerId)) return undefined
    return {
      addresses: addresses.map(address => multiaddr(address)),
      agent: agentOf(agent),
      introducers: introducers as PeerId[],
      links: links.map(({ peer, kind, server, roundTrip }) => ({
        peer: peer as PeerId, link: nameOf(kinds, kind) ?? 'none', isServer: server, rttMs: roundTrip == null ? null : roundTrip / 10
      })),
      mode: nameOf(modes, mode) ?? null,
      messages: messages ?? null,
      minEpoch: minEpoch ?? null,
      maxEpoch: maxEpoch ?? null,
      serving,
      root: root == null ? null : toHex(root),
      checkpoint: checkpoint ?? null,
      authorship: authorship ?? null
    }
  } catch {
    return undefined // the decoders throw on anything malformed; that is the answer
  }
}

function nameOf<Name extends string, Value> (names: Readonly<Record<Name, Value>>, value: Value): Name | undefined {
  return (Object.keys(names) as Name[]).find(name => names[name] === value)
}
