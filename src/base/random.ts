/** Chance from the platform. What must be repeatable takes its randomness as an argument instead. */

/** A number from 0 to 2³² − 1 that nobody can guess. */
export function randomSeed (): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0
}
