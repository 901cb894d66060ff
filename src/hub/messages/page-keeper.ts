/**
 * Keeps the catalog's pages in step with the log: page n covers the 512 events from n · 512 + 1 on, and is written once all of them are stored. What is
 * newer is replayed from the log at the next start. Pages are derived: one that cannot be written costs time at that start, and nothing else.
 */
import { fromHex, toHex } from '../../base/bytes.ts'
import { kindNumber } from '../../message/kinds.ts'
import type { ReplicatedSet } from '../../message/replicated-set.ts'
import type { Kind, Message, MessageId, PublicKeyHex } from '../../message/types.ts'
import type { MessageStore } from '../../store/message-store.ts'
import type { Catalog } from './catalog.ts'
import { unknownReferences, type References } from './references.ts'
import { createPage, pageRows, readPage, rowShapes, sealPage, unlinkedPrev, type CatalogPage } from './pages.ts'

export interface PageKeeper {
  /** A message was stored under the number after that of the last one. */
  add (event: number, message: Message): void
  /** Bytes of these events are gone, or their bodies: their rows say so from the next start on. Resolves when that is written. */
  refresh (events: readonly number[]): Promise<void>
  /** Bytes of these events cannot be read: their pages are taken away, and the next start finds what the log still has. */
  forget (events: readonly number[]): void
  /** Whether the page of this event is written, or about to be: what is dropped or erased is known there. */
  isPaged (event: number): boolean
  /** Resolves when all pages that are due are written. */
  settled (): Promise<void>
}

export interface PageKeeperOptions {
  readonly store: Pick<MessageStore, 'getValue' | 'putValue'>
  readonly set: ReplicatedSet
  readonly catalog: Catalog
  /** A page could not be written. */
  readonly onFailure: (thrown: unknown) => void
}

/** What is kept of a message until its page is written. */
interface Tail {
  readonly event: number
  readonly id: MessageId
  readonly prev: MessageId | undefined
}

export const pagePrefix = 'catalog/'
const hashBytes = 32

export function pageKey (event: number): string {
  return `${pagePrefix}${String(Math.floor((event - 1) / pageRows)).padStart(10, '0')}`
}

/** Messages of these kinds decide about others: the set needs them whole. */
export function isOrdinary (kind: Kind): boolean {
  return kind !== 'signer-add' && kind !== 'signer-remove' && kind !== 'remove'
}

