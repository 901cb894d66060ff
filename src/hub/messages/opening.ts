/**
 * Opening a hub: the replicated set and the catalog as they were, from the catalog's pages and, where there are none, from the log (message/set/SPEC.md
 * R15, R17). Signatures were checked before anything was stored; they are not checked again.
 */
import { toHex } from '../../base/bytes.ts'
import { createColumn } from '../../base/column.ts'
import type { Report } from '../../base/event-log.ts'
import { kindOf } from '../../message/kinds.ts'
import type { ReplicatedSet } from '../../message/replicated-set.ts'
import type { RestorableFeed } from '../../message/set/restoring.ts'
import type { Kind, MessageId, NetworkGenesis, PublicKeyHex } from '../../message/types.ts'
import type { MessageStore, StoredEvent } from '../../store/message-store.ts'
import type { Catalog } from './catalog.ts'
import { readEntry, type Entry } from './entry.ts'
import type { Leftovers } from './leftovers.ts'
import { pageKey, pagePrefix, type PageKeeper } from './page-keeper.ts'
import { pageRows, readPage, rowShapes, unlinkedPrev, type CatalogPage } from './pages.ts'
import type { ReferenceHash } from './references.ts'

export interface OpeningOptions {
  readonly store: MessageStore
  readonly set: ReplicatedSet
  readonly catalog: Catalog
  readonly leftovers: Leftovers
  readonly pages: PageKeeper
  readonly hash: ReferenceHash
  readonly rules: NetworkGenesis
  readonly report: (report: Report) => void
  /** How far it is: events read, of all. */
  readonly onProgress: (done: number, total: number) => void
}

/** Pages read at once: 4 MiB. */
const pagesPerRead = 128
const hashBytes = 32

/** Resolves when everything that the store holds is in the set and the catalog. Codes: those of the store. */
export async function openMessages (options: OpeningOptions): Promise<void> {
  const { store, set, onProgress } = options
  const opening = createOpening(options)
  const total = store.lastEvent
  set.reserve(total)
  /** The first event of the next page. */
  let next = 1

  async function takeLog (from: number, to: number): Promise<void> {
    for await (const step of store.scan(from, Math.min(to, total))) step.forEach(opening.takeLogged)
  }

  async function advance (page?: CatalogPage): Promise<void> {
    if (page !== undefined) await opening.takePage(page)
    // No page for these, or none that can be read: from the log, which makes it again.
    else await takeLog(next, next + pageRows - 1)
    next += pageRows
    onProgress(Math.min(next - 1, total), total)
  }

  for await (const [key, value] of readPages(store)) {
    while (next <= total && pageKey(next) < key) await advance()
    if (next > total) break
    const page = readPage(value)
    await advance(page?.firstEvent === next && page.count === pageRows ? page : undefined)
  }
  while (next <= total) await advance()
  await opening.takeClosures()
}

/** All pages in order. The next ones are read while whoever asks works on these. */
async function* readPages (store: MessageStore): AsyncGenerator<readonly [key: string, value: unknown], void, undefined> {
  const read = async (after?: string): ReturnType<MessageStore['getValues']> => store.getValues(pagePrefix, { after, limit: pagesPerRead })
  let reading: ReturnType<typeof read> | undefined = read()
  while (reading !== undefined) {
    const pages: Awaited<typeof reading> = await reading
    reading = pages.length < pagesPerRead ? undefined : read(pages.at(-1)?.[0])
    // Whoever asks may end before it is read.
    reading?.catch(() => undefined)
    yield* pages
  }
}

interface Opening {
  takePage: (page: CatalogPage) => Promise<void>
  takeLogged: (stored: StoredEvent) => void
  /** Forks that were displaced, and belong again because a revocation that was read later keeps them. */
  takeClosures: () => Promise<void>
}

