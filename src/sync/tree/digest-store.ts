/**
 * 32-byte digests by slot, packed in chunks: one small object for each of a hundred thousand nodes would cost four times the digest itself.
 * Knows nothing of the tree.
 */

export const digestBytes = 32
/** Slots of a chunk: 128 KiB, so that a small tree costs little and a large one few chunks. */
const chunkSlots = 4_096

export interface DigestStore {
  /** A free slot; its content is whatever was there. */
  take (): number
  release (slot: number): void
  write (slot: number, digest: Uint8Array): void
  /** Copies the digest to `target` at `offset`. */
  copy (slot: number, target: Uint8Array, offset: number): void
  readonly memoryBytes: number
}

export function createDigestStore (): DigestStore {
  const chunks: Uint8Array[] = []
  const free: number[] = []
  let used = 0

  const chunkOf = (slot: number): Uint8Array => chunks[Math.floor(slot / chunkSlots)] as Uint8Array

  return {
    take () {
      const slot = free.pop() ?? used++
      if (slot >= chunks.length * chunkSlots) chunks.push(new Uint8Array(chunkSlots * digestBytes))
      return slot
    },
    release (slot) { free.push(slot) },
    write (slot, digest) { chunkOf(slot).set(digest, (slot % chunkSlots) * digestBytes) },
    copy (slot, target, offset) {
      const chunk = chunkOf(slot)
      const from = (slot % chunkSlots) * digestBytes
      for (let byte = 0; byte < digestBytes; byte++) target[offset + byte] = chunk[from + byte] as number
    },
    get memoryBytes () { return chunks.length * chunkSlots * digestBytes }
  }
}
