/** The keys of attesters: an Ed25519 peer id contains its public key (message/SPEC.md M52), so no one need be asked for it. */
import { fromHex, toHex } from '../base/bytes.ts'
import type { PeerId } from '../base/peer.ts'
import type { PublicKeyHex } from '../message/types.ts'

const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** The identity multihash of an Ed25519 public key in libp2p's protobuf: what every `12D3KooW…` begins with. */
const head = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20]
const keyBytes = 32

/** By their peer ids; what is none is left out (the genesis has none such). */
export function attesterKeys (peerIds: readonly string[]): ReadonlySet<PublicKeyHex> {
  return new Set(peerIds.flatMap(peerId => keyOfPeer(peerId) ?? []))
}

/** The public key in a peer id; undefined: it is not that of an Ed25519 key. */
export function keyOfPeer (peerId: string): PublicKeyHex | undefined {
  const bytes = new Uint8Array(head.length + keyBytes)
  for (const character of peerId) {
    let carry = digits.indexOf(character)
    if (carry === -1) return undefined
    for (let index = bytes.length - 1; index >= 0; index -= 1) {
      carry += (bytes[index] ?? 0) * 58
      bytes[index] = carry & 255
      carry >>= 8
    }
    if (carry !== 0) return undefined
  }
  // A leading zero byte is the digit 1.
  return peerId.startsWith('1') && head.every((byte, index) => bytes[index] === byte) ? toHex(bytes.subarray(head.length)) as PublicKeyHex : undefined
}

/** The peer id of a key: the inverse of `keyOfPeer`. */
export function peerOfKey (key: PublicKeyHex): PeerId {
  /** Digits, the least first. */
  const number: number[] = []
  for (const byte of [...head, ...fromHex(key, keyBytes) ?? []]) {
    let carry = byte
    for (let index = 0; index < number.length || carry > 0; index += 1) {
      carry += (number[index] ?? 0) * 256
      number[index] = carry % 58
      carry = Math.floor(carry / 58)
    }
  }
  return `1${number.reverse().map(digit => digits[digit]).join('')}` as PeerId
}
