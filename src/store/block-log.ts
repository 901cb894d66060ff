/**
 * The message store over a block storage: gives event numbers, gathers appends into transactions, packs them, has small blocks merged behind
 * them and others rewritten when something goes. All that IndexedDB and LevelDB have in common begins here (block-reader.ts reads,
 * block-rewriter.ts rewrites); all that differs is behind block-storage.ts.
 *
 * One writer works through the queue: a merge when one is due, otherwise an erasure or a drop, or a transaction of everything that waits
 * before the next of those, up to a limit. Nothing can therefore overtake anything (S1, S3, S5).
 */
import { HubError, reasonOf } from '../base/errors.ts'
import { checkEvents, checkMessages, checkRange, checkRead, checkValue, checkValueKey, checkValuesOptions } from './arguments.ts'
import { createBlockCache } from './block-cache.ts'
import { createBlockIndex } from './block-index.ts'
import { createBlockReader } from './block-reader.ts'
import { createBlockRewriter } from './block-rewriter.ts'
import type { BlockStorage, Commit } from './block-storage.ts'
import { type BlockDamageCode, packBlocks } from './blocks.ts'
import { createMergePlan } from './merge-plan.ts'
import type { MessageStore, StoredEvent, StoredMessage, StoreLossCode, StoreOptions } from './message-store.ts'
import { storeLimits } from './message-store.ts'
import type { Change } from './rewriting.ts'

/** Takes the store away from under the log; only the first call counts. Returns the error that everything rejects with from then on. */
export type Lose = (code: StoreLossCode, sentence: string) => HubError

/** Something that waits to be committed. */
interface Waiting {
  /** What it counts for in the queue. */
  readonly bytes: number
  readonly resolve: (firstEvent: number) => void
  readonly reject: (error: unknown) => void
}
interface Addition {
  readonly messages: readonly StoredMessage[]
  readonly values: Commit['values']
}
interface Rewriting {
  readonly change: Change
  readonly events: readonly number[]
}
type Write = Waiting & (Addition | Rewriting)

/** What a value, or an empty append, counts for in the queue, in bytes. Guess: the size of a clone cannot be asked for; values are small. */
const smallWriteBytes = 1_024
/** Messages of one commit from which on they stream, and the next commit may wait for more. People and tests that write in bursts stay below. */
const streamMessagesMin = 32
/**
 * What a commit waits for at most, in queued bytes: some 1,400 small messages. Measured in Chromium, processor time of the browser's own process a message:
 * 26 µs with a quarter of that, 14 µs with twice as much.
 */
const gatherBytes = 512 * 1024
/** … and in ms. */
const gatherMs = 60
/** What an event number counts for in the queue, in bytes. */
const eventBytes = 8
/** Events whose blocks an open looks at to go on merging where it stopped: about what a block holds. */
const recentEvents = 256
/** Damaged blocks remembered as reported. A disk with more has made its point. */
const damageReportsMax = 1_000

