/**
 * Two guards against a race in @libp2p/webrtc 6.0.33 that makes about one dial in ten hang until its timeout.
 *
 * The dialler opens a channel labelled `init` so that there is something to negotiate. Once connected it waits for that channel to be
 * open (`if (readyState !== 'open') await 'open'`), closes it, and waits for 'close'. The answering side, however, closes the same
 * channel itself as soon as its muxer adopts it. If that is quicker, the dialler looks at a channel that was open and is 'closing' or
 * 'closed' by now, and waits for an event that is over.
 *
 * Either guard alone is nearly enough; a dialler can only count on its own, and the other helps diallers that have none. Both act on `init` channels alone and
 * know nothing else of libp2p. Remove them when a release of @libp2p/webrtc no longer waits for events that may be over.
 */

export const initLabel = 'init'

/**
 * How long the answering side leaves closing to the dialler. A dialler looks at its channel within tens of ms of being connected. Not
 * longer, and not for ever: Firefox can miss that the other side has closed a channel it has only just been told of, and then the
 * dialler waits for this side.
 */
export const closingDelayMs = 500

/** For the answering side: a `close()` of the `init` channel takes effect after `closingDelayMs`, when the dialler has long closed it. */
export function leaveClosingToDialler (channel: { close (): void }): void {
  const close = channel.close.bind(channel)
  channel.close = () => { setTimeout(close, closingDelayMs) }
}

/**
 * For the dialling side: who starts to wait for 'open' or 'close' of a channel that has opened and is 'closing' or 'closed' by now is
 * told so in a microtask. The end of 'closing' is not worth waiting for: between Chromium and Firefox it takes seconds at times, or
 * never comes, and browsers do not use a channel's number again before it has. A channel that never opened keeps its silence: then
 * the dial has truly failed and ends by its own timeout.
 */
export function tellWhatIsOver (channel: EventTarget & { readonly readyState: RTCDataChannelState }): void {
  let opened = false
  channel.addEventListener('open', () => { opened = true })
  const listen = channel.addEventListener.bind(channel)
  channel.addEventListener = (type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void => {
    listen(type, listener, options)
    const waitsForPast = (type === 'open' || type === 'close') && (channel.readyState === 'closing' || channel.readyState === 'closed')
    if (listener == null || !opened || !waitsForPast) return
    queueMicrotask(() => {
      const event = new Event(type)
      if (typeof listener === 'function') listener.call(channel, event)
      else listener.handleEvent(event)
    })
  }
}
