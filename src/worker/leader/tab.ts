/**
 * This page among the pages of its hub (SPEC.md): stands for election, runs the engine while it leads, and is attached to the tab that does otherwise.
 *
 * Invariants
 * 1. There is one attachment at most, and the one with the latest term counts: what an earlier leader still says is not heard.
 * 2. An engine runs here only while this page holds the lock. It is ended, not stopped: a frozen or silenced page has no time for more, and the storage is
 *    made for that (store S3, S4).
 * 3. Silence is counted in unanswered pings (silence.ts): a page that slept accuses nobody.
 */
import { HubError, reasonOf } from '../../base/errors.ts'
import { toHex } from '../../base/bytes.ts'
import { randomBytes } from '../../base/random.ts'
import { attachToTab, type Attachment, type RemoteAttachment } from './attachment.ts'
import { standForElection } from './election.ts'
import { hubChannel, leaderLock, opened, pageLock, protocolVersion, sealed, pageChannel, type Announcement, type Term } from './protocol.ts'
import { createSilence } from './silence.ts'
import type { Lead } from './steady-hub.ts'

/** An engine that this page runs. */
export interface OwnEngine {
  /** Resolves with the way to it once it answers. `handedOver`: another tab led before. */
  readonly start: (term: Term, handedOver: boolean) => Promise<Attachment>
  readonly terminate: () => void
}

export interface TabOptions {
  readonly hubName: string
  readonly locks: Pick<LockManager, 'request'>
  /** Makes a worker that is loaded and does nothing yet. */
  readonly prepareEngine: () => OwnEngine
  /** How it goes, a sentence; while nobody leads yet. */
  readonly onOpening: (sentence: string) => void
  readonly onRunning: () => void
  readonly onFailed: (why: HubError) => void
  /** The hub was erased: the page is to start anew. */
  readonly onWiped: () => void
  readonly now: () => number
}

export interface Tab extends Lead {
  /** The page is about to be frozen, or put away: whoever else is there goes on. */
  readonly sleep: () => void
  readonly wake: () => void
  /** How far the engine of this page is; the other pages hear it too. */
  readonly tellOpening: (sentence: string) => void
}

/** Between two pings, in ms: of what a hand-over from a tab that stands still takes, most is waiting for answers. */
const tickMs = 150
/** Pings in a row that engine and page leave unanswered after which they count as silent. Both are seldom busy for that long together. Guess. */
const silentTicksMax = 3
/** The same where no engine has answered yet: one opens a million messages meanwhile, while its page loads. Guess. */
const openingTicksMax = 34
/** Between two times that a page without an engine asks who has one, in ticks: an engine that begins says so by itself. */
const lookEveryTicks = 7
/** After one page has taken the lead over the others leave it as long as that, in ms, to come up. */
const takenOverMs = 5_000
/** When a page that only waits loads its engine, in ms: the lead then comes over without its loading. After what the person came for. */
const prepareAfterMs = 2_000

