/**
 * Gives a dedicated worker an RTCPeerConnection. The worker's first import: @libp2p/webrtc reads the global when it is evaluated.
 * Where there is one already, or no page to host it, nothing happens.
 */
import { openBridge } from './bridge.ts'
import type { Bridge, ChannelCounts } from './bridge.ts'
import { constructionsMax } from './budget.ts'
import type { ConstructionCount } from './budget.ts'
import { PeerConnection } from './connection.ts'
import { IceCandidate, SessionDescription } from './descriptions.ts'
import type { IceRecord } from './ice-record.ts'
import type { PortOffer } from './protocol.ts'

export type { ChannelCounts, ConstructionCount }

const bridge = install()

/** Data channels of this worker since its start. */
export function channelCounts (): ChannelCounts {
  return bridge?.channelCounts() ?? { transferred: 0, proxied: 0 }
}

/** How much of what a browser allows a tab is used up. */
export function constructions (): ConstructionCount {
  return bridge?.budget.read() ?? { constructed: 0, budget: constructionsMax, total: 0 }
}

/** The search for a path of the connection that made an offer last: of a dial, in the turn in which libp2p says that it sends the offer. */
export function newestOffer (): IceRecord | undefined {
  return bridge?.newest.offer
}

/** What this browser last offered of itself, once it had no more to offer; undefined: no connection was tried yet. */
export function newestGathered (): IceRecord | undefined {
  return bridge?.newest.gathered
}

function install (): Bridge | null {
  if ('RTCPeerConnection' in globalThis || !('DedicatedWorkerGlobalScope' in globalThis)) return null
  const { port1, port2 } = new MessageChannel()
  const opened = openBridge(port1)
  const offer: PortOffer = { type: 'hubbub/peer-connections', port: port2 }
  postMessage(offer, { transfer: [port2] })
  Object.assign(globalThis, {
    RTCPeerConnection: class RTCPeerConnection extends PeerConnection {
      constructor (configuration?: RTCConfiguration) { super(opened, configuration) }

      /** For webrtc-direct, which asks for a certificate and passes it on at once; there is none here, and each connection makes its own. */
      static async generateCertificate (): Promise<object> { return await Promise.resolve({}) }
    },
    RTCSessionDescription: SessionDescription,
    RTCIceCandidate: IceCandidate
  })
  return opened
}
