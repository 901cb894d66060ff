/**
 * Encryption whose connections send together what is written together (SPEC.md N8). A muxer writes each of its frames by itself, some ten a side for a stream
 * that opens, asks and closes. Each would be encrypted alone and be two messages of a WebSocket, its length and itself; and each of those that goes through a
 * relay is a frame of two other connections again.
 */
import type { ConnectionEncrypter, MessageStream, SecuredConnection } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'

/** What is written within so many steps of promises of the first goes with it: a stream's opening and its first message are 10 to 20 apart. */
const steps = 16
/** What waits is sent when it is as much as that: what one message of noise can carry. Whoever writes on and on meets the back-pressure of the connection. */
const waitingBytesMax = 65_519

/** `create` makes an encrypter, as `noise()` does. */
export function corked<Components> (create: (components: Components) => ConnectionEncrypter): (components: Components) => ConnectionEncrypter {
  return (components) => {
    const encrypter = create(components)
    type Secure = ConnectionEncrypter['secureOutbound']
    const corking = (by: 'secureOutbound' | 'secureInbound'): Secure => async (connection, options): Promise<SecuredConnection> => {
      joinBuffers(connection)
      const secured = await encrypter[by](connection, options)
      cork(secured.connection, connection)
      return secured
    }
    return Object.create(encrypter, {
      secureOutbound: { value: corking('secureOutbound') },
      secureInbound: { value: corking('secureInbound') }
    }) as ConnectionEncrypter
  }
}

/** A list of buffers goes as one: a WebSocket would make a message of each. */
function joinBuffers (stream: MessageStream): void {
  const send = stream.send.bind(stream)
  stream.send = data => send(data.subarray())
}

/**
 * What is sent within some steps goes together. What waits when the connection `below` is closed or aborted goes before its end, as it would have gone without
 * this: libp2p closes that one itself, as soon as its muxer has said goodbye.
 */
export function cork (stream: MessageStream, below: MessageStream): void {
  const send = stream.send.bind(stream)
  const [close, abort] = [below.close.bind(below), below.abort.bind(below)]
  let waiting: Uint8ArrayList | undefined
  let closing = false

  function flush (): boolean {
    const data = waiting
    waiting = undefined
    // Ended by the other side meanwhile: its streams hear of that.
    return data == null || stream.status !== 'open' || send(data)
  }

  function flushOrAbort (): void {
    try {
      flush()
    } catch (thrown) {
      stream.abort(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
  }

  function flushIn (left: number, data: Uint8ArrayList): void {
    if (waiting !== data) return
    if (left > 0) queueMicrotask(() => { flushIn(left - 1, data) })
    else flushOrAbort()
  }

  stream.send = (data) => {
    if (closing || stream.status !== 'open') return send(data)
    if (waiting == null) {
      waiting = new Uint8ArrayList()
      flushIn(steps, waiting)
    }
    waiting.append(data)
    return waiting.byteLength < waitingBytesMax ? !stream.writableNeedsDrain : flush()
  }
  below.close = async (options) => {
    closing = true
    flushOrAbort()
    await close(options)
  }
  below.abort = (error) => {
    flushOrAbort()
    abort(error)
  }
}
