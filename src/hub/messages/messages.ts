/**
 * The messages of this hub: what is stored, where it is, and how it is found. The set (message/replicated-set.ts) decides what belongs; this
 * holds the bytes (store/), knows each member's place and time (catalog.ts), and reads what is asked for.
 *
 * Invariants
 * 1. A member has a row in the catalog from the moment it is both stored and in the set, whichever comes last, until it is displaced.
 * 2. What the catalog says is derived: opening the same store again says the same (opening.ts).
 * 3. Nothing is handed out that the set says is to be erased (message/set/SPEC.md R12).
 */
import { reasonOf } from '../../base/errors.ts'
import type { Report } from '../../base/event-log.ts'
import type { ReplicatedSet } from '../../message/replicated-set.ts'
import type { Message, MessageId, NetworkGenesis } from '../../message/types.ts'
import type { MessageStore, StoredEvent } from '../../store/message-store.ts'
import type { Query } from '../api.ts'
import { createCatalog, type Catalog } from './catalog.ts'
import { readEntry, type Entry } from './entry.ts'
import { createLeftovers } from './leftovers.ts'
import { openMessages } from './opening.ts'
import { createPageKeeper, pagePrefix } from './page-keeper.ts'
import { countMembers, findMembers } from './query.ts'
import { createRecent, recentIdsMax } from './recent.ts'
import { createReferenceHash, referenceKeyBytes, unknownReferences, type ReferenceHash } from './references.ts'

export interface Messages {
  /** Members that are stored here. */
  readonly size: number
  readonly catalog: Catalog
  readonly hash: ReferenceHash
  /** Stores messages, all of them or none, under consecutive events. What each becomes is told by `enter`, once the set knows it. Codes: those of the store. */
  append: (messages: readonly Message[], storedAt: number, from: string | null) => Promise<Entry[]>
  /** A stored message that the set was offered. Its number; −1: it is no member. */
  enter: (entry: Entry) => number
  /** Whether a message is stored that is no member. */
  isLeft: (id: MessageId) => boolean
  /** Such a message has become a member. Its number, −1 where there is nothing to be done. */
  returned: (message: Message) => number
  /** The set has let go of a member: its number may be another's from now on. */
  displaced: (member: number, id: MessageId) => void
  /** A stored message by its id, member or displaced; undefined: not here, or not any more. Codes: those of the store. */
  get: (id: MessageId) => Promise<Entry | undefined>
  /** Several, in the order asked for; what is not here is left out. Codes: those of the store. */
  getMembers: (members: readonly number[]) => Promise<Entry[]>
  getMany: (ids: readonly MessageId[]) => Promise<Entry[]>
  /** As they were stored, for whoever passes them on: reading them would cost more than sending them. Codes: those of the store. */
  getStored: (members: readonly number[]) => Promise<StoredEvent[]>
  /** What was stored from `event` on, oldest first, and where to go on; `next` beyond `lastEvent`: there is no more yet. Codes: those of the store. */
  fromEvent: (event: number, limit: number) => Promise<{ readonly entries: readonly Entry[], readonly next: number }>
  readonly lastEvent: number
  /** Ids of the newest by event, oldest first. */
  newest: (limit: number) => MessageId[]
  /** By (timestamp, id). What is barred is left out, unless it is asked for. Codes: `invalid-argument`, those of the store. */
  query: (query: Query) => Promise<Entry[]>
  /** How many a query is about, whatever its limit. Codes: `invalid-argument`. */
  count: (query: Query) => number
  /** Erases bodies; the set was not told yet. Codes: those of the store. */
  eraseBodies: (ids: readonly MessageId[]) => Promise<void>
  /** The bodies are gone, and the set knows: what opens this hub next time is to say so too. */
  bodiesErased: (ids: readonly MessageId[]) => Promise<void>
  /** Members whose bytes could not be read any more, or not be stored: they are asked of neighbours by their ids. */
  readonly lost: ReadonlySet<MessageId>
  /** A member's bytes are nowhere here. */
  lose (id: MessageId): void
  /** They have come and are about to be stored. Whether they were lost. */
  recover (id: MessageId): boolean
  /** Whether a member can be dropped: after a restart it is a member by what is noted of it alone (message/set/SPEC.md R17). */
  mayDrop: (member: number) => boolean
  /** Lets go of the bytes of those members that can be dropped; all stay members. Codes: those of the store. */
  drop: (members: readonly number[]) => Promise<void>
  /** Resolves when what is derived is written too: before the store is closed. */
  settled: () => Promise<void>
}

