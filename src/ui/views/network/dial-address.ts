/** The address by which a hub can be dialled that only introducers reach. Pure. */
import { bestRelay } from '../../words/sentences.ts'
import type { HubStatus, HubView, PeerView } from '../../../worker/api.ts'

/** Through an introducer of its own that is linked here, otherwise through the relay; null: nobody could introduce it. */
export function dialAddress (peerId: string, status: Pick<HubStatus, 'relays'>, peers: readonly PeerView[], report: HubView | null): string | null {
  const introducer = report?.introducers.find(id => peers.some(peer => peer.peerId === id && peer.path !== 'relayed'))
  if (introducer != null) return `/p2p/${introducer}/p2p-circuit/webrtc/p2p/${peerId}`
  const relay = bestRelay(status.relays)
  return relay == null || relay.state === 'looking' || relay.state === 'refused' ? null : `${relay.address}/p2p-circuit/webrtc/p2p/${peerId}`
}
