/**
 * The message store over a block storage: gives event numbers, gathers appends into transactions, packs them, merges small blocks
 * behind them, and reads around damage. All that IndexedDB and LevelDB have in common is here; all that differs is behind block-storage.ts.
 *
 * One writer works through the queue: a merge when one is due, otherwise a transaction of everything that waits, up to a limit.
 * Appends, values and merges can therefore never overtake one another (S1, S3, S5), and no timer is needed to gather appends.
 */
import { HubError, reasonOf } from '../base/errors.ts'
import { checkMessages, checkRange, checkRead, checkValueKey } from './arguments.ts'
import type { BlockStorage } from './block-storage.ts'
import { packBlock, packBlocks, unpackBlock } from './blocks.ts'
import { createMergePlan } from './merge-plan.ts'
import type { MessageStore, StoredEvent, StoredMessage, StoreLossCode, StoreOptions } from './message-store.ts'
import { storeLimits } from './message-store.ts'

/** Takes the store away from under the log; only the first call counts. Returns the error that everything rejects with from then on. */
export type Lose = (code: StoreLossCode, sentence: string) => HubError

/** Something that waits to be committed. `bytes` is what it counts for in the queue. */
interface Write {
  readonly messages: readonly StoredMessage[]
  readonly values: ReadonlyArray<readonly [key: string, prepared: unknown]>
  readonly bytes: number
  readonly resolve: (firstEvent: number) => void
  readonly reject: (error: unknown) => void
}

/** What a value, or an empty append, counts for in the queue, in bytes. Guess: the size of a clone cannot be asked for; values are small. */
const smallWriteBytes = 1_024
/** Blocks of the first step of a read; each step doubles it up to the maximum: one message costs one block, and a walk few transactions. */
const blocksPerStepFirst = 1
/** Blocks of one step of a read: 2 MiB in memory at once. */
const blocksPerStepMax = 32
/** Events whose blocks an open looks at to go on merging where it stopped: about what a block holds. */
const recentEvents = 256
/** Damaged blocks remembered as reported. A disk with more has made its point. */
const damageReportsMax = 1_000

