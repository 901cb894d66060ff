/**
 * The link of a replay to the hub behind an address such as `npm start` prints: `/network.json` says the network and where its relay is, and the relay's
 * process is a hub too. A guest stores nothing and forwards nothing.
 */
import type { Connection } from '@libp2p/interface'
import { HubError, reasonOf } from '../../base/errors.ts'
import type { PeerId } from '../../base/peer.ts'
import type { NetworkGenesis } from '../../message/types.ts'
import type { Link, LinkFrame } from '../../network/link.ts'
import { createLinks } from '../../network/links.ts'
import { parseAddress } from '../../network/address.ts'
import { readNetworkDocument } from '../../network/network-document.ts'
import { createDiallingNode, type DiallingNode } from '../dialling-node.ts'

export interface Guest {
  readonly rules: NetworkGenesis
  readonly link: Link
  stop: () => Promise<void>
}

export interface GuestHandlers {
  readonly onFrame: (frame: LinkFrame) => void
  readonly onDrained: () => void
  /** The link ended, and not by `stop`. */
  readonly onEnd: (reason: HubError) => void
}

const dialTimeoutMs = 10_000

/** Codes: `not-connected`, `address-invalid`, `wrong-network`. Nothing is left open then. */
export async function joinAsGuest (origin: string, handlers: GuestHandlers): Promise<Guest> {
  const { served, relays } = await readNetworkDocument(origin)
  const libp2p = await createDiallingNode()
  let stopping = false
  const stop = async (): Promise<void> => {
    stopping = true
    await libp2p.stop()
  }
  try {
    const links = await createLinks({
      libp2p,
      network: served.network,
      agent: 'hubbub/0.1.0 replay',
      now: () => Date.now(),
      report: () => undefined, // what matters ends the link, with its reason
      handlers: {
        onUp: () => undefined,
        onDown: (_, { sentence }) => {
          if (!stopping) handlers.onEnd(new HubError('not-connected', `The link to the hub at ${origin} ended: ${sentence}`))
        },
        onFrame: async (frame) => { handlers.onFrame(frame) },
        onDrained: () => { handlers.onDrained() }
      }
    })
    const connection = await dialFirst(libp2p, origin, relays)
    const link = await links.open(connection)
    if (link != null) return { rules: served, link, stop }
    const end = links.lastEnd(connection.remotePeer.toString() as PeerId)
    if (end?.code === 'wrong-network') throw new HubError('wrong-network', `${origin} names one network, and the hub behind it belongs to another: ${end.sentence}`)
    throw new HubError('not-connected', end != null
      ? `The hub at ${origin} did not take the link: ${end.sentence}`
      : `The server at ${origin} introduces hubs and keeps no messages itself: start it without --no-hub, or name another address.`)
  } catch (thrown) {
    await stop()
    throw thrown
  }
}

async function dialFirst (libp2p: DiallingNode, origin: string, relays: readonly string[]): Promise<Connection> {
  const reasons: string[] = []
  for (const relay of relays) {
    try {
      return await libp2p.dial(parseAddress(relay), { signal: AbortSignal.timeout(dialTimeoutMs) })
    } catch (thrown) {
      reasons.push(`${relay}: ${reasonOf(thrown)}`)
    }
  }
  throw new HubError('not-connected', `No relay that ${origin}/network.json names can be reached (${reasons.join('; ') || 'it names none'}).`)
}
