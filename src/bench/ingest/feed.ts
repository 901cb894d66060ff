/** What is taken in: really signed messages of about 300 bytes by several authors, as they travel in a frame. Made beforehand, and not measured. */
import { createAuthor, post, startMs, testRules } from '../../hub/fixtures/author.ts'
import { encodeSignedBytes } from '../../message/codec.ts'

/** The network of the messages. */
export const feedRules = testRules
/** Devices that write. Their keys stay imported, as those of a lively network do; each introduces itself by a signer-add. */
const authors = 16
/** Pads a post to about 300 B in all; the rest is header and signature. */
const textCharacters = 32

/**
 * `count` different valid messages in an order in which a neighbour could send them: each device's own order, devices by turns, introductions first.
 * A device writes one each `stepMs`.
 */
export async function makeFeed (count: number, stepMs = 1): Promise<Uint8Array[]> {
  const writers = await Promise.all(Array.from({ length: Math.min(authors, count) }, async (_, number) => createAuthor(number)))
  const feeds = await Promise.all(writers.map(async ({ introduction, write }, number) => {
    const feed = [encodeSignedBytes(introduction.bytes)]
    const length = Math.ceil((count - number) / writers.length)
    while (feed.length < length) {
      const written = await write(post(`${number}/${feed.length}`.padEnd(textCharacters, '.')), { timestamp: startMs + feed.length * stepMs })
      feed.push(encodeSignedBytes(written.bytes))
    }
    return feed
  }))
  return Array.from({ length: count }, (_, index) => feeds[index % feeds.length]?.[Math.floor(index / feeds.length)] ?? new Uint8Array(0))
}