export function joinTabs (options: TabOptions): Tab {
  const { hubName, locks, now } = options
  const page = toHex(randomBytes(8))
  const channel = new BroadcastChannel(hubChannel(hubName))
  const listeners = new Set<() => void>()
  const waiting = new Set<{ readonly resolve: (attachment: Attachment) => void, readonly reject: (error: unknown) => void }>()
  let attachment: Attachment | undefined
  let remote: RemoteAttachment | undefined
  let engine: OwnEngine | undefined
  let failure: HubError | undefined
  let opening = starting
  let isLeading = false
  let wasAttached = false
  let isOpening = false
  let ticks = 0
  const silence = createSilence()
  let preparing: ReturnType<typeof setTimeout> | undefined

  let isAlive = false
  // For as long as this page lives: the engine that serves it notices its end by it. Held before the engine hears of this page, or that would hold it first.
  void locks.request(pageLock(hubName, page), async () => {
    isAlive = true
    look()
    return new Promise(() => { /* never */ })
  })
  const welcome = new BroadcastChannel(pageChannel(hubName, page))
  /** For pings to nobody, which `welcome` hears: a channel does not hear itself. */
  const pings = new BroadcastChannel(pageChannel(hubName, page))
  const tell = (announcement: Announcement): void => { channel.postMessage(sealed(announcement)) }
  const look = (): void => { if (isAlive && !isLeading) tell({ type: 'looking', page, version: protocolVersion }) }

  function attach (next: Attachment): void {
    attachment?.end()
    const isAnother = attachment != null || wasAttached
    attachment = next
    wasAttached = true
    failure = undefined
    isOpening = false
    options.onRunning()
    for (const { resolve } of waiting) resolve(next)
    waiting.clear()
    if (isAnother) for (const listener of listeners) listener()
  }

  function fail (thrown: unknown): void {
    detach()
    const why = thrown instanceof HubError ? thrown : new HubError('internal', reasonOf(thrown), { cause: thrown })
    failure = why
    options.onFailed(why)
    for (const { reject } of waiting) reject(why)
    waiting.clear()
  }

  function detach (): void {
    attachment?.end()
    attachment = undefined
    remote = undefined
  }

  function lead (): void {
    isLeading = true
    clearTimeout(preparing)
    const handedOver = wasAttached
    const own = engine ??= options.prepareEngine()
    opening = starting
    if (!handedOver) options.onOpening(opening)
    tellPages()
    own.start({ leader: page, since: now() }, handedOver).then((next) => {
      if (engine !== own || !isLeading) return
      remote = undefined
      attach(next)
    }, (thrown: unknown) => {
      if (engine !== own) return
      election.leave() // the next tab may have more luck
      fail(thrown)
    })
  }

  function stopLeading (): void {
    isLeading = false
    engine?.terminate()
    engine = undefined
    if (attachment?.isOwn === true) detach()
    look()
  }

  const election = standForElection({ lock: leaderLock(hubName), locks, onLead: lead, onStop: stopLeading })

  channel.addEventListener('message', ({ data }: MessageEvent) => {
    const message = opened(data)
    if (message == null || isLeading) return
    if (message.type === 'leading') {
      if (isLater(message.term)) look()
    } else if (message.type === 'opening') {
      isOpening = true
      silence.heard()
      if (!wasAttached && failure == null) options.onOpening(message.sentence)
    } else if (message.type === 'wiped') options.onWiped()
  })

  welcome.addEventListener('message', ({ data }: MessageEvent) => {
    const message = opened(data)
    if (message?.type === 'ping') silence.echoed()
    else if (message?.type === 'knock' && isLeading) welcome.postMessage(sealed({ type: 'here' }))
    if (message?.type !== 'attached' || isLeading || !isLater(message.term)) return
    if (message.version !== protocolVersion) {
      fail(new HubError('other-version', 'Another tab of this browser runs this hub with another version of this page: load that tab again, or close it.'))
      return
    }
    remote = attachToTab(hubName, page, message.term, silence)
    attach(remote)
    preparing ??= setTimeout(() => { engine ??= options.prepareEngine() }, prepareAfterMs)
  })

  function isLater ({ leader, since }: Term): boolean {
    return attachment == null || (attachment.term.leader !== leader && attachment.term.since <= since)
  }

  /** How far it is, to the pages that wait for the engine: also to those that still have the one before, which answers them no more. */
  function tellPages (): void {
    if (attachment?.isOwn !== true) tell({ type: 'opening', version: protocolVersion, sentence: opening })
  }

  function tick (): void {
    setTimeout(tick, tickMs)
    ticks += 1
    if (isLeading) {
      tellPages()
      return
    }
    const answer = silence.tick(remote == null || isOpening ? openingTicksMax : silentTicksMax)
    if (answer === 'silent' && failure == null) {
      takeOver()
      return
    }
    if (remote == null) {
      pings.postMessage(sealed({ type: 'ping' }))
      if (ticks % lookEveryTicks === 0) look()
    } else {
      remote.ping()
      if (answer === 'waiting') remote.knock() // it may have other things to do, and is not woken while its engine answers
    }
  }
  setTimeout(tick, tickMs)

  /** One page at a time: the others hear of the new leader before it is their turn, and count from there. */
  function takeOver (): void {
    void locks.request(`${leaderLock(hubName)}/take-over`, { ifAvailable: true }, async (held) => {
      if (held == null) return
      election.takeOver()
      await new Promise((resolve) => { setTimeout(resolve, takenOverMs) })
    })
  }

  return {
    async current () {
      if (attachment != null) return attachment
      if (failure != null) throw failure
      return new Promise((resolve, reject) => { waiting.add({ resolve, reject }) })
    },
    onAttached (listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    announceWiped () {
      tell({ type: 'wiped' })
      options.onWiped()
    },
    tellOpening (sentence) {
      opening = sentence
      if (!wasAttached) options.onOpening(sentence)
    },
    sleep () {
      election.leave()
      detach()
      engine?.terminate()
      engine = undefined
      clearTimeout(preparing)
      preparing = undefined
    },
    wake () {
      election.rejoin()
      look()
    }
  }
}

const starting = 'Starting the hub: keys and storage are being opened.'
