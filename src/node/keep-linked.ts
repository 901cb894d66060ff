/**
 * Keeps a Node hub linked to one address: dials, links, and dials again with growing waits when the other was gone (network/relay-keeper.ts). An origin's
 * /network.json is asked again meanwhile: a server may come back under another key. It does not know what goes over the link.
 */
import { reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import type { NetworkId } from '../message/types.ts'
import { parseAddress } from '../network/address.ts'
import type { Links } from '../network/links.ts'
import { readNetworkDocument } from '../network/network-document.ts'
import { createRelayKeeper } from '../network/relay-keeper.ts'
import type { DiallingNode } from './dialling-node.ts'
import type { ConnectTo } from './hub-arguments.ts'

export interface KeepLinkedOptions {
  readonly libp2p: DiallingNode
  readonly links: Links
  readonly network: NetworkId
  readonly connect: ConnectTo
  readonly now: () => number
  readonly report: (report: Report) => void
  /** The other side belongs to another network: it is not dialled again. */
  readonly onRefused: (sentence: string) => void
}

/** Between two looks at an origin whose hub does not answer. As often as it is dialled when it is gone for long. */
const askAgainMs = 10_000

/** Returns how to stop. */
export function keepLinked ({ libp2p, links, network, connect, now, report, onRefused }: KeepLinkedOptions): () => void {
  let asking: ReturnType<typeof setInterval> | undefined
  /** Peers that were told of as no hubs, so that the log has it once. */
  const hubless = new Set<string>()
  const keeper = createRelayKeeper({
    libp2p,
    now,
    report,
    onBeat: (connection) => {
      const peer = connection.remotePeer.toString() as PeerId
      if (links.get(peer) != null) return
      links.open(connection).then((link) => {
        const end = links.lastEnd(peer)
        if (link != null || connection.status !== 'open') return
        if (end?.code === 'wrong-network') {
          keeper.refuse(peer, end.sentence)
          onRefused(end.sentence)
        } else if (end == null && !hubless.has(peer)) {
          hubless.add(peer)
          report({ type: 'no-hub', peer, code: 'no-hub', sentence: 'The server introduces hubs and keeps no messages itself: there is nobody to link to.' })
        }
      }, (thrown: unknown) => { report({ type: 'link-failed', peer, sentence: `No link could be opened: ${reasonOf(thrown)}` }) })
    }
  })

  async function ask (origin: string): Promise<void> {
    try {
      const { served, relays } = await readNetworkDocument(origin)
      if (served.network === network) keeper.use(relays.map(parseAddress))
      else onRefused(`This hub belongs to the network ${network.slice(0, 8)}…, and ${origin} serves ${served.network.slice(0, 8)}…: name another address with --connect, or another folder with --data.`)
    } catch (thrown) {
      report({ type: 'network-document', code: 'network-document', sentence: reasonOf(thrown) })
    }
  }

  if (connect.type === 'address') keeper.use([connect.address])
  else {
    const { origin } = connect
    void ask(origin)
    asking = setInterval(() => {
      if (keeper.views().every(({ state }) => state === 'looking')) void ask(origin)
    }, askAgainMs)
  }

  return () => {
    clearInterval(asking)
    keeper.stop()
  }
}
