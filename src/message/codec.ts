/**
 * Bytes to signed messages and headers, and back (SPEC.md "Grammar", M1 to M8). Decoders are total: any bytes give a value or a
 * typed rejection, never a throw. Bodies are in bodies.ts; what a header may say is judged in validate.ts; signatures in signing.ts.
 *
 * Decoded byte fields are views of the bytes given: whoever keeps them longer than that buffer copies them.
 */
import { toHex } from '../base/bytes.ts'
import { blake3 } from '../base/blake3.ts'
import { bytesOf, decodeLenient, keptHexAt } from './canonical.ts'
import { createFormReader, writeFields, type FieldForm } from './canonical-form.ts'
import { kindNumber, kindOf } from './kinds.ts'
import { hashBytes, headerBytesMax, messageBytesMax, messageVersion, signatureBytes } from './limits.ts'
import { Header as WireHeader } from './message.pb.ts'
import type { Decoded, Header, MessageId, MessageRejection, NetworkId, PublicKeyHex, SignedBytes } from './types.ts'

/** The fields of message.pb.proto's SignedMessage and Header. */
export const envelopeForm: readonly FieldForm[] = ['bytes', 'optional bytes', 'bytes']
export const headerForm: readonly FieldForm[] = [
  'uint32', 'bytes', 'bytes', 'bytes', 'uint64', 'optional bytes', 'uint64', 'uint32', 'bytes', 'uint32'
]

export type Rejected = Extract<Decoded<never>, { readonly ok: false }>

export function rejected (code: MessageRejection): Rejected {
  return { ok: false, code }
}

/** The id of a message: BLAKE3-256 of its header bytes. */
export function messageIdOf (header: Uint8Array): MessageId {
  return toHex(blake3(header)) as MessageId
}

/** A message as it travels in a frame. The bytes are the caller's own. */
export function encodeSignedBytes ({ header, body, signature }: SignedBytes): Uint8Array<ArrayBuffer> {
  return writeFields([orNothing(header), body, orNothing(signature)])
}

/** What is empty and has to be there is left out, as protobuf would: no such message is sound, but vectors and simulated liars make some. */
function orNothing (bytes: Uint8Array): Uint8Array | undefined {
  return bytes.byteLength === 0 ? undefined : bytes
}

/** Codes: `too-large`, `malformed`. */
export function decodeSignedBytes (bytes: Uint8Array): Decoded<SignedBytes> {
  if (bytes.byteLength > messageBytesMax) return rejected('too-large')
  if (!envelope.read(bytes)) return rejected('malformed')
  const [headerLength = 0, bodyLength = 0, signatureLength] = envelope.values
  const [headerStart = -1, bodyStart = -1, signatureStart = -1] = envelope.starts
  if (headerLength === 0 || signatureLength !== signatureBytes) return rejected('malformed')
  return {
    ok: true,
    value: {
      header: viewOf(bytes, headerStart, headerLength),
      body: bodyStart === -1 ? undefined : viewOf(bytes, bodyStart, bodyLength),
      signature: viewOf(bytes, signatureStart, signatureBytes)
    }
  }
}

/** A header's bytes, the caller's own. Ids and keys must be 64 digits of hex, numbers whole and not negative (compose.ts checks). */
export function encodeHeader (header: Header): Uint8Array<ArrayBuffer> {
  const { version, network, author, signer, seq, prev, timestamp, kind, bodyHash, bodySize } = header
  return writeFields([
    version, bytesOf(network), bytesOf(author), bytesOf(signer), seq, prev && bytesOf(prev), timestamp, kindNumber(kind), orNothing(bodyHash), bodySize
  ])
}

/** Codes: `too-large`, `malformed`, `unsupported-version`, `unknown-kind`. */
export function decodeHeader (bytes: Uint8Array): Decoded<Header> {
  if (bytes.byteLength > headerBytesMax) return rejected('too-large')
  const { values, starts } = headerFields
  const isFormed = headerFields.read(bytes)
  const [version = 0, , , , seq = 0, , timestamp = 0, kindValue = 0, , bodySize = 0] = values
  if (!isFormed || version !== messageVersion) return rejected(isLater(bytes) ? 'unsupported-version' : 'malformed')
  const [, network = -1, author = -1, signer = -1, , prev = -1, , , bodyHash = -1] = starts
  for (const field of hashFields) if (values[field] !== hashBytes) return rejected('malformed')
  if (prev !== -1 && values[prevField] !== hashBytes) return rejected('malformed')
  // M4, said here and not left to how large numbers are read.
  if (!Number.isSafeInteger(seq) || !Number.isSafeInteger(timestamp)) return rejected('malformed')
  const kind = kindOf(kindValue)
  if (kind == null) return rejected('unknown-kind')
  return {
    ok: true,
    value: {
      version, seq, timestamp, kind, bodySize,
      network: keptHexAt(bytes, network) as NetworkId,
      author: keptHexAt(bytes, author) as PublicKeyHex,
      signer: keptHexAt(bytes, signer) as PublicKeyHex,
      prev: prev === -1 ? undefined : toHex(viewOf(bytes, prev, hashBytes)) as MessageId,
      bodyHash: viewOf(bytes, bodyHash, hashBytes)
    }
  }
}

/** M6: a later version may have fields that this one does not know, and is told apart from junk. */
function isLater (bytes: Uint8Array): boolean {
  const wire = decodeLenient<WireHeader>(WireHeader, bytes)
  return wire != null && wire.version > messageVersion
}

/** A view, and not of a Buffer's kind. */
function viewOf (bytes: Uint8Array, start: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length)
}

const envelope = createFormReader(envelopeForm)
const headerFields = createFormReader(headerForm)
/** Places in the form of a header: network, author, signer and body hash, which every header has; and the one before. */
const hashFields = [1, 2, 3, 8]
const prevField = 5
