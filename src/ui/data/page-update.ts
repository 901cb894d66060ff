/**
 * A newer build of the page: the service worker has it and waits. It replaces the one that runs only when a person says so, and no tab holds anything that
 * a reload would lose; then all tabs load again together. Nothing here reloads over somebody's text or a write under way, whatever happens.
 */
export type UpdateState =
  | { readonly type: 'none' }
  | { readonly type: 'offered' }
  /** Not now, and why: a sentence. */
  | { readonly type: 'held', readonly sentence: string }

export interface PageUpdate {
  state: () => UpdateState
  subscribe: (listener: () => void) => () => void
  /** The person wants it now. */
  accept: () => Promise<void>
}

/** What it needs of the browser. */
export interface UpdateSurroundings {
  /** Resolves with how to replace the service worker, each time that a new one waits. */
  readonly onWaiting: (listener: (replace: () => void) => void) => void
  /** Another service worker has taken over. */
  readonly onReplaced: (listener: () => void) => void
  readonly isUnsaved: () => boolean
  readonly reload: () => void
  readonly channel: Pick<BroadcastChannel, 'postMessage' | 'addEventListener'>
  readonly wait: (ms: number) => Promise<void>
}

/** How long the other tabs may take to say that they hold something, in ms. A tab that sleeps says nothing, and does not reload over its text when it wakes. */
const answerMs = 400
const here = 'Something is being written in this tab: publish it or clear it, then load the new version.'
const elsewhere = 'Something is being written in another tab: publish it or clear it, then load the new version.'

interface Word { readonly type: 'may-reload' | 'busy' }

export function createPageUpdate ({ onWaiting, onReplaced, isUnsaved, reload, channel, wait }: UpdateSurroundings): PageUpdate {
  const listeners = new Set<() => void>()
  let state: UpdateState = { type: 'none' }
  let replace: (() => void) | undefined
  let isReplaced = false
  const busy = new Set<string>()

  const set = (next: UpdateState): void => {
    state = next
    for (const listener of listeners) listener()
  }
  onWaiting((replaceIt) => {
    replace = replaceIt
    set({ type: 'offered' })
  })
  onReplaced(() => {
    isReplaced = true
    if (isUnsaved()) set({ type: 'held', sentence: here })
    else reload()
  })
  channel.addEventListener('message', ({ data }: MessageEvent<Word>) => {
    if (data.type === 'may-reload' && isUnsaved()) channel.postMessage({ type: 'busy' } satisfies Word)
    if (data.type === 'busy') busy.add(data.type)
  })

  return {
    state: () => state,
    subscribe (listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    async accept () {
      if (isUnsaved()) { set({ type: 'held', sentence: here }); return }
      if (isReplaced) { reload(); return }
      busy.clear()
      channel.postMessage({ type: 'may-reload' } satisfies Word)
      await wait(answerMs)
      if (busy.size > 0) set({ type: 'held', sentence: elsewhere })
      else if (isUnsaved()) set({ type: 'held', sentence: here }) // begun meanwhile
      else replace?.()
    }
  }
}

/** Between two looks for a new version while the page is open, in ms. */
const lookEveryMs = 3_600_000

/** When the page is put into the cache, in ms after it began: after what the person came for. */
const registerAfterMs = 2_000
/** Between two looks whether the hub is done with what it is busy with, in ms; */
const quietEveryMs = 1_000
/** … and how often one looks: on a slow line a join takes hours, and the page should open without its server before that. */
const quietLooksMax = 60

/** Resolves when the hub is busy no longer, or has been for long: caching the page would take a twentieth of a join's processor time. Never rejects. */
export async function whenQuiet (isBusy: () => Promise<boolean>, wait: (ms: number) => Promise<void>): Promise<void> {
  for (let looks = 0; looks < quietLooksMax && await isBusy().catch(() => false); looks += 1) await wait(quietEveryMs)
}

/**
 * The browser's own: registers the service worker, once the hub is not `isBusy`, which also opens the page when its server is gone. Where there is none nothing
 * is ever offered.
 */
export function updateOfBrowser (isUnsaved: () => boolean, isBusy: () => Promise<boolean>): PageUpdate {
  const wait = async (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms) })
  const container = 'serviceWorker' in navigator && import.meta.env.PROD ? navigator.serviceWorker : undefined
  return createPageUpdate({
    isUnsaved,
    onWaiting (listener) {
      const register = async (): Promise<void> => {
        const registration = await container?.register('/sw.js')
        if (registration == null) return
        const look = (): void => {
          const { waiting } = registration
          // Without a controller it is the first one, which replaces nothing.
          if (waiting != null && container?.controller != null) listener(() => { waiting.postMessage({ type: 'SKIP_WAITING' }) })
        }
        look()
        registration.addEventListener('updatefound', () => { registration.installing?.addEventListener('statechange', look) })
        const ask = (): void => { registration.update().catch(() => { /* the server is away: the next look is in an hour */ }) }
        setInterval(ask, lookEveryMs)
        addEventListener('online', ask)
      }
      setTimeout(() => {
        whenQuiet(isBusy, wait).then(register).catch((thrown: unknown) => { console.warn(`This page will not open without its server: ${String(thrown)}`) })
      }, registerAfterMs)
    },
    onReplaced (listener) {
      let isFirst = container?.controller == null
      container?.addEventListener('controllerchange', () => {
        if (!isFirst) listener()
        isFirst = false
      })
    },
    reload: () => { location.reload() },
    channel: new BroadcastChannel('hubbub/update'),
    wait
  })
}