export function createPageKeeper ({ store, set, catalog, onFailure }: PageKeeperOptions): PageKeeper {
  let tail: Tail[] = []
  /** Settles when what was asked so far is written. */
  let last: Promise<void> = Promise.resolve()

  /** The store writes in the order of the calls. */
  function write (page: CatalogPage): void {
    const written = store.putValue(pageKey(page.firstEvent), sealPage(page)).catch(onFailure)
    last = last.then(async () => written)
  }

  /** Changes what is written: after all that was asked before. */
  function inTurn (work: () => Promise<void>): Promise<void> {
    last = last.then(work).catch(onFailure)
    return last
  }

  /** Rows of a page as the set and the catalog have them now. */
  function pack (firstEvent: number, rows: readonly Tail[]): CatalogPage {
    const feeds: Array<{ readonly author: PublicKeyHex, readonly signer: PublicKeyHex }> = []
    const unlinked: MessageId[] = []
    const packed = rows.map(({ event, id, prev }) => {
      const member = set.memberOf(id)
      const shape = shapeOf(member, event)
      if (shape === rowShapes.gone || shape === rowShapes.whole) return { member, shape, feed: 0, prev: 0 }
      const [author, signer] = [set.authorOf(member), set.signerOf(member)]
      // Most pages are of few feeds, and neighbours are often of one.
      let feed = feeds.findIndex(known => known.signer === signer && known.author === author)
      if (feed === -1) feed = feeds.push({ author, signer }) - 1
      return { member, shape, feed, prev: prevOf(prev, event, unlinked) }
    })
    const page = createPage(firstEvent, rows.length, feeds.length, unlinked.length)
    packed.forEach(({ member, shape, feed, prev }, row) => {
      page.shapes[row] = shape
      if (shape === rowShapes.gone || shape === rowShapes.whole) return
      noteReferences(page, row, catalog.referencesOf(member))
      page.times[row] = catalog.timestampOf(member)
      page.seqs[row] = set.seqOf(member)
      page.prevs[row] = prev
      page.feedNumbers[row] = feed
      page.kinds[row] = kindNumber(set.kindOf(member))
      set.copyId(member, page.ids, row * hashBytes)
    })
    feeds.forEach(({ author, signer }, feed) => { page.feeds.set(fromHex(author + signer) ?? [], feed * 2 * hashBytes) })
    unlinked.forEach((id, index) => { page.unlinked.set(fromHex(id) ?? [], index * hashBytes) })
    return page
  }

  function shapeOf (member: number, event: number): number {
    if (member === -1) return rowShapes.whole
    const stored = catalog.eventOf(member)
    if (stored !== undefined && stored !== event) return rowShapes.gone
    if (!isOrdinary(set.kindOf(member))) return rowShapes.whole
    if (stored === undefined) return catalog.has(member) ? rowShapes.dropped : rowShapes.whole
    return set.hasBody(member) ? rowShapes.ordinary : rowShapes.bodyless
  }

  function prevOf (prev: MessageId | undefined, event: number, unlinked: MessageId[]): number {
    if (prev === undefined) return 0
    const before = set.memberOf(prev)
    const at = before === -1 ? undefined : catalog.eventOf(before)
    if (at !== undefined && at < event) return at
    unlinked.push(prev)
    return unlinkedPrev
  }

  /** A row of a written page only ever changes its shape. */
  async function reshape (key: string, events: readonly number[]): Promise<void> {
    const page = readPage(await store.getValue(key))
    if (page === undefined) return
    let changed = false
    for (const event of events) {
      const row = event - page.firstEvent
      const before = page.shapes[row]
      if (before === undefined || before === rowShapes.gone || before === rowShapes.whole) continue
      const id = idAt(page, row)
      const shape = shapeOf(set.memberOf(id), event)
      // What is no member any more, or has a later event, finds its way at the next start by being read whole.
      page.shapes[row] = shape
      changed ||= shape !== before
      if (shape === rowShapes.bodyless) noteReferences(page, row, unknownReferences)
    }
    if (changed) await store.putValue(key, sealPage(page))
  }

  return {
    add (event, { id, header }) {
      const firstEvent = event - (event - 1) % pageRows
      if (tail[0] !== undefined && tail[0].event < firstEvent) tail = []
      tail.push({ event, id, prev: header.prev })
      // With a hole in its numbers a page is never full, and read from the log at each start.
      if (tail.length < pageRows) return
      const rows = tail
      tail = []
      write(pack(firstEvent, rows))
    },
    refresh (events) {
      const byPage = new Map<string, number[]>()
      for (const event of events) {
        const key = pageKey(event)
        const list = byPage.get(key) ?? []
        list.push(event)
        byPage.set(key, list)
      }
      return inTurn(async () => { for (const [key, list] of byPage) await reshape(key, list) })
    },
    forget (events) {
      for (const key of new Set(events.map(pageKey))) void inTurn(() => store.putValue(key, undefined))
    },
    isPaged: event => tail[0] === undefined ? true : event < tail[0].event,
    settled: () => last
  }
}

function noteReferences (page: CatalogPage, row: number, { targetHigh, targetLow, name }: References): void {
  page.targetsHigh[row] = targetHigh
  page.targetsLow[row] = targetLow
  page.names[row] = name
}

function idAt ({ ids }: CatalogPage, row: number): MessageId {
  return toHex(ids.subarray(row * hashBytes, (row + 1) * hashBytes)) as MessageId
}
