/** The keys of attesters: an Ed25519 peer id contains its public key (message/SPEC.md M52), so no one need be asked for it. */
import { fromString } from 'uint8arrays/from-string'
import { toString } from 'uint8arrays/to-string'
import { fromHex, toHex } from '../base/bytes.ts'
import type { PeerId } from '../base/peer.ts'
import type { PublicKeyHex } from '../message/types.ts'

/** The identity multihash of an Ed25519 public key in libp2p's protobuf: what every `12D3KooW…` begins with. */
const head = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20]
const keyBytes = 32
/** Of 38 bytes in base58. What is longer is not read: that takes the square of its length. */
const peerIdCharactersMax = 52

/** By their peer ids; what is none is left out (the genesis has none such). */
export function attesterKeys (peerIds: readonly string[]): ReadonlySet<PublicKeyHex> {
  return new Set(peerIds.flatMap(peerId => keyOfPeer(peerId) ?? []))
}

/** The public key in a peer id; undefined: it is not that of an Ed25519 key. */
export function keyOfPeer (peerId: string): PublicKeyHex | undefined {
  if (peerId.length > peerIdCharactersMax) return undefined
  let bytes: Uint8Array
  try {
    bytes = fromString(peerId, 'base58btc')
  } catch {
    return undefined // a character that base58 does not have
  }
  const isOfKey = bytes.byteLength === head.length + keyBytes && head.every((byte, index) => bytes[index] === byte)
  return isOfKey ? toHex(bytes.subarray(head.length)) as PublicKeyHex : undefined
}

/** The peer id of a key: the inverse of `keyOfPeer`. */
export function peerOfKey (key: PublicKeyHex): PeerId {
  return toString(Uint8Array.of(...head, ...fromHex(key, keyBytes) ?? []), 'base58btc') as PeerId
}
