/**
 * The page's side of a proxied data channel: relays what happens to the real channel into the worker, and the worker's bytes into it.
 * Used where the browser refuses to transfer the channel, or when the host is told to proxy all.
 */
import { describeError, proxiedBytesMax } from './protocol.ts'
import type { ChannelNews, ChannelProgress, ToWorker } from './protocol.ts'

export interface HostChannel {
  send (data: ArrayBuffer): void
  /** The worker took so many bytes of what was relayed to it. */
  took (bytes: number): void
  close (): void
}

/** Relays `real` as channel `number`; `onClose` once it has closed. Must be called in the task that made or announced the channel. */
export function relayChannel (
  real: RTCDataChannel, number: number, post: (message: ToWorker, transfer?: Transferable[]) => void, onClose: () => void
): HostChannel {
  let given = 0 // bytes the worker has given us to send
  let relayed = 0 // bytes on their way to the worker
  let closed = false

  const tell = (news: ChannelNews, transfer: Transferable[] = []): void => {
    post({ type: 'channel-news', channel: number, progress: progressOf(real, given), news }, transfer)
  }
  const fail = (thrown: unknown): void => {
    tell({ event: 'error', error: describeError(thrown) })
    real.close()
  }

  real.binaryType = 'arraybuffer'
  real.bufferedAmountLowThreshold = 0
  real.onopen = () => { tell({ event: 'open' }) }
  real.onclosing = () => { tell({ event: 'closing' }) }
  real.onbufferedamountlow = () => { tell({ event: 'progress' }) }
  real.onerror = (event) => { tell({ event: 'error', error: describeError(event.error) }) }
  real.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
    relayed += sizeOf(data)
    if (relayed > proxiedBytesMax) { fail(new DOMException('The worker does not keep up with this channel.', 'OperationError')); return }
    tell({ event: 'message', data }, typeof data === 'string' ? [] : [data])
  }
  real.onclose = () => {
    if (closed) return
    closed = true
    tell({ event: 'close' })
    onClose()
  }

  return {
    send (data) {
      if (real.readyState !== 'open') return // it closed while these bytes were on their way; what was sent then is lost on any channel
      given += data.byteLength
      try { real.send(data) } catch (thrown) { fail(thrown) }
    },
    took (bytes) { relayed -= bytes },
    close () { real.close() }
  }
}

/** `given`: the bytes handed to the channel so far. */
export function progressOf (real: RTCDataChannel, given = 0): ChannelProgress {
  return { state: real.readyState, id: real.id, sent: given - real.bufferedAmount }
}

function sizeOf (data: ArrayBuffer | string): number {
  return typeof data === 'string' ? data.length : data.byteLength
}
