/**
 * Makes the bytes of a new message (SPEC.md M9 to M29, from the publisher's side). Pure: time, number and keys are arguments, and the signature
 * is added by signing.ts. What it makes always passes validate.ts, because it asks it.
 */
import { blake3 } from '../base/blake3.ts'
import { HubError } from '../base/errors.ts'
import { encodeBody } from './bodies.ts'
import { encodeHeader } from './codec.ts'
import { messageVersion, signatureBytes } from './limits.ts'
import type { Body, Header, MessageId, MessageRejection, NetworkGenesis, PublicKeyHex } from './types.ts'
import { validateMessage } from './validate.ts'

/** What a publisher decides. Namespace 0 is signed by the author's own key, everything else by a device. */
export interface MessageDraft {
  readonly author: PublicKeyHex
  readonly signer: PublicKeyHex
  /** The signer's last number plus one. */
  readonly seq: number
  /** The id of the signer's last message; undefined exactly at seq 1. */
  readonly prev: MessageId | undefined
  /** Milliseconds since 1970: the later of now and the signer's last timestamp plus one. */
  readonly timestamp: number
  readonly body: Body
}

/** A message that wants only its signature. */
export interface UnsignedMessage {
  readonly id: MessageId
  readonly header: Header
  readonly body: Body
  readonly headerBytes: Uint8Array<ArrayBuffer>
  readonly bodyBytes: Uint8Array<ArrayBuffer>
}

/** Codes: `message-invalid` (with a sentence that names the rule). */
export function composeMessage ({ author, signer, seq, prev, timestamp, body }: MessageDraft, network: NetworkGenesis): UnsignedMessage {
  for (const hex of [author, signer, prev, ...idsIn(body)]) {
    if (hex != null && !/^[0-9a-f]{64}$/.test(hex)) throw new HubError('message-invalid', 'An id or key is not 64 digits of lower-case hex.')
  }
  for (const number of [seq, timestamp]) {
    if (!Number.isSafeInteger(number) || number < 0) throw invalid(number === seq ? 'bad-seq' : 'bad-timestamp')
  }
  const bodyBytes = encodeBody(body)
  const headerBytes = encodeHeader({
    version: messageVersion, network: network.network, author, signer, seq, prev, timestamp,
    kind: body.kind, bodyHash: blake3(bodyBytes), bodySize: bodyBytes.byteLength
  })
  const judged = validateMessage({ header: headerBytes, body: bodyBytes, signature: new Uint8Array(signatureBytes) }, network)
  if (!judged.ok) throw invalid(judged.code)
  const { id, header, body: judgedBody } = judged.value
  return { id, header, body: judgedBody ?? body, headerBytes, bodyBytes }
}

function idsIn (body: Body): readonly (string | undefined)[] {
  switch (body.kind) {
    case 'signer-add': return [body.signer]
    case 'signer-remove': return [body.signer, body.keepHead]
    case 'post': return [body.parent]
    case 'reaction':
    case 'link':
    case 'remove': return [body.target]
    case 'profile':
    case 'record': return []
  }
}

const sentences: { readonly [code in MessageRejection]?: string } = {
  'too-large': 'The message is too large: at most 8 KiB fit.',
  'bad-seq': 'The message number is out of range, or does not go with its predecessor: make a new device when a feed is full.',
  'bad-timestamp': 'The time lies before the network\'s beginning: check this computer\'s clock.',
  'bad-body': 'A part of the message is empty where it must not be, or longer than allowed.',
  'wrong-key': 'Devices are added and removed with the root key, and everything else is signed with a device key.',
  'work-missing': 'The proof of admission work is missing or too small for this network.'
}

function invalid (code: MessageRejection): HubError {
  return new HubError('message-invalid', sentences[code] ?? `The message breaks a rule (${code}).`)
}
