/**
 * A hub in a Chromium that is going to be killed: how it is loaded with work, what it tells while it lives, how it is killed and how it is read
 * afterwards. What it tells leaves the process at once, so that it outlives it.
 */
import { type ChromiumPage, launchChromium } from '../../e2e/harness/chromium.ts'
import { type HubPage, openHub } from '../../e2e/harness/hub-page.ts'
import type { HubServer } from '../../e2e/harness/server.ts'
import { fromHex } from '../base/bytes.ts'
import { pagePrefix } from '../hub/messages/page-keeper.ts'
import type { HubStatus } from '../worker/api.ts'
import type { ReadMessage } from './crash-history.ts'

/** What one hub has told in all its lives. */
export interface ToldByPage {
  readonly acknowledged: Map<string, { readonly seq: number | null, readonly text: string }>
  readonly events: Map<string, number>
  /** Codes and sentences of what failed in the page. */
  readonly failures: string[]
  identity: Pick<HubStatus, 'author' | 'device' | 'peerId'> | undefined
}

export function createTold (): ToldByPage {
  return { acknowledged: new Map(), events: new Map(), failures: [], identity: undefined }
}

type Tale =
  | { readonly type: 'acknowledged', readonly id: string, readonly seq: number, readonly text: string }
  | { readonly type: 'heard', readonly id: string, readonly event: number }
  | { readonly type: 'failed', readonly sentence: string }

/** Gives the page a function by which it tells; before it is opened. */
export async function listen (page: ChromiumPage, told: ToldByPage): Promise<void> {
  await page.playwright.exposeFunction(tellName, (tales: readonly Tale[]) => {
    for (const tale of tales) {
      if (tale.type === 'acknowledged') told.acknowledged.set(tale.id, tale)
      else if (tale.type === 'failed') told.failures.push(tale.sentence)
      else if (!told.events.has(tale.id)) told.events.set(tale.id, tale.event)
    }
  })
}

/** Starts the publishers: each publishes its next message as soon as the last one was acknowledged, and all that the hub stores is told. */
export async function load (hub: HubPage<ChromiumPage>, publishers: number): Promise<void> {
  await hub.page.evaluate(`(() => {
    let tales = []
    let telling = false
    const tell = async (tale) => {
      tales.push(tale)
      if (telling) return
      telling = true
      while (tales.length > 0) await ${tellName}(tales.splice(0))
      telling = false
    }
    const publish = async (publisher) => {
      let target
      for (let count = 0; ; count += 1) {
        const text = publisher + '/' + count + ' '
        const draft = count % 7 === 3 ? { kind: 'record', collection: 'soak', key: text, value: new Uint8Array(count % 1000) }
          : count % 5 === 4 && target != null ? { kind: 'reaction', target, type: text, set: true }
          : { kind: 'post', text: text + '.'.repeat(count % 50 === 49 ? 7900 : (count * 37) % 600) }
        const { id, seq } = await hubbub.publish(draft)
        target = id
        void tell({ type: 'acknowledged', id, seq, text })
      }
    }
    void hubbub.subscribe({}, ({ event, message }) => { void tell({ type: 'heard', id: message.id, event }) })
    for (let publisher = 0; publisher < ${publishers}; publisher += 1) {
      publish(publisher).catch(error => tell({ type: 'failed', sentence: (error.code ?? '') + ' ' + error.message }))
    }
  })()`)
}

/** Kills the browser and all of its processes at once, as a crash of the computer does to them; resolves when it is gone. */
export async function kill (page: ChromiumPage): Promise<void> {
  const context = page.playwright.context()
  const session = await context.browser()?.newBrowserCDPSession()
  const { processInfo } = await session?.send('SystemInfo.getProcessInfo') ?? { processInfo: [] }
  const browser = processInfo.find(({ type }) => type === 'browser')
  if (browser == null || browser.id <= 1) throw new Error('Chromium does not say which process it is.')
  const gone = new Promise((resolve) => { context.once('close', resolve) })
  // It was started as the leader of a process group of its own.
  process.kill(-browser.id, 'SIGKILL')
  await gone
}

export interface PageHistory {
  readonly read: readonly ReadMessage[]
  /** The beginnings of texts by id, where the message has one: as it was drafted. */
  readonly texts: ReadonlyMap<string, string>
}

