/** Arguments of the API, checked by hand, because scripts call it too. Each failure is `invalid-argument`, with a sentence that names the argument. */
import { fromHex } from '../base/bytes.ts'
import { HubError } from '../base/errors.ts'
import type { MessageId, PublicKeyHex } from '../message/types.ts'

/** UTF-16 units of a name, an address or an id. The longest, a multiaddr with several hops, stays far below. */
const textLengthMax = 1_024

export function textOf (given: unknown, what: string): string {
  if (typeof given !== 'string' || given === '') throw new HubError('invalid-argument', `${what} must be a text.`)
  if (given.length > textLengthMax) throw new HubError('invalid-argument', `${what} is longer than ${textLengthMax} characters.`)
  return given
}

export function optionalTextOf (given: unknown, what: string): string | undefined {
  return given == null ? undefined : textOf(given, what)
}

interface WholeLimits {
  readonly from: number
  readonly to: number
  readonly otherwise: number
}

/** A whole number within the limits; `otherwise` where none is given. */
export function wholeOf (given: unknown, what: string, { from, to, otherwise }: WholeLimits): number {
  if (given == null) return otherwise
  if (typeof given !== 'number' || !Number.isSafeInteger(given) || given < from || given > to) {
    throw new HubError('invalid-argument', `${what} must be a whole number from ${from} to ${to}.`)
  }
  return given
}

export function idOf (given: unknown): MessageId {
  if (typeof given !== 'string' || fromHex(given, 32) == null) throw new HubError('invalid-argument', 'A message id is 64 lower-case hex digits.')
  return given as MessageId
}

export function keyOf (given: unknown, what: string): PublicKeyHex {
  if (typeof given !== 'string' || fromHex(given, 32) == null) throw new HubError('invalid-argument', `${what} must be a key: 64 lower-case hex digits.`)
  return given as PublicKeyHex
}

/** Where in the tree: hex nibbles of namespace and epoch. */
export function prefixOf (given: unknown): string {
  if (given == null) return ''
  if (typeof given !== 'string' || !/^[0-9a-f]{0,8}$/.test(given)) throw new HubError('invalid-argument', 'A prefix of the tree is up to eight lower-case hex digits.')
  return given
}

export function objectOf<T extends object> (given: T | undefined, what: string): Partial<T> {
  if (given == null) return {}
  if (typeof given !== 'object' || Array.isArray(given)) throw new HubError('invalid-argument', `The ${what} must be an object.`)
  return given
}
