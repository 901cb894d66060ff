/**
 * What the page and the worker say to each other about peer connections: data types and the limits both sides hold, no machinery.
 * One MessagePort carries it, so everything arrives in the order it was sent. Connections and channels are named by numbers that
 * the side which makes them chooses: the worker positive ones, the page negative ones (channels that a peer opened).
 * A message about a number that the other side has dropped already is stale, not wrong, and has no effect.
 */

/** Peer connections that live at once. A hub keeps 8 links; the rest is room for dials under way and for neighbours that ask for more. */
export const connectionsMax = 128

/** Data channels that live at once on one connection, counted for each side's own. libp2p opens one a stream, and keeps a handful. */
export const channelsMax = 256

/** Calls of one connection that wait for their answer. Signalling makes one at a time, and one more for each candidate. */
export const callsMax = 256

/** Bytes under way on a proxied channel, each direction. It is what Chromium itself lets a data channel hold; libp2p stops at 2 MiB. */
export const proxiedBytesMax = 16 * 1024 * 1024

/** The worker confirms that it took so many bytes of a proxied channel: often enough to stay far below proxiedBytesMax. */
export const confirmBytes = 256 * 1024

/** The part of a MessagePort that both sides use, so that a test can stand in for it. */
export interface BridgePort {
  onmessage: ((event: MessageEvent) => void) | null
  postMessage (message: unknown, transfer?: Transferable[]): void
}

/** The worker's first message to its page: it makes the port itself, so nothing is lost however late its modules load. */
export interface PortOffer {
  readonly type: 'hubbub/peer-connections'
  readonly port: MessagePort
}

/** What the worker shows of a connection that lives on the page; sent before, or together with, whatever changed it. */
export interface ConnectionSnapshot {
  readonly connectionState: RTCPeerConnectionState
  readonly iceConnectionState: RTCIceConnectionState
  readonly iceGatheringState: RTCIceGatheringState
  readonly signalingState: RTCSignalingState
  readonly localDescription: RTCSessionDescriptionInit | null
  readonly remoteDescription: RTCSessionDescriptionInit | null
}

/** Fields of a proxied channel that never change. */
export interface ChannelDescription {
  readonly label: string
  readonly protocol: string
  readonly ordered: boolean
  readonly negotiated: boolean
  readonly maxPacketLifeTime: number | null
  readonly maxRetransmits: number | null
}

/** A call that the page answers with one `returned` or `threw`. */
export type ConnectionCall =
  | { readonly method: 'createOffer' | 'createAnswer' | 'getStats' }
  | { readonly method: 'setLocalDescription', readonly description: RTCSessionDescriptionInit | undefined }
  | { readonly method: 'setRemoteDescription', readonly description: RTCSessionDescriptionInit }
  | { readonly method: 'addIceCandidate', readonly candidate: RTCIceCandidateInit | null | undefined }

export interface ErrorDescription {
  readonly name: string
  readonly message: string
}

export type ConnectionEventName = 'connectionstatechange' | 'iceconnectionstatechange' | 'icegatheringstatechange' | 'signalingstatechange' | 'negotiationneeded'

/** `sent`: bytes of this channel that left for the network since it began. `id`: the channel's number on the wire, once known. */
export interface ChannelProgress {
  readonly state: RTCDataChannelState
  readonly id: number | null
  readonly sent: number
}

export type ChannelNews =
  | { readonly event: 'open' | 'closing' | 'close' | 'progress' }
  | { readonly event: 'message', readonly data: ArrayBuffer | string }
  | { readonly event: 'error', readonly error: ErrorDescription }

export interface IceCandidateErrorDetail {
  readonly address: string | null
  readonly port: number | null
  readonly url: string
  readonly errorCode: number
  readonly errorText: string
}

export type ToHost =
  | { readonly type: 'construct', readonly connection: number, readonly configuration: RTCConfiguration | undefined }
  | { readonly type: 'close', readonly connection: number }
  | { readonly type: 'call', readonly connection: number, readonly call: number, readonly request: ConnectionCall }
  | { readonly type: 'create-channel', readonly connection: number, readonly channel: number, readonly label: string, readonly options: RTCDataChannelInit }
  | { readonly type: 'channel-send', readonly channel: number, readonly data: ArrayBuffer }
  | { readonly type: 'channel-took', readonly channel: number, readonly bytes: number }
  | { readonly type: 'channel-close', readonly channel: number }

/** The peer opened a channel. `real` is transferred; where it is null the page proxies the channel. */
export interface ChannelArrival {
  readonly type: 'channel-arrived'
  readonly connection: number
  readonly channel: number
  readonly real: RTCDataChannel | null
  readonly description: ChannelDescription
  readonly progress: ChannelProgress
}

/** Messages about one connection. */
export type ConnectionMessage =
  | { readonly type: 'event', readonly connection: number, readonly event: ConnectionEventName, readonly snapshot: ConnectionSnapshot }
  | { readonly type: 'ice-candidate', readonly connection: number, readonly candidate: RTCIceCandidateInit | null }
  | { readonly type: 'ice-candidate-error', readonly connection: number, readonly detail: IceCandidateErrorDetail }
  /** It ended without the worker's doing (the peer left, the page goes): nothing about it will follow. */
  | { readonly type: 'ended', readonly connection: number, readonly error: ErrorDescription }
  /** The page could not construct the connection: nothing about it will follow. */
  | { readonly type: 'refused', readonly connection: number, readonly error: ErrorDescription }
  | { readonly type: 'returned', readonly connection: number, readonly call: number, readonly value: unknown, readonly snapshot: ConnectionSnapshot }
  | { readonly type: 'threw', readonly connection: number, readonly call: number, readonly error: ErrorDescription }
  | ChannelArrival

/** Messages about one channel that the worker made or that is proxied. */
export type ChannelMessage =
  /** The answer to `create-channel`; where `real` is null the page proxies the channel. */
  | { readonly type: 'channel-ready', readonly channel: number, readonly real: RTCDataChannel | null }
  | { readonly type: 'channel-news', readonly channel: number, readonly progress: ChannelProgress, readonly news: ChannelNews }

/** `collected`: the page's garbage collector took a closed connection, which counts no more against what a browser allows. */
export type ToWorker = ConnectionMessage | ChannelMessage | { readonly type: 'collected' }

/** Whether this can be one of our messages at all; the port is private to the two sides, so the rest is a matter of types. */
export function isTagged (data: unknown): data is { readonly type: string } {
  return typeof data === 'object' && data !== null && 'type' in data && typeof data.type === 'string'
}

export function describeError (thrown: unknown): ErrorDescription {
  return thrown instanceof Error ? { name: thrown.name, message: thrown.message } : { name: 'OperationError', message: String(thrown) }
}
