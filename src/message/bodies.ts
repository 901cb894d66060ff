/**
 * Bodies, one grammar a kind (SPEC.md "Bodies", M20 to M28). The kind comes from the header, so a body does not repeat it.
 * Total: any bytes give a body or `bad-body`. Knows nothing of headers, keys or whether a target exists.
 */
import { compare } from 'uint8arrays/compare'
import { HubError } from '../base/errors.ts'
import { bytesOf, decodeCanonical, encodeOwned, hexOf, textOf, unshared, utf8Of } from './canonical.ts'
import type { WireCodec } from './canonical.ts'
import { createFormReader, type FieldForm } from './canonical-form.ts'
import { rejected } from './codec.ts'
import { kindNumber, kindOf, namespaceOf } from './kinds.ts'
import {
  bodyBytesMax, deviceNameBytesMax, nameBytesMax, postTextBytesMax, profileValueBytesMax, recordKeyBytesMax, recordValueBytesMax,
  scopeCollectionsMax, workBytesMax
} from './limits.ts'
import * as wire from './message.pb.ts'
import type { Body, Decoded, Kind, MessageId, PublicKeyHex, Scope } from './types.ts'

/** Codes: `too-large`, `bad-body`. A record's value and an admission proof are views of `bytes`. */
export function decodeBody (kind: Kind, bytes: Uint8Array): Decoded<Body> {
  if (bytes.byteLength > bodyBytesMax) return rejected('too-large')
  const body = readBody(kind, bytes)
  return body == null ? rejected('bad-body') : { ok: true, value: body }
}

/**
 * A body's bytes, the caller's own. Ids and keys must be 64 digits of hex. It checks only what bytes cannot express; the limits
 * are decodeBody's business. A scope's lists are put in order.
 *
 * Codes: `message-invalid` (text with half a surrogate pair).
 */
export function encodeBody (body: Body): Uint8Array<ArrayBuffer> {
  switch (body.kind) {
    case 'signer-add': {
      const { kinds, collections } = wireScopeOf(body.scope)
      const fields = { signer: bytesOf(body.signer), kinds, collections, name: textBytes(body.name), work: unshared(body.work) }
      return encodeOwned<wire.SignerAdd>(wire.SignerAdd, fields)
    }
    case 'signer-remove':
      return encodeOwned<wire.SignerRemove>(wire.SignerRemove, { signer: bytesOf(body.signer), ...optional('keepHead', body.keepHead) })
    case 'post':
      return encodeOwned<wire.Post>(wire.Post, { text: textBytes(body.text), ...optional('parent', body.parent) })
    case 'reaction':
    case 'link': {
      const codec: WireCodec<wire.Reaction> = body.kind === 'reaction' ? wire.Reaction : wire.Link
      return encodeOwned(codec, { target: bytesOf(body.target), type: textBytes(body.type), set: body.set })
    }
    case 'profile':
      return encodeOwned<wire.Profile>(wire.Profile, { field: textBytes(body.field), value: textBytes(body.value) })
    case 'record': {
      const fields = { collection: textBytes(body.collection), key: textBytes(body.key) }
      return encodeOwned<wire.Record>(wire.Record, body.value == null ? fields : { ...fields, value: unshared(body.value) })
    }
    case 'remove':
      return encodeOwned<wire.Remove>(wire.Remove, { target: bytesOf(body.target) })
  }
}

function readBody (kind: Kind, bytes: Uint8Array): Body | undefined {
  switch (kind) {
    case 'signer-add': return readSignerAdd(bytes)
    case 'signer-remove': return readSignerRemove(bytes)
    case 'post': return readPost(bytes)
    case 'reaction': {
      const read = readMark(wire.Reaction, bytes)
      return read == null ? undefined : { kind, ...read, target: read.target as MessageId }
    }
    case 'link': {
      const read = readMark(wire.Link, bytes)
      return read == null ? undefined : { kind, ...read, target: read.target as PublicKeyHex }
    }
    case 'profile': return readProfile(bytes)
    case 'record': return readRecord(bytes)
    case 'remove': {
      const target = hexOf(decodeCanonical<wire.Remove>(wire.Remove, bytes)?.target ?? nothing) as MessageId | undefined
      return target == null ? undefined : { kind, target }
    }
  }
}

function readSignerAdd (bytes: Uint8Array): Body | undefined {
  const read = decodeCanonical<wire.SignerAdd>(wire.SignerAdd, bytes)
  if (read == null || read.work.byteLength > workBytesMax) return undefined
  const signer = hexOf(read.signer) as PublicKeyHex | undefined
  const name = textOf(read.name, 0, deviceNameBytesMax)
  const scope = readScope(read.kinds, read.collections)
  return signer == null || name == null || scope == null ? undefined : { kind: 'signer-add', signer, scope, name, work: read.work }
}

