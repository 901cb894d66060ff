/**
 * The worker's RTCDataChannel-shaped channel. `createDataChannel` must answer at once, but the real channel lives on the page: so this
 * is a façade that waits, and then either drives the real channel, transferred into the worker, or a proxied one over the port, where
 * the browser refuses the transfer. Whoever holds it cannot tell which, but for speed.
 *
 * 1. Events are fired here, not on the real channel, so handlers set at any time in the task that made or announced the channel see
 *    every message.
 * 2. `readyState` and `bufferedAmount` are up to date before an event is fired.
 * 3. `id` is unique among the connection's channels from the first moment (libp2p names streams by it): provisional ids are negative.
 *
 * Sends bytes only: nothing here sends text. It knows nothing of libp2p.
 */
import { proxiedBytesMax, confirmBytes } from './protocol.ts'
import type { ChannelDescription, ChannelNews, ChannelProgress, ErrorDescription, ToHost } from './protocol.ts'
import { callHandlers, eventWith } from './handlers.ts'
import type { Handler } from './handlers.ts'

const channelEvents = ['open', 'message', 'bufferedamountlow', 'closing', 'close', 'error'] as const

export class Channel extends EventTarget {
  onopen: Handler = null
  onmessage: Handler = null
  onbufferedamountlow: Handler = null
  onclosing: Handler = null
  onclose: Handler = null
  onerror: Handler = null

  readonly label: string
  readonly protocol: string
  readonly ordered: boolean
  readonly negotiated: boolean
  readonly maxPacketLifeTime: number | null
  readonly maxRetransmits: number | null

  readonly #number: number
  readonly #post: (message: ToHost, transfer?: Transferable[]) => void
  #real: RTCDataChannel | null = null
  #proxied = false
  #state: RTCDataChannelState
  #id: number | null = null
  #closeAsked = false
  #threshold = 0
  #queued = 0
  #sent = 0
  #taken = 0

  /** `number` names it on the port; `post` reaches the page. `state` is 'connecting' unless a peer opened the channel. */
  constructor (number: number, description: ChannelDescription, post: (message: ToHost, transfer?: Transferable[]) => void) {
    super()
    this.#number = number
    this.#post = post
    this.#state = 'connecting'
    this.label = description.label
    this.protocol = description.protocol
    this.ordered = description.ordered
    this.negotiated = description.negotiated
    this.maxPacketLifeTime = description.maxPacketLifeTime
    this.maxRetransmits = description.maxRetransmits
    callHandlers(this, channelEvents, type => this[`on${type}`])
  }

  get id (): number { return this.#real?.id ?? this.#id ?? -Math.abs(this.#number) }

  get readyState (): RTCDataChannelState {
    const state = this.#real?.readyState ?? this.#state
    return this.#closeAsked && state !== 'closed' ? 'closing' : state
  }

  get bufferedAmount (): number { return this.#real?.bufferedAmount ?? this.#queued - this.#sent }

  get bufferedAmountLowThreshold (): number { return this.#threshold }
  set bufferedAmountLowThreshold (bytes: number) {
    this.#threshold = bytes
    if (this.#real != null) this.#real.bufferedAmountLowThreshold = bytes
  }

  /** Always 'arraybuffer': what libp2p asks for, and all that a proxied channel carries. */
  get binaryType (): BinaryType { return 'arraybuffer' }
  set binaryType (type: BinaryType) {
    if (type !== 'arraybuffer') throw new DOMException(`A channel in a worker delivers ArrayBuffers, not ${type}.`, 'NotSupportedError')
  }

  /**
   * The caller keeps its buffer. A proxied channel whose queue passes proxiedBytesMax is closed, as its reader is gone or too slow.
   * @throws DOMException `InvalidStateError` unless open, `OperationError` when the queue is full
   */
  send (data: ArrayBuffer | ArrayBufferView<ArrayBuffer>): void {
    if (this.readyState !== 'open') throw new DOMException(`The channel is ${this.readyState}, not open.`, 'InvalidStateError')
    if (this.#real != null) { this.#real.send(data as ArrayBuffer); return }
    if (this.bufferedAmount + data.byteLength > proxiedBytesMax) {
      const error = new DOMException('The send queue of the channel is full.', 'OperationError')
      this.close()
      throw error
    }
    // Copied, because the caller keeps its buffer, and posting a view would clone all that lies behind it; the copy then moves.
    const copy = ArrayBuffer.isView(data) ? data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) : data.slice(0)
    this.#queued += copy.byteLength
    this.#post({ type: 'channel-send', channel: this.#number, data: copy }, [copy])
  }

  /** Bytes sent before are still delivered; 'close' follows when both sides have closed. */
  close (): void {
    if (this.#closeAsked || this.readyState === 'closed') return
    this.#closeAsked = true
    if (this.#real != null) this.#real.close()
    else if (this.#proxied) this.#post({ type: 'channel-close', channel: this.#number })
    // else the page has not answered yet: closed on arrival
  }

  /** The real channel arrived. Must be called in the task of its arrival: a later one would miss messages. */
  attach (real: RTCDataChannel): void {
    this.#real = real
    real.binaryType = 'arraybuffer'
    real.bufferedAmountLowThreshold = this.#threshold
    real.onmessage = ({ data }: MessageEvent) => { this.dispatchEvent(new MessageEvent('message', { data: data as unknown })) }
    real.onerror = (event) => { this.dispatchEvent(eventWith('error', { error: event.error })) }
    for (const type of ['open', 'bufferedamountlow', 'closing', 'close'] as const) {
      real.addEventListener(type, () => { this.dispatchEvent(new Event(type)) })
    }
    if (this.#closeAsked) real.close()
  }

  /** The page keeps the real channel and relays it; `progress` where it is known already. */
  attachProxy (progress?: ChannelProgress): void {
    this.#proxied = true
    if (progress != null) this.#note(progress)
    if (this.#closeAsked) this.#post({ type: 'channel-close', channel: this.#number })
  }

  /** What happened to the proxied channel on the page. */
  receive (news: ChannelNews, progress: ChannelProgress): void {
    const before = this.bufferedAmount
    this.#note(progress)
    switch (news.event) {
      case 'message':
        this.#confirm(typeof news.data === 'string' ? news.data.length : news.data.byteLength)
        this.dispatchEvent(new MessageEvent('message', { data: news.data }))
        break
      case 'error':
        this.dispatchEvent(eventWith('error', { error: new DOMException(news.error.message, news.error.name) }))
        break
      case 'progress':
        break
      case 'open':
      case 'closing':
      case 'close':
        this.dispatchEvent(new Event(news.event))
    }
    if (before > this.#threshold && this.bufferedAmount <= this.#threshold && this.readyState === 'open') this.dispatchEvent(new Event('bufferedamountlow'))
  }

  /** The connection ended, and the page will say no more of this channel. Without a `reason` it ended because this side closed it. */
  abandon (reason?: ErrorDescription): void {
    if (this.#real != null || this.#state === 'closed') return
    this.#state = 'closed'
    if (reason != null) this.dispatchEvent(eventWith('error', { error: new DOMException(reason.message, reason.name) }))
    this.dispatchEvent(new Event('close'))
  }

  #note (progress: ChannelProgress): void {
    this.#state = progress.state
    this.#id = progress.id ?? this.#id
    this.#sent = progress.sent
  }

  #confirm (bytes: number): void {
    this.#taken += bytes
    if (this.#taken < confirmBytes) return
    this.#post({ type: 'channel-took', channel: this.#number, bytes: this.#taken })
    this.#taken = 0
  }
}
