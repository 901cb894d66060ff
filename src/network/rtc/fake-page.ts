/**
 * For tests: RTCPeerConnection and RTCDataChannel as a page has them, moved by hand, and a bridge between the two sides in one thread.
 * Nothing happens in them by itself, so a test decides the order in which things happen.
 */
import { openBridge } from './bridge.ts'
import type { Bridge } from './bridge.ts'
import { PeerConnection } from './connection.ts'
import { callHandlers, eventWith } from './handlers.ts'
import type { Handler } from './handlers.ts'
import { createPeerConnectionHost } from './host.ts'
import type { PeerConnectionHost } from './host.ts'
import { isTagged } from './protocol.ts'
import type { BridgePort, ConnectionEventName } from './protocol.ts'

export class FakeChannel extends EventTarget {
  onopen: Handler = null
  onmessage: Handler = null
  onbufferedamountlow: Handler = null
  onclosing: Handler = null
  onclose: Handler = null
  onerror: Handler = null
  id: number | null = null
  binaryType: BinaryType = 'blob'
  bufferedAmountLowThreshold = 0
  bufferedAmount = 0
  readyState: RTCDataChannelState = 'connecting'
  readonly protocol = ''
  readonly ordered = true
  readonly negotiated = false
  readonly maxPacketLifeTime = null
  readonly maxRetransmits = null
  readonly sent: unknown[] = []

  constructor (readonly label: string) {
    super()
    callHandlers(this, ['open', 'message', 'bufferedamountlow', 'closing', 'close', 'error'], type => this[`on${type}`])
  }

  send (data: ArrayBuffer): void {
    this.sent.push(data)
    this.bufferedAmount += data.byteLength
  }

  close (): void { if (this.readyState !== 'closed') this.readyState = 'closing' }

  /** The network took `bytes` of what was sent. */
  drain (bytes: number): void {
    const before = this.bufferedAmount
    this.bufferedAmount -= bytes
    if (before > this.bufferedAmountLowThreshold && this.bufferedAmount <= this.bufferedAmountLowThreshold) this.dispatchEvent(new Event('bufferedamountlow'))
  }

  become (state: 'open' | 'closing' | 'closed', id: number | null = this.id): void {
    this.readyState = state
    this.id = id
    this.dispatchEvent(new Event(state === 'closed' ? 'close' : state))
  }

  deliver (data: unknown): void { this.dispatchEvent(new MessageEvent('message', { data })) }
}

export class FakeConnection extends EventTarget {
  onicecandidate: Handler = null
  onicecandidateerror: Handler = null
  ondatachannel: Handler = null
  connectionState: RTCPeerConnectionState = 'new'
  readonly iceConnectionState = 'new'
  readonly iceGatheringState = 'new'
  readonly signalingState = 'stable'
  localDescription: RTCSessionDescriptionInit | null = null
  remoteDescription: RTCSessionDescriptionInit | null = null
  readonly transport = { state: 'new' as RTCDtlsTransportState, onstatechange: null as (() => void) | null }
  readonly sctp = { transport: this.transport }
  readonly created: FakeChannel[] = []
  readonly candidates: unknown[] = []
  closed = false
  /** When set, createOffer rejects with it, and createDataChannel throws it. */
  failure: DOMException | null = null
  /** When set, createAnswer waits for it. */
  hold: Promise<void> | null = null

  constructor () {
    super()
    callHandlers(this, ['icecandidate', 'icecandidateerror', 'datachannel'], type => this[`on${type}`])
  }

  createOffer (): Promise<RTCSessionDescriptionInit> {
    return this.failure != null ? Promise.reject(this.failure) : Promise.resolve({ type: 'offer', sdp: 'an offer' })
  }

  async createAnswer (): Promise<RTCSessionDescriptionInit> {
    await this.hold
    return { type: 'answer', sdp: 'an answer' }
  }

  setLocalDescription (description: RTCSessionDescriptionInit): Promise<void> {
    this.localDescription = description
    return Promise.resolve()
  }

  setRemoteDescription (description: RTCSessionDescriptionInit): Promise<void> {
    this.remoteDescription = description
    return Promise.resolve()
  }

  addIceCandidate (candidate: unknown): Promise<void> {
    this.candidates.push(candidate)
    return Promise.resolve()
  }

  getStats (): Promise<Map<string, unknown>> { return Promise.resolve(new Map([['T01', { type: 'transport' }]])) }

  createDataChannel (label: string): FakeChannel {
    if (this.failure != null) throw this.failure
    const channel = new FakeChannel(label)
    this.created.push(channel)
    return channel
  }

  /** Leaves `connectionState` as it is, as Firefox does for a while. */
  close (): void { this.closed = true }

  become (state: RTCPeerConnectionState): void {
    this.connectionState = state
    this.fire('connectionstatechange')
  }

  fire (event: ConnectionEventName): void { this.dispatchEvent(new Event(event)) }

