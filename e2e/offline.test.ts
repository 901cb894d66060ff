/** The page without its server, and a newer page while somebody writes: nothing that was written is lost. */
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { pageFromFolder } from '../src/node/page.ts'
import { connectOverHttp } from '../src/worker/client/http-hub.ts'
import { waitUntil } from './harness/deadline.ts'
import { openHub } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'

const builtPage = fileURLToPath(new URL('../dist/page', import.meta.url))
const scene = createScene()
afterAll(() => scene.end())

async function temporaryFolder (): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hubbub-offline-'))
  return scene.owns(folder, () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))
}

/** Waits until the page would open without its server. */
const cached = 'navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller != null)'

test('with its server gone and the browser started anew, the page opens, old messages are read, new ones written, and they arrive once', async () => {
  const [profile, data] = [await temporaryFolder(), await temporaryFolder()]
  const server = await scene.server({ data })
  const before = await scene.chromium({ profile, serviceWorkers: true })
  const first = await scene.hub(before, server, { name: 'offline' })
  await first.post('written with a server')
  await first.waitFor('the page in the cache', () => first.page.evaluate(cached))
  await before.close()
  await server.stop()

  const after = await scene.chromium({ profile, serviceWorkers: true })
  const again = await openHub(await after.newPage(), server.address, { name: 'offline' })
  expect((await again.posts()).map(({ body }) => body?.text)).toEqual(['written with a server'])
  const id = await again.post('written without one')

  // What the installed app's icon offers leads there, without a server too.
  const shortcut = (await after.newPage()).playwright
  await shortcut.goto(`${server.address}/`)
  const { shortcuts } = await shortcut.evaluate<{ shortcuts: Array<{ name: string, url: string }> }>(`caches.keys()
    .then(names => Promise.all(names.map(async name => (await (await caches.open(name)).keys()).map(({ url }) => url)))).then(urls => urls.flat().find(url => url.includes('manifest.webmanifest')))
    .then(url => caches.match(url)).then(answer => answer.json())`)
  expect(shortcuts.map(({ name }) => name)).toEqual(['Messages', 'Network', 'Settings'])
  for (const { name, url } of shortcuts) {
    await shortcut.goto(`${server.address}${url}`)
    await expect.poll(() => shortcut.locator('.rail [aria-current]').innerText()).toBe(name)
  }
  await shortcut.close()

  const back = await scene.server({ data, port: server.port })
  const { query } = connectOverHttp({ address: back.address })
  const messages = await waitUntil({ what: 'both posts at the server' }, async () => {
    const found = await query({ kind: 'post' })
    return found.length >= 2 && found
  })
  expect(messages).toMatchObject([{ id, body: { text: 'written without one' } }, { body: { text: 'written with a server' } }])

  const session = await again.page.playwright.context().newCDPSession(again.page.playwright)
  expect(await session.send('Page.getInstallabilityErrors')).toEqual({ installabilityErrors: [] })
  await after.close()
})

test('a newer page is offered, and never replaces one in which somebody writes', async () => {
  const folder = join(await temporaryFolder(), 'page')
  await cp(builtPage, folder, { recursive: true })
  let page = pageFromFolder(folder)
  const host = createServer((request, response) => { page.handle(request, response, () => { response.writeHead(404).end() }) }).listen(0, '127.0.0.1')
  scene.owns(host, async () => { host.close() })
  await new Promise((resolve) => { host.once('listening', resolve) })
  const address = `http://localhost:${(host.address() as AddressInfo).port}`

  const browser = await scene.chromium({ serviceWorkers: true })
  const [writer, other] = [await openHub(await browser.newPage(), address, { name: 'update' }), await openHub(await browser.newPage(), address, { name: 'update' })]
  for (const hub of [writer, other]) await hub.waitFor('the page in the cache', () => hub.page.evaluate(cached))
  const [writing, pressing] = [writer.page.playwright, other.page.playwright]
  await writing.evaluate('location.hash = "#/messages"')
  await writing.getByTestId('compose').fill('half a sentence')
  const loadedAt = async (): Promise<number[]> => Promise.all([writer, other].map(({ page: one }) => one.evaluate<number>('performance.timeOrigin')))
  const before = await loadedAt()

  await Promise.all(['sw.js', 'sw.js.gz'].map(name => name.endsWith('.gz') ? rm(join(folder, name), { force: true }) : appendFile(join(folder, name), '\n// newer\n')))
  page = pageFromFolder(folder)
  await pressing.evaluate('navigator.serviceWorker.getRegistration().then(registration => registration.update())')
  const offer = pressing.getByTestId('update-offer')
  await offer.getByRole('button').click()
  await expect.poll(() => offer.innerText()).toContain('another tab')
  expect(await loadedAt()).toEqual(before)
  expect(await writing.getByTestId('compose').inputValue()).toBe('half a sentence')

  await writing.getByTestId('compose').fill('')
  await offer.getByRole('button').click()
  await waitUntil({ what: 'both tabs to load again' }, async () => {
    const now = await loadedAt().catch(() => before)
    return now.every((at, index) => at !== before[index])
  })
}, 60_000)
