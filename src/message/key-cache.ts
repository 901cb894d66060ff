/** What was made of public keys, kept for as long as they are in use: importing a key costs about half of what checking a signature does. */
import type { PublicKeyHex } from './types.ts'

/** Keys kept, about 1 KB each: more devices than write at one time in a lively network. Past that every verification imports anew (some 20 µs). */
const keysMax = 4_096

export interface KeyCache<Value> {
  get (key: PublicKeyHex): Value
  /** The next `get` of this key makes its value again. */
  forget (key: PublicKeyHex): void
}

/** Keeps the keys used last. */
export function createKeyCache<Value> (make: (key: PublicKeyHex) => Value): KeyCache<Value> {
  const kept = new Map<PublicKeyHex, { readonly value: Value }>()
  return {
    get (key) {
      const known = kept.get(key)
      if (known != null) kept.delete(key) // and set again below, as the one used last
      const entry = known ?? { value: make(key) }
      kept.set(key, entry)
      if (kept.size > keysMax) {
        const [oldest] = kept.keys()
        if (oldest != null) kept.delete(oldest)
      }
      return entry.value
    },
    forget: (key) => { kept.delete(key) }
  }
}