  /** A candidate of this side was found; null ends them. */
  find (candidate: RTCIceCandidateInit | null): void {
    this.dispatchEvent(eventWith('icecandidate', { candidate: candidate == null ? null : { toJSON: () => candidate } }))
  }

  /** The peer opened a channel. */
  arrive (label: string, id = 1): FakeChannel {
    const channel = new FakeChannel(label)
    channel.readyState = 'open'
    channel.id = id
    this.dispatchEvent(eventWith('datachannel', { channel }))
    return channel
  }
}

export interface FakePage {
  readonly bridge: Bridge
  readonly host: PeerConnectionHost
  /** What the page constructed, in order. */
  readonly reals: FakeConnection[]
  /** Calls back as the garbage collector would, one for each construction. */
  readonly collect: Array<() => void>
  /** When set, the page's constructor throws it. */
  refuse: DOMException | null
  /** The port's ends, to send what no side would. */
  readonly toHost: (message: unknown) => void
  readonly toWorker: (message: unknown) => void
  connection (configuration?: RTCConfiguration): PeerConnection
  /** Resolves when all that either side has sent by now has arrived. */
  settled (): Promise<void>
  stop (): void
}

/** Both sides in one thread. 'moved': channels can be transferred (by reference). 'copied': over a MessageChannel, which refuses them. */
export function createFakePage (kind: 'moved' | 'copied', options: { forceProxy?: boolean } = {}): FakePage {
  const { workerPort, hostPort, stop } = kind === 'moved' ? movingPorts() : copyingPorts()
  const probe = withProbe(workerPort, hostPort)
  const reals: FakeConnection[] = []
  const collect: Array<() => void> = []
  const host = createPeerConnectionHost(options, {
    construct () {
      if (page.refuse != null) throw page.refuse
      const real = new FakeConnection()
      reals.push(real)
      return real as unknown as RTCPeerConnection
    },
    whenCollected (_, callback) { collect.push(callback) }
  })
  host.serve(probe.hostPort)
  const bridge = openBridge(probe.workerPort)
  const page: FakePage = {
    bridge,
    host,
    reals,
    collect,
    refuse: null,
    toHost: (message) => { workerPort.postMessage(message) },
    toWorker: (message) => { hostPort.postMessage(message) },
    connection: configuration => new PeerConnection(bridge, configuration),
    async settled () {
      await probe.roundTrip()
      await probe.roundTrip() // for what the first has set off
    },
    stop
  }
  return page
}

/** The real channel that the page created last. */
export function lastCreated (page: FakePage, connection = 0): FakeChannel {
  const channel = page.reals[connection]?.created.at(-1)
  if (channel == null) throw new Error('The page has not created a channel yet.')
  return channel
}

interface Ports {
  readonly workerPort: BridgePort
  readonly hostPort: BridgePort
  readonly stop: () => void
}

function copyingPorts (): Ports {
  const { port1, port2 } = new MessageChannel()
  return { workerPort: port1, hostPort: port2, stop: () => { port1.close() } }
}

/** Each message is a task of its own, in order, like on a MessagePort; a field `real` is handed over as it is. */
function movingPorts (): Ports {
  const deliver = (to: BridgePort, message: unknown, transfer: Transferable[]): void => {
    const real = isTagged(message) && 'real' in message ? { real: message.real } : {}
    const buffers = transfer.filter(item => item instanceof ArrayBuffer)
    const data: unknown = isTagged(message) ? { ...structuredClone({ ...message, real: null }, { transfer: buffers }), ...real } : message
    setImmediate(() => { to.onmessage?.(new MessageEvent('message', { data })) })
  }
  const workerPort: BridgePort = { onmessage: null, postMessage (message, transfer = []) { deliver(hostPort, message, transfer) } }
  const hostPort: BridgePort = { onmessage: null, postMessage (message, transfer = []) { deliver(workerPort, message, transfer) } }
  return { workerPort, hostPort, stop: () => { workerPort.onmessage = hostPort.onmessage = null } }
}

/** The port keeps order, so when a probe has come back, all that was sent before it has arrived. */
function withProbe (workerPort: BridgePort, hostPort: BridgePort): { workerPort: BridgePort, hostPort: BridgePort, roundTrip: () => Promise<void> } {
  let arrived = (): void => undefined
  const tapped = (port: BridgePort, onProbe: () => void): BridgePort => {
    const outer: BridgePort = { onmessage: null, postMessage: (message, transfer = []) => { port.postMessage(message, transfer) } }
    port.onmessage = (event) => { if (event.data === 'probe') onProbe(); else outer.onmessage?.(event) }
    return outer
  }
  return {
    workerPort: tapped(workerPort, () => { arrived() }),
    hostPort: tapped(hostPort, () => { hostPort.postMessage('probe') }),
    roundTrip: async () => {
      await new Promise<void>((resolve) => {
        arrived = resolve
        workerPort.postMessage('probe')
      })
    }
  }
}
