/** What every store checks of its arguments before it does anything, so that the same mistake is the same error everywhere. */
import { HubError, reasonOf } from '../base/errors.ts'
import { packedBytes } from './blocks.ts'
import type { StoredMessage, ValuesOptions } from './message-store.ts'
import { pageBytesMax, peerIdLengthMax, readMessagesMax, valueKeyLengthMax, valuesPerCallMax } from './message-store.ts'

/** `append`'s argument; throws `invalid-argument`. Returns its packed size in bytes. */
export function checkMessages (messages: readonly StoredMessage[], appendBytesMax: number): number {
  let bytes = 0
  for (const message of messages) {
    if (!/^[0-9a-f]{64}$/.test(message.id)) throw new HubError('invalid-argument', 'A message to store has an id that is not 32 bytes of lower-case hex.')
    if ((message.from?.length ?? 0) > peerIdLengthMax) {
      throw new HubError('invalid-argument', `A message to store comes from a peer id of more than ${peerIdLengthMax} characters.`)
    }
    bytes += packedBytes(message)
  }
  if (bytes > appendBytesMax) throw new HubError('invalid-argument', `One append takes at most ${appendBytesMax} bytes of messages, not ${bytes}.`)
  return bytes
}

/** `read`'s arguments; throws `invalid-argument`. */
export function checkRead (fromEvent: number, limit: number): void {
  checkEvent(fromEvent)
  checkLimit(limit, readMessagesMax)
}

/** A list of event numbers; throws `invalid-argument`. */
export function checkEvents (events: readonly number[]): void {
  if (events.length > readMessagesMax) throw new HubError('invalid-argument', `One call takes at most ${readMessagesMax} event numbers, not ${events.length}.`)
  events.forEach(checkEvent)
}

/** `scan`'s arguments; throws `invalid-argument`. */
export function checkRange (fromEvent: number, toEvent: number): void {
  checkEvent(fromEvent)
  checkEvent(toEvent)
}

/** The key of a value, or the beginning of one; throws `invalid-argument`. ASCII sorts alike as text and as bytes, so in every store. */
export function checkValueKey (key: string): void {
  if (key.length > valueKeyLengthMax || !/^[ -~]+$/.test(key)) {
    throw new HubError('invalid-argument', `A value's key has 1 to ${valueKeyLengthMax} printable ASCII characters.`)
  }
}

/** Keys from `from` on, and before `before`. */
export interface KeyRange {
  readonly from: string
  readonly before: string
}

/** `getValues`' arguments; throws `invalid-argument`. Returns the keys that it asks for; undefined: there can be none. */
export function checkValuesOptions (prefix: string, { after, limit }: ValuesOptions): KeyRange | undefined {
  checkValueKey(prefix)
  if (after != null) checkValueKey(after)
  checkLimit(limit, valuesPerCallMax)
  // No key has a character below the blank, or above the tilde: the first key after another, and the last under a prefix.
  const from = after == null || after < prefix ? prefix : `${after}\u0000`
  const before = `${prefix}\u007f`
  return from < before ? { from, before } : undefined
}

/** A value; throws `invalid-argument` for a Uint8Array that is too long. Returns its bytes, where that can be told. */
export function checkValue (value: unknown): number {
  if (!(value instanceof Uint8Array)) return 0
  if (value.length > pageBytesMax) throw new HubError('invalid-argument', `A value has at most ${pageBytesMax} bytes, not ${value.length}.`)
  return value.length
}

/** A structured clone; throws `invalid-argument` for what has none (functions, for example). */
export function copyOfValue (value: unknown): unknown {
  // The clone of a view has the whole of the buffer that it is a view of.
  if (value instanceof Uint8Array) return new Uint8Array(value)
  try {
    return structuredClone(value)
  } catch (cause) {
    throw new HubError('invalid-argument', `This value cannot be stored: ${reasonOf(cause)}`, { cause })
  }
}

function checkLimit (limit: number, max: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > max) throw new HubError('invalid-argument', `limit is a whole number from 1 to ${max}, not ${limit}.`)
}

function checkEvent (event: number): void {
  if (!Number.isSafeInteger(event) || event < 0) throw new HubError('invalid-argument', `An event number is a whole number, not ${event}.`)
}
