/**
 * A hub in a page, seen from a test: the console API as typed calls, and waits that explain themselves with the hub's own
 * diagnosis and event log. It uses only what CONTRACT gives everybody: `globalThis.hubbub` and the address's parameters.
 */
import type { HubApi, HubStatus, MessageView, PeerView } from '../../src/worker/api.ts'
import type { BrowserPage } from './browser.ts'
import { type NotYet, waitUntil, within } from './deadline.ts'

export interface HubPageOptions {
  /** The hub's name in the address (`?hub=`); its own identity and database. */
  readonly name: string
  /** More parameters of the address, such as `channels: 'proxied'` or `relay`. */
  readonly parameters?: Readonly<Record<string, string>>
}

/** The calls whose arguments and results are plain data (subscribe takes a callback, identity and apps are groups). */
export type HubMethod = Exclude<keyof HubApi, 'subscribe' | 'identity' | 'apps' | 'attesters' | 'states'>
type Arguments<M extends HubMethod> = Parameters<HubApi[M]>
type Result<M extends HubMethod> = Awaited<ReturnType<HubApi[M]>>

/** A console API call that was rejected, with the code that it was rejected with. */
export class HubCallError extends Error {
  readonly code: string | null
  constructor (call: string, code: string | null, message: string) {
    super(`${call} was rejected with ${String(code)}: ${message}`)
    this.name = 'HubCallError'
    this.code = code
  }
}

export interface HubPage<Page extends BrowserPage = BrowserPage> {
  readonly name: string
  readonly page: Page
  readonly url: string
  /** Rejects with a HubCallError. */
  call<M extends HubMethod>(method: M, ...args: Arguments<M>): Promise<Result<M>>
  status (): Promise<HubStatus>
  /** Publishes a post; resolves with its id once it is stored here. */
  post (text: string): Promise<string>
  /** The posts this hub has, oldest first. */
  posts (): Promise<MessageView[]>
  /** Waits for a post of this id here. */
  receives (id: string, timeoutMs?: number): Promise<MessageView>
  /** Waits until this peer is linked by this path, and gossips. */
  linked (peerId: string, path: PeerView['path'], timeoutMs?: number): Promise<PeerView>
  /** Waits until this hub has noticed that its server is gone, and has direct links only. */
  withoutServer (): Promise<void>
  /** Polls a condition; a failure holds this hub's diagnosis, peers and newest events. */
  waitFor<T>(what: string, probe: () => Promise<T | NotYet>, timeoutMs?: number): Promise<T>
  reload (): Promise<void>
}

/** A call that is not answered in this time is stuck: the slowest honest ones take a tenth of it. */
const callTimeoutMs = 20_000
const startTimeoutMs = 20_000

/** Opens a hub in this page and waits until its engine answers. */
export async function openHub<Page extends BrowserPage> (page: Page, address: string, options: HubPageOptions): Promise<HubPage<Page>> {
  const { name, parameters = {} } = options
  const url = `${address}/?${new URLSearchParams({ hub: name, ...parameters }).toString()}`
  const hub = asHub(page, url, name)
  await page.goto(url)
  await started(hub)
  return hub
}

function asHub<Page extends BrowserPage> (page: Page, url: string, name: string): HubPage<Page> {
  const call = async <M extends HubMethod>(method: M, ...args: Arguments<M>): Promise<Result<M>> => {
    const written = `hubbub.${method}(${args.map(argument => JSON.stringify(argument)).join(', ')})`
    const outcome = await within(callTimeoutMs, page.evaluate<Outcome<Result<M>>>(
      `${written}.then(value => ({ ok: true, value }), error => ({ ok: false, code: error?.code ?? null, message: String(error?.message ?? error) }))`))
    if (!outcome.ok) throw new HubCallError(`${written} in hub ${name}`, outcome.code, outcome.message)
    return outcome.value
  }
  const hub: HubPage<Page> = {
    name, page, url, call,
    status: () => call('status'),
    post: async text => (await call('publish', { kind: 'post', text })).id,
    posts: () => call('query', { kind: 'post', order: 'ascending' }),
    receives: (id, timeoutMs) => hub.waitFor(`message ${id}`, () => call('message', id), timeoutMs),
    linked: (peerId, path, timeoutMs) => hub.waitFor(`a ${path} gossiping link to ${peerId}`,
      async () => (await call('peers')).find(peer => peer.peerId === peerId && peer.path === path && peer.link !== 'none'), timeoutMs),
    async withoutServer () {
      await hub.waitFor('the loss of the server to be noticed', async () =>
        (await hub.status()).relays.every(({ state }) => state === 'looking') && (await hub.call('peers')).every(({ path }) => path === 'direct'))
    },
    waitFor: (what, probe, timeoutMs) => waitUntil(
      { what: `${what} in hub ${name}`, ...timeoutMs == null ? {} : { timeoutMs }, evidence: () => evidenceOf(hub) }, probe),
    async reload () {
      await page.reload()
      await started(hub)
    }
  }
  return hub
}

type Outcome<T> = { readonly ok: true, readonly value: T } | { readonly ok: false, readonly code: string | null, readonly message: string }

async function started (hub: HubPage): Promise<void> {
  await hub.waitFor('globalThis.hubbub', () => hub.page.evaluate<boolean>('globalThis.hubbub != null'), startTimeoutMs)
  await hub.waitFor('an answer of the engine', () => hub.status(), startTimeoutMs)
}

/** What a person would look at first. Each part may fail by itself: the hub is in trouble. */
async function evidenceOf (hub: HubPage): Promise<string> {
  const part = async (title: string, read: () => Promise<readonly string[]>): Promise<string> => {
    const lines = await within(2_000, read()).catch((thrown: unknown) => [String(thrown)])
    return [`${title} (${hub.url}):`, ...lines.map(line => `  ${line}`)].join('\n')
  }
  return (await Promise.all([
    part('status', async () => [JSON.stringify(await hub.status())]),
    part('peers', async () => (await hub.call('peers')).map(peer => JSON.stringify(peer))),
    part('candidates', async () => (await hub.call('candidates')).map(candidate => JSON.stringify(candidate))),
    part('diagnose', async () => {
      const { sentence, stages } = await hub.call('diagnose')
      return [sentence, ...stages.map(({ stage, ok, sentence: why }) => `${stage}: ${String(ok)} ${why}`)]
    }),
    part('newest events', async () => (await hub.call('events', { limit: 5_000 })).slice(-25)
      .map(({ at, type, peer, code, sentence, times }) => `${new Date(at).toISOString()} ${type} ${peer?.slice(-6) ?? '-'} ${code ?? '-'} ${sentence} ×${times}`)),
    part('page console', async () => hub.page.consoleLines())
  ])).join('\n')
}
