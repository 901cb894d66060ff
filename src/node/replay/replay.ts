/**
 * Publishes the lines of a file in a network: read, judged, written by authors made for the purpose, handed to a hub, and counted when that hub has them.
 * The file is streamed; what is kept of it is the authors, and the ids that later lines may answer.
 */
import { createReadStream } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { HubError, reasonOf } from '../../base/errors.ts'
import type { MessageId } from '../../message/types.ts'
import { authorsMax, createAuthors, type Written } from './authors.ts'
import { createDelivery, type Delivery } from './delivery.ts'
import { joinAsGuest } from './guest.ts'
import { linesOf } from './lines.ts'
import { readPostLine, type LineRefusal } from './post-line.ts'

export interface ReplayOptions {
  readonly file: string
  /** The address of the network: `http://localhost:8080`. */
  readonly to: string
  /** Posts a second; undefined: as fast as the hub takes them. */
  readonly rate: number | undefined
}

export interface RefusedLine {
  /** From 1, blank lines counted. */
  readonly line: number
  readonly code: LineRefusal | 'parent-unknown' | 'too-many-authors'
  readonly sentence: string
}

/** What the command prints with `--json`. */
export interface ReplayReport {
  readonly to: string
  /** The network's id; null when it was not reached. */
  readonly network: string | null
  /** Lines read, blank ones not counted: published, skipped and failed ones. */
  readonly lines: number
  /** Authors made for the lines' names. */
  readonly authors: number
  /** Posts that the hub was shown to have stored. */
  readonly published: number
  /** Lines that are no post, or that this network does not take. */
  readonly skipped: number
  /** Posts that were made, and that the hub was not shown to have. */
  readonly failed: number
  /** All that the hub was shown to have: the posts, and for each author a device and a name. */
  readonly messages: number
  /** From the first line to the last answer. */
  readonly seconds: number
  /** Published posts a second. */
  readonly perSecond: number
  /** How many lines were skipped for which reason. */
  readonly skippedBy: Readonly<Record<string, number>>
  /** The first of them. */
  readonly refused: readonly RefusedLine[]
  /** Why it ended before the end of the file, a sentence; null when it did not. */
  readonly error: string | null
}

/** Refused lines that are named; the others are counted. */
const refusedNamedMax = 10
/** Ids of lines that may be answered: the newest. At about 200 B each 40 MB. A line that answers an older one is refused. */
const parentsMax = 200_000
/** Behind its rate by more than this, a replay goes on at the rate instead of catching up in a burst. */
const behindMsMax = 1_000

/** Replays a file. What keeps it from the end is in the report, with what was published until then; only a bug rejects. */
export async function replay ({ file, to, rate }: ReplayOptions): Promise<ReplayReport> {
  const counts = { lines: 0, skipped: 0, made: 0, published: 0, messages: 0 }
  const skippedBy: Record<string, number> = {}
  const refused: RefusedLine[] = []
  const progress = { network: null as string | null, authors: 0, startedMs: 0 }
  let error: string | null = null

  const skip = (line: number, code: RefusedLine['code'], sentence: string): void => {
    counts.skipped += 1
    skippedBy[code] = (skippedBy[code] ?? 0) + 1
    if (refused.length < refusedNamedMax) refused.push({ line, code, sentence })
  }
  const onDelivered = (messages: readonly Written[]): void => {
    counts.messages += messages.length
    counts.published += messages.filter(({ isPost }) => isPost).length
  }

  async function publish (): Promise<void> {
    const chunks = await openFile(file)
    let delivery: Delivery | undefined
    const guest = await joinAsGuest(to, {
      onFrame: (frame) => { delivery?.frame(frame) },
      onDrained: () => { delivery?.drained() },
      onEnd: (reason) => { delivery?.fail(reason) }
    })
    try {
      const { rules, link } = guest
      progress.network = rules.network
      delivery = createDelivery({ send: link.send, onDelivered, onFailed: () => undefined })
      const authors = createAuthors({ rules })
      const parents = new Map<string, MessageId>()
      const turn = createPace(rate)
      progress.startedMs = performance.now()
      for await (const { number, bytes } of linesOf(chunks)) {
        counts.lines += 1
        const judged = readPostLine(bytes, { genesisTime: rules.genesis.genesisTime, nowMs: Date.now() })
        if (!judged.ok) {
          skip(number, judged.code, judged.sentence)
          continue
        }
        const { id, parent } = judged.value
        const parentId = parent == null ? undefined : parents.get(parent)
        if (parent != null && parentId == null) {
          skip(number, 'parent-unknown', `No earlier line that was published has the id ${parent}, or more than ${parentsMax} have come since.`)
          continue
        }
        const written = await authors.write(judged.value, parentId)
        progress.authors = authors.size
        const post = written?.at(-1)
        if (written == null || post == null) {
          skip(number, 'too-many-authors', `It would be author ${authorsMax + 1}; one replay makes ${authorsMax}.`)
          continue
        }
        if (id != null) remember(parents, id, post.id)
        await turn()
        counts.made += 1
        for (const message of written) await delivery.hand(message)
      }
      await delivery.finish()
    } finally {
      await guest.stop()
    }
  }

  try {
    await publish()
  } catch (thrown) {
    if (!(thrown instanceof HubError)) throw thrown
    error = thrown.message
  }
  const seconds = progress.startedMs === 0 ? 0 : (performance.now() - progress.startedMs) / 1000
  const { lines, skipped, made, published, messages } = counts
  return {
    to,
    network: progress.network,
    lines,
    authors: progress.authors,
    published,
    skipped,
    failed: made - published,
    messages,
    seconds: Math.round(seconds * 1000) / 1000,
    perSecond: seconds === 0 ? 0 : Math.round(published / seconds),
    skippedBy,
    refused,
    error
  }
}

/** The bytes of a file that can be read. Codes: `invalid-argument`. */
async function openFile (file: string): Promise<AsyncIterable<Uint8Array>> {
  const unreadable = (cause: unknown): HubError => new HubError('invalid-argument', `The file ${file} cannot be read: ${reasonOf(cause)}.`, { cause })
  const stream = createReadStream(file)
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  // The first bytes are read before anything is connected: a wrong name is said at once.
  let ahead: Promise<IteratorResult<Uint8Array>> | undefined = chunks.next()
  await ahead.catch((cause: unknown) => { throw unreadable(cause) })
  return {
    [Symbol.asyncIterator]: () => ({
      async next () {
        const result = ahead ?? chunks.next().catch((cause: unknown) => { throw unreadable(cause) })
        ahead = undefined
        return result
      },
      async return () {
        stream.destroy()
        return { done: true, value: undefined }
      }
    })
  }
}

function remember (parents: Map<string, MessageId>, key: string, id: MessageId): void {
  parents.delete(key)
  parents.set(key, id)
  if (parents.size > parentsMax) for (const oldest of parents.keys()) { parents.delete(oldest); break }
}

/** Resolves when the next of `rate` a second is due. */
function createPace (rate: number | undefined): () => Promise<void> {
  let dueMs: number | undefined
  return async () => {
    if (rate == null) return
    const nowMs = performance.now()
    dueMs = dueMs == null ? nowMs : Math.max(dueMs + 1000 / rate, nowMs - behindMsMax)
    if (dueMs > nowMs) await pause(dueMs - nowMs)
  }
}