/** Opens the log on what `openStorage` opens. Rejects with that one's errors. */
export async function openBlockLog (
  openStorage: (lose: Lose) => Promise<BlockStorage>,
  { onDamage, onLost, limits }: StoreOptions = {}
): Promise<MessageStore> {
  const { appendBytesMax, queueBytesMax, transactionBytesMax, blockBytes, cacheBytesMax } = { ...storeLimits, ...limits }
  /** Why new calls are refused. */
  let refusal: HubError | undefined
  /** Set when what is queued must not be written any more. */
  let abandoned = false
  let queue: Write[] = []
  let queuedBytes = 0
  let writer: Promise<void> | undefined
  /** Messages of the last commit. */
  let lastCommitted = 0
  /** Ends the wait for more to write; undefined while nothing waits. */
  let endGathering: (() => void) | undefined
  /** Ends with the commit that is under way. */
  let committing: Promise<void> = Promise.resolve()
  const reportedDamage = new Set<number>()
  const plan = createMergePlan(blockBytes)

  const lose: Lose = (code, sentence) => {
    if (abandoned) return refusal ?? stopped()
    const error = new HubError('storage-lost', sentence)
    abandon(error)
    onLost?.(code, sentence)
    return error
  }
  const storage = await openStorage(lose)
  let { lastEvent } = storage
  const index = createBlockIndex(storage.blockKeys)
  const reader = createBlockReader({
    index,
    cache: createBlockCache(cacheBytesMax),
    lastEvent: () => lastEvent,
    readBlocks: keys => reading(() => storage.readBlocks(keys)),
    settled: () => committing,
    onDamaged: reportDamage
  })
  const rewriter = createBlockRewriter({ index, readBlocks: keys => storage.readBlocks(keys), commit, onDamaged: reportDamage })
  try {
    const recent = index.from(Math.max(1, lastEvent - recentEvents), recentEvents)
    const blocks = await reading(() => storage.readBlocks(recent))
    for (const [at, key] of recent.entries()) plan.add(key, blocks[at]?.length ?? 0)
  } catch (error) {
    await storage.close()
    throw error
  }
  wakeWriter()

  function abandon (reason: HubError): void {
    refusal = reason
    abandoned = true
    const dropped = queue
    queue = []
    queuedBytes = 0
    endGathering?.()
    for (const write of dropped) write.reject(reason)
  }

  async function reading<T> (work: () => Promise<T>): Promise<T> {
    if (refusal != null) throw refusal
    try {
      return await work()
    } catch (error) {
      throw causeOf(error)
    }
  }

  /** What to tell a reader: a read that a close or a loss overtook failed because of that. */
  function causeOf (error: unknown): unknown {
    return refusal ?? error
  }

  function enqueue (work: Addition | Rewriting, bytes: number): Promise<number> {
    if (queuedBytes + bytes > queueBytesMax) {
      return Promise.reject(new HubError('storage-busy', 'The disk is slower than what arrives: wait until something is stored, then try again.'))
    }
    return new Promise((resolve, reject) => {
      queue.push({ ...work, bytes, resolve, reject })
      queuedBytes += bytes
      if (queuedBytes >= gatherBytes) endGathering?.()
      wakeWriter()
    })
  }

  function wakeWriter (): void {
    // A bug of ours in the writer must not leave callers waiting for ever.
    writer ??= writeAll().catch((bug: unknown) => { lose('write-failed', `Storing has stopped (${reasonOf(bug)}): start again.`) })
  }

  async function writeAll (): Promise<void> {
    // Calls of the same task come together in the first transaction.
    await Promise.resolve()
    for (;;) {
      const run = abandoned ? undefined : plan.takeDue()
      const [first] = queue
      if (run != null) await merge(run)
      else if (first == null) break
      else if ('change' in first) await rewriteNext(first)
      else {
        if (lastCommitted >= streamMessagesMin) await gathered()
        await commitWaiting()
      }
    }
    writer = undefined
  }

  /**
   * While messages stream in, a short wait makes few large transactions of many small ones, which halves what writing costs. Nobody who writes now and then,
   * or waits for one message before the next, is ever kept waiting.
   */
  async function gathered (): Promise<void> {
    if (queuedBytes >= gatherBytes) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gatherMs)
      endGathering = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    endGathering = undefined
  }

  /** Changes the disk, and with it what is known of it here. */
  function commit ({ blocks = [], removed = [], values = [] }: Partial<Omit<Commit, 'lastEvent'>>, after = lastEvent): Promise<void> {
    const committed = (async () => {
      if (abandoned) throw refusal ?? stopped()
      await storage.commit({ blocks, removed, values, lastEvent: { before: lastEvent, after } })
      lastEvent = after
      index.replace(removed, blocks.map(({ firstEvent }) => firstEvent))
      reader.replaced(removed)
    })()
    committing = committed.catch(() => undefined)
    return committed
  }

  async function commitWaiting (): Promise<void> {
    const writes: (Waiting & Addition)[] = []
    let bytes = 0
    for (const write of queue) {
      if ('change' in write || (writes.length > 0 && bytes + write.bytes > transactionBytesMax)) break
      writes.push(write)
      bytes += write.bytes
    }
    queue.splice(0, writes.length)
    const messages = writes.flatMap(write => write.messages)
    lastCommitted = messages.length
    const values = writes.flatMap(write => write.values)
    let event = lastEvent + 1
    try {
      const blocks = packBlocks(event, messages, blockBytes)
      if (blocks.length + values.length > 0) await commit({ blocks, values }, lastEvent + messages.length)
      for (const block of blocks) plan.add(block.firstEvent, block.bytes.length)
    } catch (error) {
      for (const write of writes) write.reject(error)
      return
    } finally {
      if (!abandoned) queuedBytes -= bytes
    }
    for (const write of writes) {
      write.resolve(event)
      event += write.messages.length
    }
  }

  async function merge (run: readonly number[]): Promise<void> {
    try {
      await rewriter.merge(run)
    } catch (error) {
      // The blocks stay small, which costs speed only. What made the merge fail meets the next append, which has somebody to tell.
      if (!(error instanceof HubError)) throw error
    }
  }

  async function rewriteNext ({ change, events, bytes, resolve, reject }: Waiting & Rewriting): Promise<void> {
    queue.shift()
    try {
      await rewriter.rewrite(change, events)
      resolve(lastEvent)
    } catch (error) {
      reject(error)
    } finally {
      if (!abandoned) queuedBytes -= bytes
    }
  }

  function reportDamage (firstEvent: number, code: BlockDamageCode): void {
    if (reportedDamage.has(firstEvent) || reportedDamage.size >= damageReportsMax) return
    reportedDamage.add(firstEvent)
    const last = (index.after(firstEvent) ?? Math.max(lastEvent, firstEvent) + 1) - 1
    onDamage?.({
      code,
      firstEvent,
      lastEvent: last,
      sentence: `The disk has damaged the stored messages ${firstEvent} to ${last}; the next sync fetches what other hubs still hold.`
    })
  }

  let closing: Promise<void> | undefined
  async function closeAfterWriting (): Promise<void> {
    refusal ??= stopped()
    endGathering?.()
    await writer
    abandoned = true
    await storage.close()
  }

  async function change (kind: Change, events: readonly number[]): Promise<void> {
    if (refusal != null) throw refusal
    checkEvents(events)
    await enqueue({ change: kind, events: [...events] }, Math.max(events.length * eventBytes, smallWriteBytes))
  }

  return {
    get lastEvent () { return lastEvent },
    async append (messages) {
      if (refusal != null) throw refusal
      const bytes = checkMessages(messages, appendBytesMax)
      return enqueue({ messages: [...messages], values: [] }, Math.max(bytes, smallWriteBytes))
    },
    async read (fromEvent, limit) {
      if (refusal != null) throw refusal
      checkRead(fromEvent, limit)
      const events: StoredEvent[] = []
      for await (const step of reader.walk(fromEvent, Infinity, limit)) events.push(...step)
      return events
    },
    async* scan (fromEvent, toEvent) {
      if (refusal != null) throw refusal
      const last = toEvent ?? lastEvent
      checkRange(fromEvent, last)
      yield* reader.walk(fromEvent, last, Infinity)
    },
    async get (events) {
      if (refusal != null) throw refusal
      checkEvents(events)
      const found = await reader.get(events)
      return events.map(event => found.get(event))
    },
    eraseBodies: events => change('erase-bodies', events),
    drop: events => change('drop', events),
    getValue: key => reading(() => {
      checkValueKey(key)
      return storage.getValue(key)
    }),
    getValues: (prefix, options) => reading(async () => {
      const range = checkValuesOptions(prefix, options)
      return range == null ? [] : storage.getValues(range, options.limit)
    }),
    async putValue (key, value) {
      if (refusal != null) throw refusal
      checkValueKey(key)
      const bytes = checkValue(value)
      const prepared = value === undefined ? undefined : storage.prepareValue(value)
      await enqueue({ messages: [], values: [[key, prepared]] }, Math.max(bytes, smallWriteBytes))
    },
    close () {
      closing ??= closeAfterWriting()
      return closing
    },
    async destroy () {
      if (!abandoned) abandon(stopped())
      await writer
      await storage.destroy()
    }
  }
}

function stopped (): HubError {
  return new HubError('stopped', 'The message store is closed.')
}
