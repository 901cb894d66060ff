/**
 * The entry of a worker that checks signatures and does nothing else. The platform does that on the thread that asks: a second thread is what
 * makes it faster. Its bundle holds no more than that either; nothing in it may load asynchronously before it listens.
 */
import { createSignatureCheck } from '../message/signing.ts'
import { serveVerifications } from './verify-batch.ts'

addEventListener('message', ({ data: port }: MessageEvent<MessagePort>) => {
  serveVerifications(port, createSignatureCheck())
  port.start()
}, { once: true })
