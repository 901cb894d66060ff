/**
 * The limits of version 1 (SPEC.md, "Limits"). They decide what is a message, so all hubs of a network must hold the same ones:
 * changing any of them is a new version. Lengths are bytes, of text too.
 */

/** The version of header and genesis that this code speaks. */
export const messageVersion = 1

/** Ids, hashes and keys: BLAKE3-256 and Ed25519. */
export const hashBytes = 32
export const signatureBytes = 64

/** A header is at most 200 B by its grammar; the rest is air. Larger bytes are not worth reading. */
export const headerBytesMax = 256
/** A whole message must fit one 16 KiB data-channel message with room for a frame around it: the largest size that all browsers carry unfragmented. */
export const bodyBytesMax = 8_192
/** Header, body, signature and their envelope (three tags and lengths, at most 8 B). */
export const messageBytesMax = headerBytesMax + bodyBytesMax + signatureBytes + 8

/** Messages of one root key: each adds or revokes a device, and is never pruned. */
export const rootSeqMax = 256
/** Messages of one device: what one feed can cost every hub (about 30 MB at 300 B each). A device that gets there is replaced. */
export const deviceSeqMax = 100_000
/** Timestamps are below 2⁴⁸ (the year 10889), so that an epoch (`timestamp >> 20`) has 28 bits, seven nibbles of the tree's key. */
export const timestampEndMs = 2 ** 48

/** Fits a body with a parent. */
export const postTextBytesMax = 8_000
/** Names of reaction and link types, profile fields and collections: they are index keys. */
export const nameBytesMax = 64
/** A biography, or the address of a picture; not the picture. */
export const profileValueBytesMax = 4_096
/** A record's key within its collection: room for a path or two ids in hex. */
export const recordKeyBytesMax = 256
/** Fits a body with the longest collection and key. */
export const recordValueBytesMax = 7_680
/** What a device is called, shown to people. */
export const deviceNameBytesMax = 64
/** Collections one scope can list; more means a device that should have all of them. */
export const scopeCollectionsMax = 16
/** Bytes of an admission proof: any 64-bit counter fits, and a longer one would only be a place to hide data. */
export const workBytesMax = 8

export const genesisNameBytesMax = 64
/** A genesis document with the longest name and all attesters has 3,600 B. */
export const genesisBytesMax = 4_096
/** About an hour of one laptop core; a network that asks for more locks people out. */
export const admissionBitsMax = 32
/** Attesters of a genesis: every certificate carries a third of their signatures. */
export const attestersMax = 64
