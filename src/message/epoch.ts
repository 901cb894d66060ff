/** Epochs: the slices of time in which messages are kept, compared and handed over together. */

/** An epoch is 2²⁰ ms, about 17.5 min. Part of the protocol: the Merkle tree's keys hold it. */
const epochMs = 2 ** 20

export function epochOf (timestamp: number): number {
  return Math.floor(timestamp / epochMs)
}

/** The first millisecond of an epoch. */
export function epochStartMs (epoch: number): number {
  return epoch * epochMs
}
