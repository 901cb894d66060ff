/** Runs that once failed, for ever: each was a fault of the protocol or of the simulator. A new one is the printed command as data, and what was wrong. */
import type { Variation } from './vary.ts'

export interface PinnedSeed {
  readonly scenario: string
  readonly seed: number
  readonly variation: Variation
  /** What was wrong. */
  readonly sentence: string
}

export const pinnedSeeds: readonly PinnedSeed[] = [
  { scenario: 'many-far', seed: 1, variation: {}, sentence: 'Messages of different senders cut one cycle in two places: the tree fell into pieces, grew cycles where it was mended, and never settled.' },
  { scenario: 'partition', seed: 1, variation: {}, sentence: 'Two halves of a healed network had all the links that they wanted, and none to each other.' },
  {
    scenario: 'one-sender', seed: 3, variation: { hubs: 20, messages: 60 },
    sentence: 'Two messages crossed, one hub cut the link over which the second came first, others cut by the second: a piece of the tree heard by grafts alone.'
  },
  {
    scenario: 'loss', seed: 231_086, variation: { hubs: 12, messages: 53, lenient: true },
    sentence: 'A tick before a session\'s first frame ended it as stalled; two hubs whose ticks fell so were never compared.'
  },
  { scenario: 'graft-flood', seed: 1, variation: {}, sentence: 'A neighbour that asked again and again for what it had was sent it 256 times a second.' }
]
