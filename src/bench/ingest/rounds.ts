/**
 * One measurement of `ingest`, wherever it runs: the hub's way and the ceiling take the same messages in turns, so that a machine that grows
 * slower meanwhile slows both. It knows neither of the two.
 */
export interface IngestTask {
  readonly messages: number
  readonly rounds: number
}

/** Messages a second. */
export interface IngestRound {
  readonly hub: number
  readonly ceiling: number
}

export interface IngestRounds {
  /** Threads that verify, in both. */
  readonly workers: number
  readonly rounds: readonly IngestRound[]
}

/** Takes the messages in, on a disk of its own, and resolves with the milliseconds from the first to the last one stored. */
export type IngestWay = (messages: readonly Uint8Array[]) => Promise<number>

/** Messages of the first round, which counts for nothing: it is there for the compilers. */
const warmUpMessages = 5_000

export interface IngestWays {
  readonly hub: IngestWay
  readonly ceiling: IngestWay
}

export async function measureRounds (messages: readonly Uint8Array[], rounds: number, ways: IngestWays): Promise<IngestRound[]> {
  const speed = async (way: IngestWay): Promise<number> => messages.length / (await way(messages)) * 1_000
  for (const way of [ways.ceiling, ways.hub]) await way(messages.slice(0, warmUpMessages))
  const measured: IngestRound[] = []
  while (measured.length < rounds) {
    // Who goes first changes from round to round.
    if (measured.length % 2 === 0) {
      const ceiling = await speed(ways.ceiling)
      measured.push({ ceiling, hub: await speed(ways.hub) })
    } else {
      const hub = await speed(ways.hub)
      measured.push({ hub, ceiling: await speed(ways.ceiling) })
    }
  }
  return measured
}

/** The middle of several, or of the two middle ones the lower. */
export function median (numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor((numbers.length - 1) / 2)] ?? NaN
}
