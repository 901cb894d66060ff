/**
 * Hands messages to one hub over a gossip link, and finds out which of them it has. Messages go out in order, as fast as the link takes them.
 * They are asked for in windows: a hub that answers a graft (gossip/SPEC.md G18) has stored the message, and what it asks back for
 * after an ihave it lacks, which is sent again. Nothing counts as delivered before.
 *
 * Invariants
 * 1. At most `windowsMax` windows are in memory, whatever the other side does.
 * 2. Every message handed in is told once as delivered or as failed, or `finish` rejects.
 */
import { HubError } from '../../base/errors.ts'
import { idsMax, type Frame } from '../../gossip/frames.ts'
import { decodeSignedBytes, encodeSignedBytes, messageIdOf } from '../../message/codec.ts'
import type { MessageId } from '../../message/types.ts'
import type { LinkFrame } from '../../network/link.ts'
import type { Written } from './authors.ts'

export interface Delivery {
  /** Resolves when the next may be handed in. Rejects with what ended the delivery. */
  hand: (message: Written) => Promise<void>
  /** Resolves when everything was told as delivered or failed. Codes: `not-connected`, and what `fail` was called with. */
  finish: () => Promise<void>
  /** What came on the link. */
  frame: (frame: LinkFrame) => void
  /** The link takes frames again. */
  drained: () => void
  /** The link is gone: everything under way rejects. */
  fail: (reason: HubError) => void
}

export interface DeliveryOptions {
  /** As `Link.send`. */
  readonly send: (frame: Frame) => 'queued' | 'congested' | 'closed'
  readonly onDelivered: (messages: readonly Written[]) => void
  /** The hub keeps asking for these, however often it gets them. */
  readonly onFailed: (messages: readonly Written[]) => void
  /** How long nothing may become delivered while something waits for it. @default stalledMs; less in tests */
  readonly stalledAfterMs?: number
}

/** Messages that are asked for together: as many ids as an ihave holds. */
const windowMessages = idsMax
/**
 * Bytes of the messages of a window, but for the last one. With `windowsMax` it bounds what the other side may have read nothing of yet to 2 MiB: at 4 MiB it
 * ends the link (gossip/SPEC.md G16), and WebSocket streams do not hold a sender back before that.
 */
const windowBytes = 524_288
/** Windows under way. The other side always has work while one is asked for. */
const windowsMax = 4
/** Times that a missing message is sent again. One is enough on an honest link; a hub that refuses it for good (its clock is behind) never takes it. */
const attemptsMax = 3
/** Between two questions for the last of a window: the first comes when the message may just be stored, later ones must not use up G19. */
const askFirstMs = 10
const askMostMs = 50
/**
 * After this part of `stalledMs` the last of a window may not be stored because it is missing: the whole window is asked for. A hub that is only slow then
 * names what it has not checked yet, and gets it twice; often enough in a row, and it would count as failed.
 */
const lastPatience = 1 / 6
/** The answer to a question about the whole window can be lost only to a full queue, so it is seldom repeated. */
const askWholeMs = 1_000
/** A hub that stores nothing for so long has a full disk or worse. */
const stalledMs = 30_000

/** What the other side said about messages. */
type News = { readonly type: 'stored', readonly id: MessageId } | { readonly type: 'missing', readonly ids: readonly MessageId[] }