/** All that the hub holds, through the console API: in the order of its events, with the bytes of each message. */
export async function readHistory (hub: HubPage<ChromiumPage>): Promise<PageHistory> {
  const rows = await hub.page.evaluate<ReadonlyArray<readonly [number, string, string | null, string, string | null, string]>>(`(async () => {
    const { messages } = await hubbub.status()
    const views = []
    const unsubscribe = await new Promise((resolve, reject) => {
      const late = setTimeout(reject, ${readTimeoutMs}, new Error('only ' + views.length + ' of ' + messages + ' messages could be read'))
      let stop
      const done = () => { if (stop != null && views.length >= messages) { clearTimeout(late); resolve(stop) } }
      hubbub.subscribe({}, ({ event, message }) => { views.push([event, message]); done() }, { fromEvent: 1 }).then(given => { stop = given; done() }, reject)
    })
    await unsubscribe()
    return Promise.all(views.map(async ([event, { id, body }]) => {
      const { raw } = await hubbub.message(id)
      return [event, id, body?.text ?? body?.key ?? (body?.target == null ? null : body.type) ?? null, raw.header, raw.body, raw.signature]
    }))
  })()`)
  const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array(0)
  return {
    read: rows.map(([event, id, , header, body, signature]) =>
      ({ event, id, bytes: { header: bytesOf(header), body: body == null ? undefined : bytesOf(body), signature: bytesOf(signature) } })),
    texts: new Map(rows.flatMap(([, id, text]) => text == null ? [] : [[id, text]]))
  }
}

/** What the hub derives from its log is what it derives without the pages that it opens from. */
export async function checkRebuild (server: HubServer, profile: string, name: string): Promise<void> {
  const browser = await launchChromium({ profile })
  try {
    const page = await browser.newPage()
    // Alone: what comes in meanwhile would differ.
    const parameters = { relay: noRelay }
    const derived = async (): Promise<string> => readDerived(await openHub(page, server.address, { name, parameters }))
    const opened = await derived()
    await page.playwright.goto(new URL('/healthz', server.address).href)
    const pages = await forgetPages(page, `hubbub/${name}`)
    if (await derived() !== opened) throw new Error(`With its ${pages} pages the hub shows something else than what a rebuild from its log gives.`)
  } finally {
    await browser.close()
  }
}

/** What the hub shows, message by message and view by view: the same whether it was opened from its pages or from its log alone. */
async function readDerived (hub: HubPage<ChromiumPage>): Promise<string> {
  return hub.page.evaluate<string>(`(async () => {
    const shown = []
    for (const standing of ['live', 'barred', 'removed']) {
      for (let after; ;) {
        const page = await hubbub.query({ standing, limit: 1000, order: 'ascending', ...after && { after } })
        shown.push(...page.map(({ id, event, timestamp, seq, body }) => [standing, id, event, timestamp, seq, body == null]))
        if (page.length < 1000) break
        after = page.at(-1).id
      }
    }
    const { author, messages } = await hubbub.status()
    const records = await hubbub.records({ collection: 'soak', limit: 1000 })
    return JSON.stringify([messages, shown, await hubbub.profile(author), records.map(({ id, key }) => [id, key])])
  })()`)
}

/** Takes away all that the hub would open from but its log, while no hub has the database open. Resolves with how many pages there were. */
async function forgetPages (page: ChromiumPage, database: string): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve, reject) => {
    const opening = indexedDB.open(${JSON.stringify(database)})
    opening.onerror = () => { reject(opening.error) }
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('values', 'readwrite')
      const values = transaction.objectStore('values')
      const range = IDBKeyRange.bound(${JSON.stringify(pagePrefix)}, ${JSON.stringify(`${pagePrefix}￿`)})
      const counting = values.count(range)
      values.delete(range)
      transaction.onabort = () => { reject(transaction.error) }
      transaction.oncomplete = () => { opening.result.close(); resolve(counting.result) }
    }
  })`)
}

/** An address that is valid and that nobody answers at. */
const noRelay = '/ip4/127.0.0.1/tcp/9/ws/p2p/12D3KooWA4dJYkHJf61HvfoQJaHiyoqjJxUJGyMhpZDAvpdQkvTd'
/** The name of the page's function by which it tells. */
const tellName = 'tellSoak'
/** Some ten thousand messages, on a busy machine. */
const readTimeoutMs = 15_000
