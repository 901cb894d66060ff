/**
 * The worker's RTCPeerConnection-shaped connection; the real one lives on the page (host.ts). It has what @libp2p/webrtc uses for
 * links between browsers and to a relay, and getStats. Certificates, media and ICE restarts are deliberately absent.
 *
 * 1. The real connection is constructed at first use, not by `new`. Then the role is known (who first sets a remote description
 *    answers, all others offer), the budget can keep a reserve for answering, and a peer that opens signalling and then says nothing
 *    costs no construction.
 * 2. The snapshot that the getters read is updated before an event is fired or a call settles.
 * 3. `close()` is synchronous and fires no event, as in the specification; calls that wait then fail, where the browser would leave
 *    them waiting for ever.
 * 4. Who starts to listen after the connection has ended by itself is told once more: the end may fall between two listeners, and
 *    libp2p would take a dead connection for an open one.
 */
import type { Bridge } from './bridge.ts'
import type { ConnectionRole } from './budget.ts'
import { Channel } from './channel.ts'
import { IceCandidate, SessionDescription } from './descriptions.ts'
import { callHandlers, eventWith } from './handlers.ts'
import type { Handler } from './handlers.ts'
import { createIceRecorder } from './ice-record.ts'
import { initLabel, leaveClosingToDialler, tellWhatIsOver } from './init-guard.ts'
import { callsMax, channelsMax } from './protocol.ts'
import type { ChannelArrival, ChannelDescription, ConnectionCall, ConnectionMessage, ConnectionSnapshot, ErrorDescription } from './protocol.ts'

const connectionEvents = [
  'connectionstatechange', 'iceconnectionstatechange', 'icegatheringstatechange', 'signalingstatechange', 'negotiationneeded',
  'icecandidate', 'icecandidateerror', 'datachannel'
] as const

const untouched: ConnectionSnapshot = {
  connectionState: 'new', iceConnectionState: 'new', iceGatheringState: 'new', signalingState: 'stable', localDescription: null, remoteDescription: null
}

const closedHere: ErrorDescription = { name: 'InvalidStateError', message: 'The connection was closed.' }

interface PendingCall {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

export class PeerConnection extends EventTarget {
  oniceconnectionstatechange: Handler = null
  onicegatheringstatechange: Handler = null
  onsignalingstatechange: Handler = null
  onnegotiationneeded: Handler = null
  onicecandidate: Handler = null
  onicecandidateerror: Handler = null
  ondatachannel: Handler = null

  /** What is seen of its search for a path. */
  readonly ice = createIceRecorder()
  readonly #bridge: Bridge
  readonly #configuration: RTCConfiguration | undefined
  readonly #number: number
  readonly #calls = new Map<number, PendingCall>()
  readonly #ours = new Set<Channel>() // channels not closed yet
  readonly #theirs = new Set<Channel>()
  #snapshot = untouched
  #begun = false
  #closed = false
  #endedByItself = false
  #initSeen = false
  #onconnectionstatechange: Handler = null

  constructor (bridge: Bridge, configuration?: RTCConfiguration) {
    super()
    this.#bridge = bridge
    // A certificate here stands for none (install.ts): real ones live on the page, and a browser makes one for each connection.
    this.#configuration = configuration == null ? undefined : { ...configuration, certificates: undefined }
    this.#number = bridge.nextNumber()
    callHandlers(this, connectionEvents, type => this[`on${type}`])
  }

