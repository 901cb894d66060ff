/** Apps on pages of their own: asked, granted by the person's hand, held to their scope, revoked; the example and the tutorial as they stand. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from './harness/browser.ts'
import type { ChromiumPage } from './harness/chromium.ts'
import { openHub, type HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'
import type { HubServer } from './harness/server.ts'

describe('an app', () => {
  const scene = createScene()
  let server: HubServer
  let browser: Browser<ChromiumPage>
  let hub: HubPage<ChromiumPage>
  beforeAll(async () => {
    server = await scene.server()
    browser = await scene.chromium()
    hub = await openHub(await browser.newPage(), server.address, { name: 'apps' })
    await hub.page.playwright.evaluate('location.hash = "#/settings"')
  })
  afterAll(() => scene.end())

  /** The app's code for a call, or what it resolves with. */
  const outcome = (call: string): Promise<unknown> => hub.page.evaluate(`${call}.then(value => ({ value }), error => ({ code: error.code }))`)
  const decide = async (app: string, word: string): Promise<void> => {
    await hub.page.playwright.locator(`[data-app=${app}]`).getByRole('button', { name: word }).click()
  }

  test('the example posts once it is granted, and goes on from its last event when it is opened again', async () => {
    const page = (await browser.newPage()).playwright
    await page.goto(`${server.address}/example.html?hub=apps`)
    await page.getByText('has to be granted').waitFor()
    await decide('example', 'Grant')
    await page.getByText('Reading and writing.').waitFor()
    await page.getByLabel('Write').fill('from the example')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('listitem').filter({ hasText: 'from the example' }).waitFor()
    const [post] = await hub.posts()
    const [app] = await hub.page.evaluate<Array<{ device: string }>>('hubbub.apps.list()')
    expect(post).toMatchObject({ signer: app?.device, author: (await hub.status()).author, body: { text: 'from the example' } })
    expect(app?.device).not.toBe((await hub.status()).device)

    await page.goto('about:blank')
    await hub.post('while it was closed')
    await page.goto(`${server.address}/example.html?hub=apps`)
    await page.getByRole('listitem').first().waitFor()
    expect(await page.getByRole('listitem').allInnerTexts()).toEqual(['while it was closed'])
    await page.close()
  })

  test('is held to its scope and its pace, gets typed errors for nonsense, and writes no more once it is revoked', async () => {
    expect(await outcome('hubbub.apps.publish("example", { kind: "profile", field: "name", value: "Eve" })')).toEqual({ code: 'scope-exceeded' })
    expect(await outcome('hubbub.apps.publish("example", { kind: "remove", target: "00" })')).toEqual({ code: 'scope-exceeded' })
    expect(await outcome('hubbub.apps.publish("nobody", { kind: "post", text: "" })')).toEqual({ code: 'not-granted' })
    for (const nonsense of ['null', '{}', '{ id: "X Y" }', '{ id: "a", name: "A", scope: {} }', '{ id: "a", name: "A", scope: { kinds: [] } }', '{ id: "a", name: "A", scope: { kinds: ["signer-add"] } }', '{ id: "a", name: "A", scope: { kinds: ["record"] } }']) {
      expect(await outcome(`hubbub.apps.ask(${nonsense})`), nonsense).toEqual({ code: 'invalid-argument' })
    }
    for (const draft of ['null', '7', '{}', '[]']) expect(await outcome(`hubbub.apps.publish("example", ${draft})`), draft).toEqual({ code: 'scope-exceeded' })
    const flood = await hub.page.evaluate<string[]>(`Promise.all(Array.from({ length: 200 }, (_, n) =>
      hubbub.apps.publish('example', { kind: 'post', text: 'flood ' + n }).then(() => 'stored', error => error.code)))`)
    expect(new Set(flood)).toEqual(new Set(['stored', 'too-many']))
    const stored = flood.filter(word => word === 'stored').length
    await decide('example', 'Revoke')
    await hub.waitFor('the app to be revoked', async () => (await hub.page.evaluate<Array<{ state: string }>>('hubbub.apps.list()'))[0]?.state === 'revoked')
    expect(await outcome('hubbub.apps.publish("example", { kind: "post", text: "after" })')).toEqual({ code: 'not-granted' })
    // What it wrote before stays.
    expect((await hub.call('query', { kind: 'post', standing: 'live', limit: 1_000 })).filter(({ body }) => String(body?.text).startsWith('flood'))).toHaveLength(stored)
  })

  test('the to-do list of the tutorial keeps, ticks and deletes lines, in every tab, and shows its author\'s alone', async () => {
    const token = (await readFile(join(server.data, 'api-token'), 'utf8')).trim()
    const foreign = await fetch(`${server.address}/api/messages`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ kind: 'record', collection: 'todo', key: '0', value: 'bm8gSlNPTg==' })
    })
    await hub.receives((await foreign.json() as { id: string }).id)
    const open = async () => {
      const { playwright } = await browser.newPage()
      await playwright.goto(`${server.address}/todo.html?hub=apps`)
      return playwright
    }
    const one = await open()
    await one.getByText('has to be granted').waitFor()
    await decide('todo', 'Grant')
    await one.getByText(/Kept in this browser|The same at other hubs/).waitFor()
    const two = await open()
    await one.getByLabel('Write').fill('buy milk')
    await one.getByRole('button', { name: 'Add' }).click()
    await two.getByLabel('buy milk').waitFor()
    expect(await two.getByRole('listitem').count()).toBe(1)
    await two.getByLabel('buy milk').check()
    await expect.poll(() => one.getByLabel('buy milk').isChecked()).toBe(true)
    await one.getByText('The same at other hubs.').waitFor()
    await one.getByRole('button', { name: 'Delete' }).click()
    await expect.poll(() => two.getByRole('listitem').count()).toBe(0)
  })

  test('[F29] [F33] has back what it made of all messages, after a reload too, and then what is not in it', async () => {
    const reducer = { name: 'words', version: 1 }
    const offered = await hub.page.evaluate<{ checkpoint: string, own: boolean }>(`hubbub.states.input().then(({ checkpoint }) =>
      hubbub.states.offer({ reducer: ${JSON.stringify(reducer)}, checkpoint, bytes: new Uint8Array([1, 2, 3]) }))`)
    expect(offered.own).toBe(true)
    expect(await outcome(`hubbub.states.offer({ reducer: ${JSON.stringify(reducer)}, checkpoint: "${offered.checkpoint}", bytes: new Uint8Array([4]) })`)).toEqual({ code: 'invalid-argument' })
    await hub.reload()
    const restored = await hub.page.evaluate(`hubbub.states.restore(${JSON.stringify(reducer)}).then(({ bytes, own, checkpoint }) => ({ bytes: [...bytes], own, checkpoint }))`)
    expect(restored).toEqual({ bytes: [1, 2, 3], own: true, checkpoint: offered.checkpoint })
    const later = await hub.page.evaluate<number>(`hubbub.states.later({ checkpoint: "${offered.checkpoint}", limit: 1000 }).then(({ messages }) => messages.filter(({ message }) => message.kind === 'post').length)`)
    expect(later, 'all of them are newer than any checkpoint').toBe((await hub.call('query', { kind: 'post', limit: 1_000 })).length)
  })
})
