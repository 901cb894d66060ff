/** What every store checks of its arguments before it does anything, so that the same mistake is the same error everywhere. */
import { HubError, reasonOf } from '../base/errors.ts'
import { packedBytes } from './blocks.ts'
import type { StoredMessage } from './message-store.ts'
import { peerIdLengthMax, readMessagesMax, valueKeyLengthMax } from './message-store.ts'

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
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > readMessagesMax) {
    throw new HubError('invalid-argument', `limit is a whole number from 1 to ${readMessagesMax}, not ${limit}.`)
  }
}

/** `scan`'s arguments; throws `invalid-argument`. */
export function checkRange (fromEvent: number, toEvent: number): void {
  checkEvent(fromEvent)
  checkEvent(toEvent)
}

/** The key of a value; throws `invalid-argument`. */
export function checkValueKey (key: string): void {
  if (key.length < 1 || key.length > valueKeyLengthMax) {
    throw new HubError('invalid-argument', `A value's key has 1 to ${valueKeyLengthMax} characters, not ${key.length}.`)
  }
}

/** A structured clone; throws `invalid-argument` for what has none (functions, for example). */
export function copyOfValue (value: unknown): unknown {
  try {
    return structuredClone(value)
  } catch (cause) {
    throw new HubError('invalid-argument', `This value cannot be stored: ${reasonOf(cause)}`, { cause })
  }
}

function checkEvent (event: number): void {
  if (!Number.isSafeInteger(event) || event < 0) throw new HubError('invalid-argument', `An event number is a whole number, not ${event}.`)
}
