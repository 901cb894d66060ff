/** Chance from the platform. What must be repeatable takes its randomness as an argument instead. */

/** Bytes that nobody can guess. */
export function randomBytes (length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}
