/**
 * Authors and their feeds: one feed per (author, signer), made when its first signer message or member comes, so that invented
 * authors in the pending pool make none. Namespace 0 is the feed whose signer is the author's own root key.
 */
import { fromHex } from '../../base/bytes.ts'
import { assert } from '../../base/errors.ts'
import { createCoverage } from './scope.ts'
import type { Coverage } from './scope.ts'
import { createSeqPages } from './seq-index.ts'
import type { SeqPages } from './seq-index.ts'
import type { Removals } from './removal.ts'
import type { MessageId, PublicKeyHex } from '../types.ts'

export interface Author {
  readonly key: PublicKeyHex
  readonly feeds: Map<PublicKeyHex, Feed>
  /** Made with the first remove. */
  removals: Removals | undefined
}

export interface Feed {
  /** Its number in the member table's `feed` column. */
  readonly number: number
  readonly author: Author
  readonly signer: PublicKeyHex
  readonly coverage: Coverage
  /** The first member of each seq. */
  readonly seqs: SeqPages
  /** The highest seq of a member; 0: it has none yet. It never falls, for of a seq's members the lowest id never leaves (R4). */
  seqEnd: number
  /** Members of namespace 0 that add or remove this signer. */
  readonly signerMessages: number[]
  /** While signer-removes of this signer are members. */
  revocation: Revocation | undefined
}

/** One keepHead of one feed, whatever the number of signer-removes that name it. */
export interface Walk {
  readonly feed: Feed
  readonly head: MessageId
  removes: number
  /** The lowest member passed; `none` while the head is not a member. */
  bottom: number
  wanted: MessageId | undefined
}

/** What the signer-removes of one feed say (revocation.ts). */
export interface Revocation {
  readonly walks: Map<MessageId, Walk>
  /** Signer-removes without a keepHead: they keep nothing. */
  withoutHead: number
}

export interface Feeds {
  find (author: PublicKeyHex, signer: PublicKeyHex): Feed | undefined
  author (key: PublicKeyHex): Author | undefined
  findOrCreate (author: PublicKeyHex, signer: PublicKeyHex): Feed
  byNumber (number: number): Feed
  count (): number
}

/** The 64 bytes of author and signer. */
export function feedKeyBytes ({ author, signer }: Feed): Uint8Array {
  const key = fromHex(author.key + signer)
  assert(key !== undefined, 'keys are hex')
  return key
}

export function createFeeds (): Feeds {
  const authors = new Map<PublicKeyHex, Author>()
  const feeds: Feed[] = []

  const create = (author: Author, signer: PublicKeyHex): Feed => {
    const feed: Feed = {
      number: feeds.length, author, signer, coverage: createCoverage(), seqs: createSeqPages(), seqEnd: 0, signerMessages: [], revocation: undefined
    }
    feeds.push(feed)
    author.feeds.set(signer, feed)
    return feed
  }

  return {
    count: () => feeds.length,
    find: (author, signer) => authors.get(author)?.feeds.get(signer),
    author: key => authors.get(key),
    findOrCreate (key, signer) {
      let author = authors.get(key)
      if (author === undefined) {
        author = { key, feeds: new Map(), removals: undefined }
        authors.set(key, author)
      }
      return author.feeds.get(signer) ?? create(author, signer)
    },
    byNumber (number) {
      const feed = feeds[number]
      assert(feed !== undefined, 'a member belongs to a feed')
      return feed
    }
  }
}
