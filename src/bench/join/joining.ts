/** One hub in a tab that joins: watched from inside its own page until it has everything. */
import type { HubStatus, SyncSession } from '../../worker/api.ts'
import type { BrowserPage } from '../../../e2e/harness/browser.ts'
import { openHub, type HubPage } from '../../../e2e/harness/hub-page.ts'

/** A look at the join by a snapshot, or at the session that moves most, while it runs. */
export type Look = Readonly<Pick<SyncSession, 'done' | 'total' | 'etaMs'>> & { readonly ms: number }

export interface Joined<Page extends BrowserPage = BrowserPage> {
  readonly hub: HubPage<Page>
  /** From the address's being opened to the last message's being verified, stored and counted. */
  readonly ms: number
  readonly looks: readonly Look[]
  /** Tasks of the page's main thread above 50 ms from the moment on at which messages moved, as the browser counts them. */
  readonly longTasksMs: readonly number[]
  /** Of all sessions until then, both ways, and of a snapshot's pieces. */
  readonly bytes: number
}

const lookEveryMs = 200
/** What a slow machine takes for a million. */
const joinTimeoutMs = 600_000

/** Opens a fresh hub and resolves when it holds `messages` at least. Rejects when it does not get there. */
export async function joinUntil<Page extends BrowserPage> (page: Page, address: string, name: string, messages: number): Promise<Joined<Page>> {
  const start = performance.now()
  const hub = await openHub(page, address, { name })
  const openedMs = performance.now() - start
  const { looks, ms, movedAt, bytes, longTasks } = await page.evaluate<Watched>(`(${watch.toString()})(${messages}, ${lookEveryMs}, ${joinTimeoutMs})`)
  return { hub, ms: openedMs + ms, looks, bytes, longTasksMs: longTasks.filter(({ startTime }) => startTime >= (movedAt ?? 0)).map(({ duration }) => duration) }
}

interface Watched extends Pick<Joined, 'ms' | 'looks' | 'bytes'> {
  /** When messages began to move, by the page's own clock; null: they were all there before one looked. */
  readonly movedAt: number | null
  readonly longTasks: ReadonlyArray<{ readonly startTime: number, readonly duration: number }>
}

/** Runs in the page, as text: it may name nothing from outside. */
async function watch (messages: number, everyMs: number, timeoutMs: number): Promise<unknown> {
  const { hubbub } = globalThis as unknown as { hubbub: HubPageApi }
  const start = performance.now()
  const longTasks: unknown[] = []
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) longTasks.push({ startTime, duration })
  }).observe({ type: 'longtask', buffered: true })
  const looks: unknown[] = []
  let movedAt = Infinity
  for (;;) {
    const ms = performance.now() - start
    const [status, sessions] = await Promise.all([hubbub.status(), hubbub.sessions()])
    const { join, messages: held } = status
    const moving = sessions.filter(session => session.outcome === null && session.total > 0).sort((one, other) => other.total - one.total)[0]
    const isJoining = join !== null && join.outcome === null && join.chunks > 0
    if (moving !== undefined || isJoining) {
      const look = isJoining ? { done: join.messagesKept, total: join.messages, etaMs: join.etaMs } : moving
      looks.push({ ms, done: look?.done, total: look?.total, etaMs: look?.etaMs })
      movedAt = Math.min(movedAt, performance.now())
    }
    if (held >= messages) {
      const pieces = (join?.hubs ?? []).reduce((sum, { bytes }) => sum + bytes, 0)
      return { looks, ms, movedAt, longTasks, bytes: sessions.reduce((sum, { bytesSent, bytesReceived }) => sum + bytesSent + bytesReceived, pieces) }
    }
    if (ms > timeoutMs) throw new Error(`after ${timeoutMs} ms the hub has ${held} of ${messages} messages`)
    await new Promise((resolve) => { setTimeout(resolve, everyMs) })
  }
}

interface HubPageApi {
  status: () => Promise<Pick<HubStatus, 'messages' | 'join'>>
  sessions: () => Promise<SyncSession[]>
}

/** By how much the time left was off, as a share of it: the median of what was told between a tenth and nine tenths. null: nothing was told. */
export function etaError ({ looks }: Pick<Joined, 'looks'>): number | null {
  const endMs = looks.at(-1)?.ms
  if (endMs === undefined) return null
  const errors = looks.filter(({ done, total }) => done > total / 10 && done < total * 9 / 10)
    .flatMap(({ etaMs, ms }) => etaMs === null || endMs <= ms ? [] : [Math.abs(etaMs - (endMs - ms)) / (endMs - ms)]).sort((one, other) => one - other)
  return errors[Math.floor(errors.length / 2)] ?? null
}
