/**
 * A neighbour that does nothing but write: signed messages of one author over a gossip link to a hub, as fast as the hub shows that it has
 * taken them: one link is read in order, so who answers for the last has them all. That they are on its disk is another question, since a graft is
 * answered from memory too (gossip/SPEC.md G37): `isStored` knows. The author lives on when the hub is killed; what was not acknowledged is sent again.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { waitUntil } from '../../e2e/harness/deadline.ts'
import { createAuthor, post } from '../hub/fixtures/author.ts'
import { decodeSignedBytes, encodeSignedBytes, messageIdOf } from '../message/codec.ts'
import type { Message, MessageId, NetworkGenesis, PublicKeyHex } from '../message/types.ts'
import { createLinks } from '../network/links.ts'
import type { LinkEnd } from '../network/link.ts'
import type { Random } from '../base/seeded-random.ts'

export interface LinkWriter {
  readonly author: PublicKeyHex
  /** What the hub was shown to have taken, and stored where that was asked. */
  readonly acknowledged: ReadonlyMap<MessageId, { readonly seq: number }>
  /**
   * Writes to the hub at this multiaddr until the link ends. Rejects (a hub that ended it: LinkEnded) when that was not because of what `signal`
   * announces: the hub is killed, or the writer is no longer wanted. What `isStored` does not confirm is not acknowledged.
   */
  writeTo: (address: string, signal: AbortSignal, isStored?: IsStored) => Promise<void>
}

/** Asks the hub whether this message is on its disk, some other way than over the link. */
export type IsStored = (id: MessageId) => Promise<boolean>

/** The hub ended the link, with its reason: all that was acknowledged before counts, and the writer may dial again. */
export class LinkEnded extends Error {}

export interface LinkWriterOptions {
  /** 0 to 127: the same number is the same author. */
  readonly number: number
  readonly rules: NetworkGenesis
  readonly random: Random
  /** Messages sent before the next acknowledgement is waited for. @default 64 */
  readonly batch?: number
  /** Between two batches, in milliseconds. @default 0 */
  readonly gapMs?: number
}

const dialTimeoutMs = 10_000
/** Between two questions whether the last message is stored. More often, and the answers would use up what G19 allows. */
const askMs = 5
/** The same of its disk. */
const askStoredMs = 25

export async function createLinkWriter ({ number, rules, random, batch = 64, gapMs = 0 }: LinkWriterOptions): Promise<LinkWriter> {
  const author = await createAuthor(number, rules)
  const acknowledged = new Map<MessageId, { readonly seq: number }>()
  /** Made and not acknowledged, in order. */
  let unacknowledged: readonly Message[] = [author.introduction]

  async function nextBatch (): Promise<readonly Message[]> {
    const made: Message[] = []
    while (made.length < batch) made.push(await author.write(post(`${number} ${'x'.repeat(random.below(random.pick([100, 400, 7_000])))}`)))
    return made
  }

  async function write (address: string, signal: AbortSignal, isStored: IsStored | undefined): Promise<void> {
    const libp2p = await createLibp2p({
      transports: [webSockets()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionGater: { denyDialMultiaddr: () => false },
      services: { identify: identify() }
    })
    const end = (): void => { for (const connection of libp2p.getConnections()) connection.abort(new Error('ended')) }
    signal.addEventListener('abort', end)
    try {
      const heard = new Set<MessageId>()
      let ended: LinkEnd | undefined
      const links = await createLinks({
        libp2p,
        network: rules.network,
        agent: 'soak writer',
        now: () => Date.now(),
        report: () => undefined, // whatever matters ends the link, with its reason
        handlers: {
          onUp: () => undefined,
          onDown: (_, why) => { ended = why },
          onFrame: async (frame) => {
            if (frame.type !== 'gossip') return
            const message = decodeSignedBytes(frame.message)
            if (message.ok) heard.add(messageIdOf(message.value.header))
          }
        }
      })
      const connection = await libp2p.dial(multiaddr(address), { signal: AbortSignal.any([signal, AbortSignal.timeout(dialTimeoutMs)]) })
      const link = await links.open(connection)
      if (link == null) throw new Error('The hub did not take the link.')
      while (ended == null) {
        if (unacknowledged.length === 0) unacknowledged = await nextBatch()
        heard.clear()
        for (const { bytes } of unacknowledged) link.send({ type: 'gossip', message: encodeSignedBytes(bytes), hops: 0 })
        const last = unacknowledged.at(-1)
        if (last == null) break
        await waitUntil({ what: `message ${last.id} to be stored`, pollMs: askMs }, () => {
          if (heard.has(last.id) || ended != null) return true
          link.send({ type: 'graft', ids: [last.id] })
          return false
        })
        if (!heard.has(last.id)) break
        if (isStored != null) await waitUntil({ what: `message ${last.id} to be on the disk`, pollMs: askStoredMs }, async () => isStored(last.id))
        for (const { id, header } of unacknowledged) acknowledged.set(id, { seq: header.seq })
        unacknowledged = []
        if (gapMs > 0) await pause(gapMs)
      }
      throw new LinkEnded(`The hub ended the link: ${(await link.ended).sentence}`)
    } finally {
      signal.removeEventListener('abort', end)
      await libp2p.stop()
    }
  }

  return {
    author: author.key,
    acknowledged,
    async writeTo (address, signal, isStored) {
      try {
        await write(address, signal, isStored)
      } catch (thrown) {
        if (!signal.aborted) throw thrown // otherwise that is how it was to end
      }
    }
  }
}