/** Opens the log on what `openStorage` opens. Rejects with that one's errors. */
export async function openBlockLog (
  openStorage: (lose: Lose) => Promise<BlockStorage>,
  { onDamage, onLost, limits }: StoreOptions = {}
): Promise<MessageStore> {
  const { appendBytesMax, queueBytesMax, transactionBytesMax, blockBytes } = { ...storeLimits, ...limits }
  /** Why new calls are refused. */
  let refusal: HubError | undefined
  /** Set when what is queued must not be written any more. */
  let abandoned = false
  let queue: Write[] = []
  let queuedBytes = 0
  let writer: Promise<void> | undefined
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
  try {
    const recent = await storage.readBlocks(Math.max(1, lastEvent - recentEvents), recentEvents)
    for (const { firstEvent, bytes } of recent) plan.add(firstEvent, bytes.length)
  } catch (error) {
    await storage.close()
    throw causeOf(error)
  }
  wakeWriter()

  function abandon (reason: HubError): void {
    refusal = reason
    abandoned = true
    const dropped = queue
    queue = []
    queuedBytes = 0
    for (const write of dropped) write.reject(reason)
  }

  /** What to tell a reader: a read that a close or a loss overtook failed because of that. */
  function causeOf (error: unknown): unknown {
    return refusal ?? error
  }

  function enqueue (messages: Write['messages'], values: Write['values'], bytes: number): Promise<number> {
    if (queuedBytes + bytes > queueBytesMax) {
      return Promise.reject(new HubError('storage-busy', 'The disk is slower than what arrives: wait until something is stored, then try again.'))
    }
    return new Promise((resolve, reject) => {
      queue.push({ messages, values, bytes, resolve, reject })
      queuedBytes += bytes
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
      if (run != null) await merge(run)
      else if (queue.length > 0) await commitWaiting()
      else break
    }
    writer = undefined
  }

  async function commitWaiting (): Promise<void> {
    let taken = 0
    let bytes = 0
    for (const write of queue) {
      if (taken > 0 && bytes + write.bytes > transactionBytesMax) break
      taken += 1
      bytes += write.bytes
    }
    const writes = queue.splice(0, taken)
    const messages = writes.flatMap(write => write.messages)
    const values = writes.flatMap(write => write.values)
    const before = lastEvent
    const after = before + messages.length
    try {
      const blocks = packBlocks(before + 1, messages, blockBytes)
      if (blocks.length + values.length > 0) await storage.commit({ blocks, removed: [], values, lastEvent: { before, after } })
      for (const block of blocks) plan.add(block.firstEvent, block.bytes.length)
    } catch (error) {
      for (const write of writes) write.reject(error)
      return
    } finally {
      if (!abandoned) queuedBytes -= bytes
    }
    lastEvent = after
    let event = before + 1
    for (const write of writes) {
      write.resolve(event)
      event += write.messages.length
    }
  }

  /** Replaces the blocks of `run` by one with the same events. */
  async function merge (run: readonly number[]): Promise<void> {
    const [firstEvent] = run
    if (firstEvent == null) return
    try {
      const events: StoredEvent[] = []
      for (const block of await storage.readBlocks(firstEvent, run.length)) {
        const unpacked = unpackBlock(block.firstEvent, block.bytes)
        // What is damaged, or not where the plan has it, stays as it is: reading finds it there.
        if (!unpacked.ok || block.firstEvent !== firstEvent + events.length) return
        events.push(...unpacked.events)
      }
      const merged = packBlock(firstEvent, events)
      await storage.commit({ blocks: [merged], removed: run, values: [], lastEvent: { before: lastEvent, after: lastEvent } })
    } catch (error) {
      // The blocks stay small, which costs speed only. What made the merge fail meets the next append, which has somebody to tell.
      if (!(error instanceof HubError)) throw error
    }
  }

  /** The events from `fromEvent` to `toEvent`, at most `limit`, a block a step. */
  async function* walk (fromEvent: number, toEvent: number, limit: number): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    let next = Math.max(fromEvent, 1)
    let left = limit
    let blocksMax = blocksPerStepFirst
    while (left > 0 && next <= Math.min(toEvent, lastEvent)) {
      const end = lastEvent
      const found = await readBlocks(next, blocksMax)
      const start = next
      for (const block of found) {
        const unpacked = unpackBlock(block.firstEvent, block.bytes, { fromEvent: start, toEvent, limit: left })
        const following = block.nextEvent ?? Math.max(end, block.firstEvent) + 1
        if (!unpacked.ok) reportDamage(unpacked.code, block.firstEvent, following - 1)
        next = block.nextEvent ?? (unpacked.ok ? block.firstEvent + unpacked.count : following)
        if (!unpacked.ok || unpacked.events.length === 0) continue
        left -= unpacked.events.length
        yield unpacked.events
        if (left === 0) return
      }
      // Nothing lies behind what was found although the counter says so: whatever was there is gone.
      if (next <= start) return
      blocksMax = Math.min(blocksMax * 2, blocksPerStepMax)
    }
  }

  async function readBlocks (fromEvent: number, blocksMax: number): ReturnType<BlockStorage['readBlocks']> {
    if (refusal != null) throw refusal
    try {
      return await storage.readBlocks(fromEvent, blocksMax)
    } catch (error) {
      throw causeOf(error)
    }
  }

  function reportDamage (code: 'checksum-mismatch' | 'malformed', firstEvent: number, last: number): void {
    if (reportedDamage.has(firstEvent) || reportedDamage.size >= damageReportsMax) return
    reportedDamage.add(firstEvent)
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
    await writer
    abandoned = true
    await storage.close()
  }

  return {
    get lastEvent () { return lastEvent },
    async append (messages) {
      if (refusal != null) throw refusal
      const bytes = checkMessages(messages, appendBytesMax)
      return enqueue([...messages], [], Math.max(bytes, smallWriteBytes))
    },
    async read (fromEvent, limit) {
      if (refusal != null) throw refusal
      checkRead(fromEvent, limit)
      const events: StoredEvent[] = []
      for await (const step of walk(fromEvent, Infinity, limit)) events.push(...step)
      return events
    },
    async* scan (fromEvent, toEvent) {
      if (refusal != null) throw refusal
      const last = toEvent ?? lastEvent
      checkRange(fromEvent, last)
      yield* walk(fromEvent, last, Infinity)
    },
    async getValue (key) {
      if (refusal != null) throw refusal
      checkValueKey(key)
      try {
        return await storage.getValue(key)
      } catch (error) {
        throw causeOf(error)
      }
    },
    async putValue (key, value) {
      if (refusal != null) throw refusal
      checkValueKey(key)
      const prepared = value === undefined ? undefined : storage.prepareValue(value)
      await enqueue([], [[key, prepared]], smallWriteBytes)
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