export interface MessagesOptions {
  readonly store: MessageStore
  readonly set: ReplicatedSet
  readonly rules: NetworkGenesis
  readonly report: (report: Report) => void
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** Bytes that nobody can guess, `length` of them. */
  readonly random: (length: number) => Uint8Array
}

const referenceKeyName = 'catalog-key'
/** Messages handed to one read of the store; it takes 10,000. At 8 KiB each, 8 MiB at once. */
const readMax = 1_000
/** A page of a query that met messages which cannot be read is looked for again so often. */
const queryTriesMax = 4
/** 4 MiB of pages in memory. */
const pagesForgottenAtOnce = 64

/** Reads what the store holds into the set and a catalog. Codes: those of the store. */
export async function createMessages ({ store, set, rules, report, random, onProgress = () => undefined }: MessagesOptions): Promise<Messages> {
  const hash = createReferenceHash(await referenceKey(store, random))
  const catalog = createCatalog(set)
  const leftovers = createLeftovers()
  const pages = createPageKeeper({
    store,
    set,
    catalog,
    onFailure: (thrown) => { report({ type: 'catalog-not-kept', code: 'storage-failed', sentence: `The next start will take longer: ${reasonOf(thrown)}` }) }
  })
  await openMessages({ store, set, catalog, leftovers, pages, hash, rules, report, onProgress })
  let { lastEvent } = store
  /** Members whose bytes the disk has lost, or never took: as many as damaged blocks held, and as came while it refused to write. */
  const lost = new Set<MessageId>()
  const recent = createRecent()
  for (const { id } of await store.read(Math.max(1, lastEvent - recentIdsMax + 1), recentIdsMax)) if (set.has(id)) recent.addId(id)

  /** Where the bytes of a message are, member or not. */
  function eventOf (id: MessageId): number | undefined {
    const member = set.memberOf(id)
    return member === -1 ? leftovers.eventOf(id) : catalog.eventOf(member)
  }

  /** What is stored under these numbers, in their order; undefined where there is nothing any more, which is noted. */
  async function readStored (events: readonly number[]): Promise<ReadonlyArray<StoredEvent | undefined>> {
    const stored: Array<StoredEvent | undefined> = []
    for (let start = 0; start < events.length; start += readMax) {
      const asked = events.slice(start, start + readMax)
      const found = await store.get(asked)
      const lost = asked.filter((_, index) => found[index] === undefined)
      if (lost.length > 0) noteLost(lost)
      stored.push(...found)
    }
    return stored
  }

  async function readEvents (events: readonly number[]): Promise<Entry[]> {
    return (await readStored(events)).flatMap((stored) => {
      const read = stored === undefined ? undefined : readEntry(stored, rules)
      return read?.ok === true ? [read.entry] : []
    })
  }

  /** The disk has damaged these: they are asked of neighbours by their ids. What nobody has any more is no member after the next start. */
  function noteLost (events: readonly number[]): void {
    const gone = new Set(events)
    const members: number[] = []
    catalog.walk({}, 'ascending', (member) => {
      if (gone.has(catalog.eventOf(member) ?? 0)) members.push(member)
      return false
    })
    for (const member of members) {
      catalog.setEvent(member, undefined)
      lost.add(set.idOf(member))
    }
    if (members.length > 0) pages.forget(events)
  }

  function mayDrop (member: number): boolean {
    const event = catalog.eventOf(member)
    return event !== undefined && pages.isPaged(event) && set.isOrdinary(member)
  }

  /** What a subscriber is told of a stored message: nothing when it is displaced, dropped, or stored again since; nothing of an erased body. */
  function asOfNow (entry: Entry): Entry[] {
    const { message, event } = entry
    const member = set.memberOf(message.id)
    if (member === -1 || catalog.eventOf(member) !== event) return []
    if (message.body === undefined || set.hasBody(member)) return [entry]
    return [{ ...entry, message: { ...message, body: undefined, bytes: { ...message.bytes, body: undefined } } }]
  }

  async function getMembers (members: readonly number[]): Promise<Entry[]> {
    return readEvents(members.flatMap(member => catalog.eventOf(member) ?? []))
  }

  return {
    catalog,
    hash,
    lost,
    get size () { return catalog.size },
    get lastEvent () { return lastEvent },
    async append (several, storedAt, from) {
      const event = await store.append(several.map(({ bytes, id }) => ({ bytes, id, storedAt, from })))
      return several.map((message, index) => ({ message, event: event + index, storedAt, from }))
    },
    enter (entry) {
      const { message: { id, header, body }, event } = entry
      lastEvent = Math.max(lastEvent, event)
      lost.delete(id)
      const member = set.memberOf(id)
      if (member === -1) leftovers.add(id, event)
      else if (catalog.has(member)) {
        catalog.setEvent(member, event)
        catalog.setReferences(member, hash.of(body))
      } else catalog.add(member, { event, timestamp: header.timestamp, ...hash.of(body) })
      recent.add(entry)
      pages.add(event, entry.message)
      return member
    },
    lose (id) { if (set.has(id)) lost.add(id) },
    recover: id => lost.delete(id) && set.has(id),
    isLeft: id => leftovers.eventOf(id) !== undefined,
    returned ({ id, header, body }) {
      const member = set.memberOf(id)
      const event = leftovers.eventOf(id)
      if (event === undefined || member === -1 || catalog.has(member)) return -1
      leftovers.take(id)
      catalog.add(member, { event, timestamp: header.timestamp, ...hash.of(body) })
      return member
    },
    displaced (member, id) {
      const event = catalog.eventOf(member)
      catalog.remove(member)
      if (event !== undefined) leftovers.add(id, event)
    },
    async get (id) {
      const event = eventOf(id)
      return event === undefined ? undefined : (await readEvents([event]))[0]
    },
    async getStored (members) {
      return (await readStored(members.flatMap(member => catalog.eventOf(member) ?? []))).filter(stored => stored !== undefined)
    },
    getMany: async ids => readEvents(ids.flatMap(id => eventOf(id) ?? [])),
    getMembers,
    async fromEvent (event, limit) {
      if (event > lastEvent) return { entries: [], next: event }
      const known = recent.from(event, limit)
      if (known !== undefined) return { entries: known.flatMap(asOfNow), next: (known.at(-1)?.event ?? lastEvent) + 1 }
      const end = lastEvent
      // What is stored and not entered yet is told of when it is.
      const stored = (await store.read(event, Math.min(limit, readMax))).filter(found => found.event <= end)
      const entries = stored.flatMap((found) => {
        const read = readEntry(found, rules)
        return read.ok ? asOfNow(read.entry) : []
      })
      return { entries, next: (stored.at(-1)?.event ?? end) + 1 }
    },
    newest: limit => recent.newestIds(limit, id => set.has(id)),
    settled: async () => pages.settled(),
    count: query => countMembers(query, { catalog, hash, set }),
    async query (query) {
      for (let tries = 1; ; tries += 1) {
        const found = findMembers(query, { catalog, hash, set })
        const entries = await getMembers(found)
        // What could not be read is known as lost from now on, or has just been dropped: a page is full as long as there is enough.
        if (entries.length === found.length || tries === queryTriesMax) return entries
      }
    },
    async eraseBodies (ids) {
      const events = ids.flatMap(id => eventOf(id) ?? [])
      await store.eraseBodies(events)
      for (const id of ids) {
        const member = set.memberOf(id)
        if (member !== -1 && catalog.has(member)) catalog.setReferences(member, unknownReferences)
      }
    },
    bodiesErased: async ids => pages.refresh(ids.flatMap(id => eventOf(id) ?? [])),
    mayDrop,
    async drop (members) {
      const events = new Map(members.filter(mayDrop).map(member => [member, catalog.eventOf(member)] as const))
      const dropped = [...events.values()].flatMap(event => event ?? [])
      await store.drop(dropped)
      // A number may stand for another message by now.
      for (const [member, event] of events) if (event !== undefined && catalog.eventOf(member) === event) catalog.setEvent(member, undefined)
      await pages.refresh(dropped)
    }
  }
}

async function referenceKey (store: MessageStore, random: (length: number) => Uint8Array): Promise<Uint8Array> {
  const kept = await store.getValue(referenceKeyName)
  if (kept instanceof Uint8Array && kept.length === referenceKeyBytes) return kept
  // The pages' hashes go by a key that is gone: they are made again.
  for (;;) {
    const pages = await store.getValues(pagePrefix, { limit: pagesForgottenAtOnce })
    if (pages.length === 0) break
    await Promise.all(pages.map(async ([name]) => store.putValue(name, undefined)))
  }
  const key = random(referenceKeyBytes)
  await store.putValue(referenceKeyName, key)
  return key
}
