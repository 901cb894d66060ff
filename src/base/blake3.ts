/** BLAKE3-256 by hash-wasm: ready once this module has loaded, synchronous from then on. */
import { createBLAKE3 } from 'hash-wasm'

const hasher = await createBLAKE3(256)

/** The 32-byte BLAKE3 hash of the concatenation of `parts`; the result is the caller's own. */
export function blake3 (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  hasher.init()
  for (const part of parts) hasher.update(part)
  return hasher.digest('binary') as Uint8Array<ArrayBuffer> // a copy already
}
