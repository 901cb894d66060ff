/**
 * What it costs two hubs to become equal: our session, negentropy and a walk of a Merkle trie, on the same two sets. JSON: `{n, d, shape, feeds, rows:
 * [{by, bytes, rounds, cpuMsPerSide, symbolsPerDifference}]}`; sync-scene.ts says what is counted.
 */
import { createScene, shapeOf, shapes } from './sync-scene.ts'
import { runHubbub } from './sync-hubbub.ts'
import { runMerkleWalk } from './sync-merkle-walk.ts'
import { runNegentropy } from './sync-negentropy.ts'
import type { Benchmark } from './benchmark.ts'

const options = {
  n: { default: 100_000, sentence: 'Messages that both have.' },
  d: { default: 100, sentence: 'Messages that only one has.' },
  feeds: { default: 0, sentence: 'Feeds that they are of; 0: one for every 200 messages.' },
  shape: { default: 'scattered', sentence: `Where those are: ${shapes.join(', ')}.` }
}

/** Run once before, so that what is measured is compiled. */
const warmUp = { n: 20_000, d: 500 }
/** Messages of a feed, on average: what a person writes in some months. Guess. */
const feedMessages = 200

export const sync: Benchmark<typeof options> = {
  name: 'sync',
  sentence: 'Two hubs become equal: bytes, round trips and processor time, beside negentropy and a Merkle walk.',
  options,
  async run ({ n, d, shape: given, feeds: givenFeeds }) {
    const shape = shapeOf(given)
    const feeds = givenFeeds > 0 ? givenFeeds : Math.ceil(n / feedMessages)
    const small = createScene(warmUp.n, warmUp.d, 'scattered', warmUp.n / feedMessages)
    runHubbub(small)
    runNegentropy(small)
    const scene = createScene(n, d, shape, feeds)
    return { n, d, shape, feeds, rows: [runHubbub(scene), runNegentropy(scene), runMerkleWalk(scene)] }
  }
}
