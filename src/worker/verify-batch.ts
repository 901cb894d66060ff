/**
 * What the engine and its verifying workers tell each other: many signatures in one buffer, their answers in another. It knows layouts, not
 * threads; what comes out of it is keys, signatures and the bytes that are signed.
 *
 *   batch   = item{count};  item = key 32 B ‖ signature 64 B ‖ input 49 B       answers = byte{count}, in the order of the items
 */
import { toHex, writeHex } from '../base/bytes.ts'
import { hashBytes, signatureBytes } from '../message/limits.ts'
import { signingDomain, signingInputBytes } from '../message/signing-input.ts'
import type { SignatureCheck, SignedMessage } from '../message/signing.ts'
import type { PublicKeyHex } from '../message/types.ts'

/** To a worker. `batch` is transferred. */
export interface BatchMessage {
  /** Comes back with the answers: batches of one worker may overtake each other. */
  readonly number: number
  readonly batch: Uint8Array<ArrayBuffer>
}

/** From a worker: once that it listens, then the answers of each batch, transferred. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'answers', readonly number: number, readonly answers: Uint8Array<ArrayBuffer> }

/** A byte of the answers. `unknown`: the platform failed there, and the question is open. */
export const answer = { invalid: 0, valid: 1, unknown: 2 } as const

const signatureOffset = hashBytes
const inputOffset = signatureOffset + signatureBytes
const idOffset = inputOffset + signingDomain.byteLength
const itemBytes = inputOffset + signingInputBytes

/** The batch, in a buffer of its own. Signatures must have 64 bytes. */
export function packBatch (messages: ReadonlyArray<{ readonly message: SignedMessage }>): Uint8Array<ArrayBuffer> {
  const batch = new Uint8Array(messages.length * itemBytes)
  let offset = 0
  for (const { message: { id, header, bytes } } of messages) {
    writeHex(header.signer, batch.subarray(offset, offset + hashBytes))
    batch.set(bytes.signature, offset + signatureOffset)
    batch.set(signingDomain, offset + inputOffset)
    writeHex(id, batch.subarray(offset + idOffset, offset + itemBytes))
    offset += itemBytes
  }
  return batch
}

/** Checks all of a batch at once. Never rejects. */
export async function answerBatch (batch: Uint8Array<ArrayBuffer>, check: SignatureCheck): Promise<Uint8Array<ArrayBuffer>> {
  const count = Math.floor(batch.byteLength / itemBytes)
  const answers = new Uint8Array(count)
  await Promise.all(Array.from({ length: count }, async (_, index) => {
    const item = batch.subarray(index * itemBytes, (index + 1) * itemBytes)
    const key = toHex(item.subarray(0, signatureOffset)) as PublicKeyHex
    try {
      answers[index] = await check(key, item.subarray(signatureOffset, inputOffset), item.subarray(inputOffset)) ? answer.valid : answer.invalid
    } catch {
      answers[index] = answer.unknown // Whoever asked checks it on its own thread, and meets the cause there.
    }
  }))
  return answers
}

/** The worker's end of the channel between the two. */
export interface VerifyPort {
  postMessage (message: WorkerMessage, transfer: Transferable[]): void
  addEventListener (type: 'message', listener: (event: MessageEvent<BatchMessage>) => void): void
}

/** The worker's side: answers every batch, and says first that it listens. */
export function serveVerifications (port: VerifyPort, check: SignatureCheck): void {
  port.addEventListener('message', ({ data: { number, batch } }) => {
    void answerBatch(batch, check).then((answers) => { port.postMessage({ type: 'answers', number, answers }, [answers.buffer]) })
  })
  port.postMessage({ type: 'ready' }, [])
}
