/**
 * All messages that were really written in a run, and their numbers: what is counted, and what is found missing. Whatever else a hub sends on was signed
 * by nobody.
 */
import { encodeSignedBytes } from '../message/codec.ts'
import type { Message, MessageId } from '../message/types.ts'

export interface Written {
  /** From 0, in the order of writing. */
  readonly number: number
  readonly message: Message
  readonly atMs: number
}

export interface Ledger {
  readonly all: readonly Written[]
  write: (message: Message, atMs: number) => Written
  /** The message of these bytes of a frame, with or without its body; undefined: nobody wrote it. */
  find: (bytes: Uint8Array) => Written | undefined
  withId: (id: MessageId) => Written | undefined
}

/** A signature ends the bytes of a message, and no two of them end alike. */
const keyBytes = 16

export function createLedger (): Ledger {
  const all: Written[] = []
  const byEnding = new Map<string, { readonly written: Written, readonly forms: readonly Uint8Array[] }>()
  const byId = new Map<MessageId, Written>()

  const endingOf = (bytes: Uint8Array): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', bytes.byteLength - keyBytes)

  return {
    all,
    write (message, atMs) {
      const written = { number: all.length, message, atMs }
      all.push(written)
      byId.set(message.id, written)
      const forms = [message.bytes, { ...message.bytes, body: undefined }].map(encodeSignedBytes)
      byEnding.set(endingOf(message.bytes.signature), { written, forms })
      return written
    },
    find (bytes) {
      const known = byEnding.get(endingOf(bytes))
      return known?.forms.some(form => Buffer.compare(form, bytes) === 0) === true ? known.written : undefined
    },
    withId: id => byId.get(id)
  }
}
