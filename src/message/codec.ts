/**
 * Bytes to signed messages and headers, and back (SPEC.md "Grammar", M1 to M8). Decoders are total: any bytes give a value or a
 * typed rejection, never a throw. Bodies are in bodies.ts; what a header may say is judged in validate.ts; signatures in signing.ts.
 *
 * Decoded byte fields are views of the bytes given: whoever keeps them longer than that buffer copies them.
 */
import { toHex } from '../base/bytes.ts'
import { blake3 } from '../base/blake3.ts'
import { bytesOf, decodeLenient, encodeOwned, hexOf, keptHexOf, unshared } from './canonical.ts'
import { hasForm, type FieldForm } from './canonical-form.ts'
import { kindNumber, kindOf } from './kinds.ts'
import { hashBytes, headerBytesMax, messageBytesMax, messageVersion, signatureBytes } from './limits.ts'
import { Header as WireHeader, SignedMessage as WireSignedMessage } from './message.pb.ts'
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
  return encodeOwned<WireSigned>(WireSignedMessage, {
    header: unshared(header), signature: unshared(signature), ...(body == null ? {} : { body: unshared(body) })
  })
}

/** Codes: `too-large`, `malformed`. */
export function decodeSignedBytes (bytes: Uint8Array): Decoded<SignedBytes> {
  if (bytes.byteLength > messageBytesMax) return rejected('too-large')
  const wire = hasForm(bytes, envelopeForm) ? decodeLenient<WireSigned>(WireSignedMessage, bytes) : undefined
  if (wire == null || wire.header.byteLength === 0 || wire.signature.byteLength !== signatureBytes) return rejected('malformed')
  return { ok: true, value: { header: wire.header, body: wire.body, signature: wire.signature } }
}

/** A header's bytes, the caller's own. Ids and keys must be 64 digits of hex, numbers whole and not negative (compose.ts checks). */
export function encodeHeader (header: Header): Uint8Array<ArrayBuffer> {
  const { version, seq, prev, timestamp, bodyHash, bodySize } = header
  const fields = {
    version, seq, timestamp, bodySize, bodyHash: unshared(bodyHash), kind: kindNumber(header.kind),
    network: bytesOf(header.network), author: bytesOf(header.author), signer: bytesOf(header.signer)
  }
  return encodeOwned<Wire>(WireHeader, prev == null ? fields : { ...fields, prev: bytesOf(prev) })
}

/** Codes: `too-large`, `malformed`, `unsupported-version`, `unknown-kind`. */
export function decodeHeader (bytes: Uint8Array): Decoded<Header> {
  if (bytes.byteLength > headerBytesMax) return rejected('too-large')
  const wire = decodeLenient<Wire>(WireHeader, bytes)
  if (wire == null) return rejected('malformed')
  // M6: a later version may have fields that this one does not know, and is told apart from junk.
  if (wire.version > messageVersion) return rejected('unsupported-version')
  if (wire.version < messageVersion || !hasForm(bytes, headerForm)) return rejected('malformed')
  const network = keptHexOf(wire.network) as NetworkId | undefined
  const author = keptHexOf(wire.author) as PublicKeyHex | undefined
  const signer = keptHexOf(wire.signer) as PublicKeyHex | undefined
  const prev = wire.prev == null ? undefined : hexOf(wire.prev) as MessageId | undefined
  if (network == null || author == null || signer == null || (wire.prev != null && prev == null)) return rejected('malformed')
  // M4, said here and not left to how the library writes large numbers.
  if (!Number.isSafeInteger(wire.seq) || !Number.isSafeInteger(wire.timestamp) || wire.bodyHash.byteLength !== hashBytes) return rejected('malformed')
  const kind = kindOf(wire.kind)
  if (kind == null) return rejected('unknown-kind')
  const { version, seq, timestamp, bodyHash, bodySize } = wire
  return { ok: true, value: { version, network, author, signer, seq, prev, timestamp, kind, bodyHash, bodySize } }
}

type Wire = WireHeader
type WireSigned = WireSignedMessage