/** M22: ascending without repeats, so that one scope has one encoding; and no kinds that only the root key signs. */
function readScope (numbers: readonly number[], names: readonly Uint8Array[]): Scope | undefined {
  if (names.length > scopeCollectionsMax) return undefined
  const kinds: Kind[] = []
  for (const [index, number] of numbers.entries()) {
    const kind = kindOf(number)
    if (kind == null || namespaceOf(kind) === 0 || number <= (numbers[index - 1] ?? 0)) return undefined
    kinds.push(kind)
  }
  const collections: string[] = []
  for (const [index, name] of names.entries()) {
    const collection = textOf(name, 1, nameBytesMax)
    if (collection == null || compare(names[index - 1] ?? nothing, name) >= 0) return undefined
    collections.push(collection)
  }
  return { kinds, collections }
}

function readSignerRemove (bytes: Uint8Array): Body | undefined {
  const read = decodeCanonical<wire.SignerRemove>(wire.SignerRemove, bytes)
  if (read == null) return undefined
  const signer = hexOf(read.signer) as PublicKeyHex | undefined
  const keepHead = hexOf(read.keepHead ?? nothing) as MessageId | undefined
  return signer == null || (read.keepHead != null && keepHead == null) ? undefined : { kind: 'signer-remove', signer, keepHead }
}

function readPost (bytes: Uint8Array): Body | undefined {
  if (!postFields.read(bytes)) return undefined
  const [textLength = 0, parentLength = 0] = postFields.values
  const [textStart = -1, parentStart = -1] = postFields.starts
  const text = textStart === -1 ? undefined : textOf(bytes.subarray(textStart, textStart + textLength), 1, postTextBytesMax)
  const parent = parentStart === -1 ? undefined : hexOf(bytes.subarray(parentStart, parentStart + parentLength)) as MessageId | undefined
  return text == null || (parentStart !== -1 && parent == null) ? undefined : { kind: 'post', text, parent }
}

/** A reaction or a link: the same grammar with another kind of target. */
function readMark (codec: WireCodec<wire.Reaction>, bytes: Uint8Array): { target: string, type: string, set: boolean } | undefined {
  const read = decodeCanonical(codec, bytes)
  if (read == null) return undefined
  const target = hexOf(read.target)
  const type = textOf(read.type, 1, nameBytesMax)
  return target == null || type == null ? undefined : { target, type, set: read.set }
}

function readProfile (bytes: Uint8Array): Body | undefined {
  const read = decodeCanonical<wire.Profile>(wire.Profile, bytes)
  if (read == null) return undefined
  const field = textOf(read.field, 1, nameBytesMax)
  const value = textOf(read.value, 0, profileValueBytesMax)
  return field == null || value == null ? undefined : { kind: 'profile', field, value }
}

function readRecord (bytes: Uint8Array): Body | undefined {
  const read = decodeCanonical<wire.Record>(wire.Record, bytes)
  if (read == null || (read.value?.byteLength ?? 0) > recordValueBytesMax) return undefined
  const collection = textOf(read.collection, 1, nameBytesMax)
  const key = textOf(read.key, 1, recordKeyBytesMax)
  return collection == null || key == null ? undefined : { kind: 'record', collection, key, value: read.value }
}

function wireScopeOf ({ kinds, collections }: Scope): { kinds: number[], collections: Uint8Array<ArrayBuffer>[] } {
  return {
    kinds: [...new Set(kinds)].map(kindNumber).sort((a, b) => a - b),
    collections: [...new Set(collections)].map(textBytes).sort(compare)
  }
}

function textBytes (text: string): Uint8Array<ArrayBuffer> {
  const bytes = utf8Of(text)
  if (bytes == null) throw new HubError('message-invalid', 'A text holds half of a character (a lone surrogate): write it again without it.')
  return bytes
}

function optional<Name extends string> (name: Name, hex: string | undefined): { [key in Name]?: Uint8Array<ArrayBuffer> } {
  return hex == null ? {} : { [name]: bytesOf(hex) } as { [key in Name]: Uint8Array<ArrayBuffer> }
}

const nothing = new Uint8Array(0)
/** The fields of message.pb.proto's Post: most messages are posts. */
export const postForm: readonly FieldForm[] = ['bytes', 'optional bytes']
const postFields = createFormReader(postForm)
