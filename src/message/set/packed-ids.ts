/**
 * Ids by number, 32 bytes each, in chunks: growing copies nothing (set/SPEC.md, "Memory"). Ids are handled as eight words, the most significant first, so
 * that comparing words is comparing hex. It knows nothing of members.
 */
import { writeHex } from '../../base/bytes.ts'
import type { MessageId } from '../types.ts'

export const idWords = 8
/** An id as eight words, in a buffer that its owner uses again and again. */
export type IdWords = Uint32Array

export function createIdWords (): IdWords {
  return new Uint32Array(idWords)
}

export interface PackedIds {
  memoryBytes (): number
  set (number: number, id: IdWords): void
  /** Copies an id into `id`, and returns that. */
  read (number: number, id: IdWords): IdWords
  equals (number: number, id: IdWords): boolean
  isAbove (number: number, id: IdWords): boolean
  hexOf (number: number): MessageId
  /** Writes the 32 bytes of an id. */
  copy (number: number, target: Uint8Array, offset: number): void
}

const chunkBits = 12
const chunkIds = 1 << chunkBits
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function createPackedIds (): PackedIds {
  const chunks: Uint32Array[] = []
  const nothing = new Uint32Array(0)
  const chunkOf = (number: number): Uint32Array => chunks[number >>> chunkBits] ?? nothing
  const offsetOf = (number: number): number => (number & (chunkIds - 1)) * idWords

  return {
    memoryBytes: () => chunks.length * chunkIds * idWords * 4,
    set (number, id) {
      while (chunks.length <= number >>> chunkBits) chunks.push(new Uint32Array(chunkIds * idWords))
      const chunk = chunkOf(number)
      const offset = offsetOf(number)
      for (let word = 0; word < idWords; word++) chunk[offset + word] = id[word] ?? 0
    },
    read (number, id) {
      const chunk = chunkOf(number)
      const offset = offsetOf(number)
      for (let word = 0; word < idWords; word++) id[word] = chunk[offset + word] ?? 0
      return id
    },
    equals (number, id) {
      const chunk = chunkOf(number)
      const offset = offsetOf(number)
      for (let word = 0; word < idWords; word++) if (chunk[offset + word] !== id[word]) return false
      return true
    },
    isAbove (number, id) {
      const chunk = chunkOf(number)
      const offset = offsetOf(number)
      for (let word = 0; word < idWords; word++) {
        const difference = (chunk[offset + word] ?? 0) - (id[word] ?? 0)
        if (difference !== 0) return difference > 0
      }
      return false
    },
    hexOf (number) {
      const chunk = chunkOf(number)
      const offset = offsetOf(number)
      let hex = ''
      for (let word = 0; word < idWords; word++) {
        const value = chunk[offset + word] ?? 0
        for (let shift = 24; shift >= 0; shift -= 8) hex += hexOfByte[(value >>> shift) & 0xff] ?? ''
      }
      return hex as MessageId
    },
    copy (number, target, offset) {
      const chunk = chunkOf(number)
      const from = offsetOf(number)
      for (let word = 0; word < idWords; word++) {
        const value = chunk[from + word] ?? 0
        const at = offset + word * 4
        target[at] = value >>> 24
        target[at + 1] = value >>> 16
        target[at + 2] = value >>> 8
        target[at + 3] = value
      }
    }
  }
}

const read = new Uint8Array(idWords * 4)

/** Reads hex into `id`, and returns that. */
export function readHex (hex: MessageId, id: IdWords): IdWords {
  writeHex(hex, read)
  return readBytes(read, 0, id)
}

/** Reads 32 bytes into `id`, and returns that. */
export function readBytes (bytes: Uint8Array, offset: number, id: IdWords): IdWords {
  for (let word = 0; word < idWords; word++) {
    const at = offset + word * 4
    id[word] = (bytes[at] ?? 0) << 24 | (bytes[at + 1] ?? 0) << 16 | (bytes[at + 2] ?? 0) << 8 | (bytes[at + 3] ?? 0)
  }
  return id
}