function createOpening ({ store, set, catalog, leftovers, pages, hash, rules, report }: OpeningOptions): Opening {
  /** One more than the member that an event has become. */
  const members = createColumn(length => new Uint32Array(length))

  function takeWhole (stored: StoredEvent): Entry | undefined {
    const read = readEntry(stored, rules)
    if (!read.ok) {
      report({ type: 'stored-message-refused', code: read.code, sentence: `Stored message ${stored.event} is not valid (${read.code}) and is left out.` })
      return undefined
    }
    offerWhole(read.entry)
    return read.entry
  }

  function offerWhole ({ message, event, storedAt }: Entry): void {
    const known = set.memberOf(message.id)
    if (known === -1) leftovers.add(message.id, event)
    for (const change of set.offer(message, storedAt, { stored: true }).changes) {
      if (change.type === 'displaced') leave(change.member, change.id)
      if (change.type !== 'admitted') continue
      const { member, message: { id, header, body } } = change
      const at = leftovers.take(id)
      catalog.add(member, { event: at, timestamp: header.timestamp, ...hash.of(body) })
      if (at !== undefined) members.set(at, member + 1)
    }
    if (known === -1 || message.body === undefined) return
    // It was stored again when its body came.
    catalog.setEvent(known, event)
    catalog.setReferences(known, hash.of(message.body))
  }

  function leave (member: number, id: MessageId): void {
    const event = catalog.eventOf(member)
    catalog.remove(member)
    if (event === undefined) return
    members.set(event, 0)
    leftovers.add(id, event)
  }

  async function takeEvents (events: readonly number[]): Promise<void> {
    for (const stored of events.length === 0 ? [] : await store.get(events)) if (stored !== undefined) takeWhole(stored)
  }

  return {
    async takePage (page) {
      const wholeEvents: number[] = []
      for (let row = 0; row < page.count; row += 1) if (page.shapes[row] === rowShapes.whole) wholeEvents.push(page.firstEvent + row)
      const wholes = wholeEvents.length === 0 ? [] : await store.get(wholeEvents)
      const feeds = createPageFeeds(page, set)
      const refused: number[] = []
      const taken = { ids: page.ids, offset: 0, seq: 0, kind: 'post' as Kind, hasBody: true, previous: undefined as number | Uint8Array | undefined }
      let unlinked = 0
      let whole = 0
      for (let row = 0; row < page.count; row += 1) {
        const event = page.firstEvent + row
        const shape = page.shapes[row]
        const prev = page.prevs[row] ?? 0
        const prevId = prev === unlinkedPrev ? page.unlinked.subarray(unlinked * hashBytes, ++unlinked * hashBytes) : undefined
        if (shape === rowShapes.gone) continue
        if (shape === rowShapes.whole) {
          const stored = wholes[whole++]
          if (stored !== undefined) takeWhole(stored)
          continue
        }
        const feed = feeds(page.feedNumbers[row] ?? 0)
        taken.offset = row * hashBytes
        taken.seq = page.seqs[row] ?? 0
        taken.kind = kindOf(page.kinds[row] ?? 0) ?? 'remove'
        taken.hasBody = shape !== rowShapes.bodyless
        taken.previous = prevId ?? (prev === 0 ? undefined : members.get(prev) - 1)
        const member = feed === undefined || taken.previous === -1 ? -1 : set.restore(feed, taken)
        if (member === -1) {
          // Dropped from the store and out of the ordinary: what is left of it is its id, which cannot be judged.
          if (shape !== rowShapes.dropped) refused.push(event)
          continue
        }
        members.set(event, member + 1)
        catalog.add(member, {
          event: shape === rowShapes.dropped ? undefined : event,
          timestamp: page.times[row] ?? 0,
          targetHigh: page.targetsHigh[row] ?? 0,
          targetLow: page.targetsLow[row] ?? 0,
          name: page.names[row] ?? 0
        })
      }
      await takeEvents(refused)
    },
    takeLogged (stored) {
      const entry = takeWhole(stored)
      if (entry !== undefined) pages.add(entry.event, entry.message)
    },
    async takeClosures () {
      for (;;) {
        const wanted = set.closuresWanted()
        await takeEvents(wanted.flatMap(id => leftovers.eventOf(id) ?? []))
        if (!wanted.some(id => set.has(id))) return
      }
    }
  }
}

/** The feeds of a page, by their numbers. What cannot be restored yet is looked up again. */
function createPageFeeds (page: CatalogPage, set: ReplicatedSet): (number: number) => RestorableFeed | undefined {
  const found: Array<RestorableFeed | undefined> = []
  return number => found[number] ??= set.restoreFeed(keyAt(page.feeds, 2 * number), keyAt(page.feeds, 2 * number + 1))
}

function keyAt (keys: Uint8Array, index: number): PublicKeyHex {
  return toHex(keys.subarray(index * hashBytes, (index + 1) * hashBytes)) as PublicKeyHex
}
