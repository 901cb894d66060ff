/**
 * What a message is (SPEC.md, "Grammar"). Data only: bytes become these in codec.ts, and are judged in validate.ts.
 * Ids, keys and hashes are 32 bytes; as map keys and in JSON they are lower-case hex.
 */

/** Hex of BLAKE3-256 over a message's header bytes. */
export type MessageId = string & { readonly __brand: 'MessageId' }
/** Hex of a 32-byte Ed25519 public key: an author's root key, or a signer (device) key. */
export type PublicKeyHex = string & { readonly __brand: 'PublicKeyHex' }
/** Hex of BLAKE3-256 over a genesis document. */
export type NetworkId = string & { readonly __brand: 'NetworkId' }

export const kinds = ['signer-add', 'signer-remove', 'post', 'reaction', 'link', 'profile', 'record', 'remove'] as const
export type Kind = typeof kinds[number]

/** What a signer may sign. An empty `kinds` or `collections` list means all of them. Only `record` has collections. */
export interface Scope {
  readonly kinds: readonly Kind[]
  readonly collections: readonly string[]
}

export type Body =
  | { readonly kind: 'signer-add', readonly signer: PublicKeyHex, readonly scope: Scope, readonly name: string, readonly work: Uint8Array }
  | { readonly kind: 'signer-remove', readonly signer: PublicKeyHex, readonly keepHead: MessageId | undefined }
  | { readonly kind: 'post', readonly text: string, readonly parent: MessageId | undefined }
  | { readonly kind: 'reaction', readonly target: MessageId, readonly type: string, readonly set: boolean }
  | { readonly kind: 'link', readonly target: PublicKeyHex, readonly type: string, readonly set: boolean }
  | { readonly kind: 'profile', readonly field: string, readonly value: string }
  | { readonly kind: 'record', readonly collection: string, readonly key: string, readonly value: Uint8Array | undefined }
  | { readonly kind: 'remove', readonly target: MessageId }

export interface Header {
  readonly version: number
  readonly network: NetworkId
  readonly author: PublicKeyHex
  readonly signer: PublicKeyHex
  /** From 1, one number a signer. */
  readonly seq: number
  /** The id of this signer's message before this one; undefined exactly at seq 1. */
  readonly prev: MessageId | undefined
  /** Milliseconds since 1970 by the publisher's clock. */
  readonly timestamp: number
  readonly kind: Kind
  readonly bodyHash: Uint8Array
  /** Bytes of the body. */
  readonly bodySize: number
}

/** A message as it travels and is stored: verbatim bytes, nothing to canonicalise. No body = its author removed it (SPEC M-rules on stripped bodies). */
export interface SignedBytes {
  readonly header: Uint8Array
  readonly body: Uint8Array | undefined
  /** Ed25519, 64 bytes, over `"hubbub/message/v1" ‖ id`. */
  readonly signature: Uint8Array
}

/** A decoded message. Whoever holds one may rely on its form (codec and validate); the signature is checked apart. */
export interface Message {
  readonly id: MessageId
  readonly header: Header
  readonly body: Body | undefined
  readonly bytes: SignedBytes
}

/** The genesis document: what all hubs of one network agree on before the first message. Network id = BLAKE3 of its bytes. */
export interface Genesis {
  readonly name: string
  /** No message is older. Milliseconds since 1970. */
  readonly genesisTime: number
  /** Leading zero bits that a signer-add's proof of work must have; 0 = open network. */
  readonly admissionBits: number
  /** Peer ids of the hubs whose checkpoints count from the start, ascending. */
  readonly attesters: readonly string[]
}

/** A genesis document with its id, which is what a message is judged against (genesis.ts makes one). */
export interface NetworkGenesis {
  readonly network: NetworkId
  readonly genesis: Genesis
}

/** Why bytes are not a message of this network. Each is reachable and has a golden vector (fixtures/). */
export type MessageRejection =
  | 'malformed' // not the grammar
  | 'too-large' // header, body or whole message over its limit
  | 'unsupported-version'
  | 'wrong-network'
  | 'unknown-kind'
  | 'bad-seq' // zero, over the limit, or prev present/absent against M-rules
  | 'bad-timestamp' // before genesis or ≥ 2⁴⁸
  | 'body-mismatch' // hash or size differ from the header's
  | 'bad-body' // the body is not what its kind wants
  | 'wrong-key' // a root-only kind not signed by the root, or the root signing something else
  | 'work-missing' // a signer-add below the admission bits
  | 'bad-signature'

export type Decoded<T> = { readonly ok: true, readonly value: T } | { readonly ok: false, readonly code: MessageRejection }
