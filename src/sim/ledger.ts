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

/** The bytes of a message in frames, with its body or without. */
export interface Form {
  readonly written: Written
  readonly bytes: Uint8Array
}

export interface Ledger {
  readonly all: readonly Written[]
  write: (message: Message, atMs: number) => Written
  /** What these bytes of a frame are; undefined: nobody wrote it. */
  find: (bytes: Uint8Array) => Form | undefined
  withId: (id: MessageId) => Written | undefined
}

/** A signature ends the bytes of a message, and no two of them end alike. */
const keyBytes = 16

export function createLedger (): Ledger {
  const all: Written[] = []
  const byEnding = new Map<string, readonly Form[]>()
  const byId = new Map<MessageId, Written>()
  /** The same bytes go to thousands of hubs. */
  const found = new WeakMap<Uint8Array, Form>()

  const endingOf = (bytes: Uint8Array): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', bytes.byteLength - keyBytes)

  return {
    all,
    write (message, atMs) {
      const written = { number: all.length, message, atMs }
      all.push(written)
      byId.set(message.id, written)
      const forms = [message.bytes, { ...message.bytes, body: undefined }].map(signed => ({ written, bytes: encodeSignedBytes(signed) }))
      byEnding.set(endingOf(message.bytes.signature), forms)
      return written
    },
    find (bytes) {
      let form = found.get(bytes)
      if (form == null) {
        form = byEnding.get(endingOf(bytes))?.find(known => Buffer.compare(known.bytes, bytes) === 0)
        if (form != null) found.set(bytes, form)
      }
      return form
    },
    withId: id => byId.get(id)
  }
}