  get connectionState (): RTCPeerConnectionState { return this.#snapshot.connectionState }
  get iceConnectionState (): RTCIceConnectionState { return this.#snapshot.iceConnectionState }
  get iceGatheringState (): RTCIceGatheringState { return this.#snapshot.iceGatheringState }
  get signalingState (): RTCSignalingState { return this.#snapshot.signalingState }
  get localDescription (): SessionDescription | null { return describe(this.#snapshot.localDescription) }
  get remoteDescription (): SessionDescription | null { return describe(this.#snapshot.remoteDescription) }

  get onconnectionstatechange (): Handler { return this.#onconnectionstatechange }
  set onconnectionstatechange (handler: Handler) {
    this.#onconnectionstatechange = handler
    if (this.connectionState !== 'failed' && !this.#endedByItself) return
    queueMicrotask(() => { if (this.#onconnectionstatechange === handler) handler?.call(this, new Event('connectionstatechange')) })
  }

  async createOffer (): Promise<RTCSessionDescriptionInit> {
    const offer = await this.#call({ method: 'createOffer' }) as RTCSessionDescriptionInit
    this.#bridge.offered(this.ice)
    return offer
  }

  async createAnswer (): Promise<RTCSessionDescriptionInit> { return await this.#call({ method: 'createAnswer' }) as RTCSessionDescriptionInit }

  async setLocalDescription (description?: RTCSessionDescriptionInit): Promise<void> {
    await this.#call({ method: 'setLocalDescription', description: description == null ? undefined : plain(description) })
  }

  async setRemoteDescription (description: RTCSessionDescriptionInit): Promise<void> {
    await this.#call({ method: 'setRemoteDescription', description: plain(description) })
  }

  async addIceCandidate (candidate?: RTCIceCandidateInit | IceCandidate | null): Promise<void> {
    this.ice.offeredThere(candidate?.candidate)
    await this.#call({ method: 'addIceCandidate', candidate: candidate instanceof IceCandidate ? candidate.toJSON() : candidate })
  }

  /** A plain Map, which is how far an RTCStatsReport crosses the port. */
  async getStats (): Promise<Map<string, unknown>> { return await this.#call({ method: 'getStats' }) as Map<string, unknown> }

  /**
   * Answers at once with a channel that is still 'connecting'.
   * @throws DOMException `InvalidStateError` when closed, `OperationError` past channelsMax; HubError `dial-budget-spent`, `too-many-connections`
   */
  createDataChannel (label: string, options: RTCDataChannelInit = {}): Channel {
    this.#begin('offer')
    if (this.#ours.size >= channelsMax) throw new DOMException(`A connection carries at most ${channelsMax} channels.`, 'OperationError')
    const number = this.#bridge.nextNumber()
    const channel = this.#adopt(this.#ours, number, {
      label,
      protocol: options.protocol ?? '',
      ordered: options.ordered ?? true,
      negotiated: options.negotiated ?? false,
      maxPacketLifeTime: options.maxPacketLifeTime ?? null,
      maxRetransmits: options.maxRetransmits ?? null
    })
    if (label === initLabel) tellWhatIsOver(channel)
    this.#bridge.addChannel(number, channel)
    this.#bridge.post({ type: 'create-channel', connection: this.#number, channel: number, label, options })
    return channel
  }

  close (): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#begun && !this.#endedByItself) this.#bridge.post({ type: 'close', connection: this.#number })
    this.#release(closedHere)
    queueMicrotask(() => { this.#abandonChannels() })
  }

  /** A message of the page about this connection. */
  receive (message: ConnectionMessage): void {
    switch (message.type) {
      case 'event':
        this.#snapshot = message.snapshot
        this.dispatchEvent(new Event(message.event))
        break
      case 'ice-candidate':
        this.ice.offeredHere(message.candidate?.candidate)
        if (this.ice.complete) this.#bridge.gathered(this.ice)
        this.dispatchEvent(eventWith('icecandidate', { candidate: message.candidate == null ? null : new IceCandidate(message.candidate) }))
        break
      case 'ice-candidate-error':
        this.ice.failed(message.detail)
        this.dispatchEvent(eventWith('icecandidateerror', message.detail))
        break
      case 'ended':
      case 'refused':
        this.#endByItself(message.error)
        break
      case 'returned':
        this.#snapshot = message.snapshot
        this.#settle(message.call)?.resolve(message.value)
        break
      case 'threw':
        this.#settle(message.call)?.reject(new DOMException(message.error.message, message.error.name))
        break
      case 'channel-arrived':
        this.#arrive(message)
    }
  }

  /** Makes the page construct the real connection, once. */
  #begin (role: ConnectionRole): void {
    if (this.#closed || this.#endedByItself) throw new DOMException(closedHere.message, closedHere.name)
    if (this.#begun) return
    this.#bridge.addConnection(this.#number, this, role)
    this.#begun = true
    this.#bridge.post({ type: 'construct', connection: this.#number, configuration: this.#configuration })
  }

  async #call (request: ConnectionCall): Promise<unknown> {
    this.#begin(request.method === 'setRemoteDescription' ? 'answer' : 'offer')
    if (this.#calls.size >= callsMax) throw new DOMException('Too many calls of this connection wait for their answer.', 'OperationError')
    const call = this.#bridge.nextNumber()
    return await new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject })
      this.#bridge.post({ type: 'call', connection: this.#number, call, request })
    })
  }

  #settle (call: number): PendingCall | undefined {
    const pending = this.#calls.get(call)
    this.#calls.delete(call)
    return pending
  }

  #arrive ({ channel: number, real, description, progress }: ChannelArrival): void {
    if (this.#theirs.size >= channelsMax) {
      if (real != null) real.close()
      else this.#bridge.post({ type: 'channel-close', channel: number })
      return
    }
    const channel = this.#adopt(this.#theirs, number, description)
    if (channel.label === initLabel && !this.#initSeen) {
      this.#initSeen = true // only the first: a peer must not make many channels that this side closes late
      leaveClosingToDialler(channel)
    }
    if (real != null) {
      channel.attach(real)
    } else {
      this.#bridge.addChannel(number, channel)
      channel.attachProxy(progress)
    }
    this.#bridge.countChannel(real != null ? 'transferred' : 'proxied')
    this.dispatchEvent(eventWith('datachannel', { channel }))
  }

  #adopt (side: Set<Channel>, number: number, description: ChannelDescription): Channel {
    const channel = new Channel(number, description, (message, transfer) => { this.#bridge.post(message, transfer) })
    side.add(channel)
    channel.addEventListener('close', () => {
      side.delete(channel)
      this.#bridge.removeChannel(number)
    })
    return channel
  }

  /** The peer left, the network failed for good, or the page could not construct it. */
  #endByItself (reason: ErrorDescription): void {
    this.#endedByItself = true
    this.#release(reason)
    this.#abandonChannels(reason)
    this.dispatchEvent(new Event('connectionstatechange'))
  }

  /** Nothing about this connection crosses the port any more. */
  #release (reason: ErrorDescription): void {
    this.#snapshot = { ...this.#snapshot, connectionState: 'closed', iceConnectionState: 'closed', signalingState: 'closed' }
    this.#bridge.removeConnection(this.#number)
    for (const { reject } of this.#calls.values()) reject(new DOMException(reason.message, reason.name))
    this.#calls.clear()
  }

  #abandonChannels (reason?: ErrorDescription): void {
    for (const channel of [...this.#ours, ...this.#theirs]) channel.abandon(reason)
  }
}

function plain (description: RTCSessionDescriptionInit): RTCSessionDescriptionInit {
  return { type: description.type, sdp: description.sdp ?? '' }
}

function describe (description: RTCSessionDescriptionInit | null): SessionDescription | null {
  return description == null ? null : new SessionDescription(description)
}