export function createDelivery ({ send, onDelivered, onFailed, stalledAfterMs = stalledMs }: DeliveryOptions): Delivery {
  /** One for the window that is asked for. */
  const listeners = new Set<(news: News) => void>()
  const ended = Promise.withResolvers<never>()
  ended.promise.catch(() => undefined) // those that wait for something race against it
  let drain = Promise.withResolvers<undefined>()
  let open: Written[] = []
  let openBytes = 0
  /** Windows that are confirmed one after another, the oldest first. */
  const windows: Array<Promise<void>> = []
  let lastSent: Promise<unknown> = Promise.resolve()

  const orEnd = async <T>(work: Promise<T>): Promise<T> => Promise.race([work, ended.promise])

  async function sendMessage ({ bytes }: Written): Promise<void> {
    const frame: Frame = { type: 'gossip', message: encodeSignedBytes(await bytes), hops: 0 }
    for (;;) {
      const { promise } = drain
      const sent = send(frame)
      if (sent === 'queued') return
      // The end of the link comes with its reason.
      await orEnd(sent === 'closed' ? ended.promise : promise)
    }
  }

  async function confirm (window: readonly Written[]): Promise<void> {
    let missing = window
    for (let attempt = 0; missing.length > 0; attempt += 1) {
      missing = await askFor(window)
      if (attempt === attemptsMax) break
      for (const message of missing) await sendMessage(message)
    }
    const lost = new Set(missing)
    onFailed(missing)
    onDelivered(window.filter(message => !lost.has(message)))
  }

  /**
   * Which messages of a window the other side lacks. Frames are read in order, so when the last is stored the others were read before; whether each of
   * them is a member there says the answer to an ihave. The graft behind that shows that it was read, and names another id than before: a late
   * answer to an earlier graft is none to this one.
   */
  async function askFor (window: readonly Written[]): Promise<readonly Written[]> {
    const ids = window.map(({ id }) => id)
    const [first, last] = [ids[0], ids.at(-1)]
    if (first == null || last == null) return []
    for (const endMs = Date.now() + stalledAfterMs; Date.now() < endMs;) {
      const isLastStored = await asking({
        ask: () => { send({ type: 'graft', ids: [last] }) },
        heard: news => news.type === 'stored' && news.id === last ? true : undefined,
        everyMs: askFirstMs,
        patienceMs: stalledAfterMs * lastPatience
      })
      if (isLastStored === true && first === last) return []
      const missing = await asking({
        ask: () => {
          send({ type: 'ihave', ids })
          send({ type: 'graft', ids: [first] })
        },
        heard: (news) => {
          if (news.type === 'stored') return news.id === first ? [] : undefined
          const named = window.filter(({ id }) => news.ids.includes(id))
          return named.length > 0 ? named : undefined
        },
        everyMs: askWholeMs,
        patienceMs: stalledAfterMs
      })
      if (missing != null && (missing.length > 0 || isLastStored === true)) return missing
    }
    throw new HubError('not-connected', `The hub has stored nothing more for ${stalledAfterMs / 1000} s: its log says why.`)
  }

  /** Asks until something is heard, more and more seldom; undefined when the time is up. */
  async function asking<T> ({ ask, heard, everyMs, patienceMs }: Question<T>): Promise<T | undefined> {
    const answer = Promise.withResolvers<T | undefined>()
    const listener = (news: News): void => {
      const found = heard(news)
      if (found !== undefined) answer.resolve(found)
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    let waitMs = everyMs
    const again = (): void => {
      ask()
      timer = setTimeout(again, waitMs)
      waitMs = Math.max(everyMs, Math.min(askMostMs, waitMs * 2))
    }
    const patience = setTimeout(() => { answer.resolve(undefined) }, patienceMs)
    listeners.add(listener)
    again()
    try {
      return await orEnd(answer.promise)
    } finally {
      clearTimeout(timer)
      clearTimeout(patience)
      listeners.delete(listener)
    }
  }

  function tell (news: News): void {
    for (const listener of [...listeners]) listener(news)
  }

  /** Sends the window that is full, or the last one, and asks for it once the one before is confirmed. */
  function closeWindow (): void {
    const window = open
    open = []
    openBytes = 0
    const sent = lastSent
    const before = windows.at(-1)
    const confirmed = (async () => {
      await Promise.all([sent, before])
      await confirm(window)
    })()
    confirmed.catch(() => undefined) // whoever hands in the next one, or finishes, waits for it
    windows.push(confirmed)
  }

  return {
    async hand (message) {
      open.push(message)
      openBytes += message.size
      lastSent = lastSent.then(async () => sendMessage(message))
      lastSent.catch(() => undefined) // waited for with its window
      if (open.length < windowMessages && openBytes < windowBytes) return
      closeWindow()
      if (windows.length < windowsMax) return
      await orEnd(windows.shift() ?? Promise.resolve())
    },
    async finish () {
      if (open.length > 0) closeWindow()
      while (windows.length > 0) await orEnd(windows.shift() ?? Promise.resolve())
    },
    frame (frame) {
      if (frame.type === 'graft') tell({ type: 'missing', ids: frame.ids })
      else if (frame.type === 'gossip') {
        const message = decodeSignedBytes(frame.message)
        if (message.ok) tell({ type: 'stored', id: messageIdOf(message.value.header) })
      }
    },
    drained () {
      drain.resolve(undefined)
      drain = Promise.withResolvers()
    },
    fail (reason) { ended.reject(reason) }
  }
}

interface Question<T> {
  readonly ask: () => void
  /** The answer, if that is it. */
  readonly heard: (news: News) => T | undefined
  readonly everyMs: number
  readonly patienceMs: number
}
