/** The page as a person meets it: reading and writing by keyboard, on a narrow screen, and told in words when something is wrong. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChromiumPage } from './harness/chromium.ts'
import { waitUntil } from './harness/deadline.ts'
import type { HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'
import type { HubServer } from './harness/server.ts'

/** Presses of Tab after which a control counts as out of reach. */
const tabsMax = 40
/** The widths of a small phone, a usual phone and a small window, in CSS pixels. */
const narrowWidths = [320, 390, 640]
/** The body limit of a message, in bytes. */
const bodyBytesMax = 8_192

describe('the page', () => {
  const scene = createScene()
  afterAll(() => scene.end())
  let server: HubServer
  let writer: HubPage<ChromiumPage>
  let reader: HubPage<ChromiumPage>

  beforeAll(async () => {
    server = await scene.server()
    const browser = await scene.chromium()
    writer = await scene.hub(browser, server, { name: 'writer' })
    reader = await scene.hub(browser, server, { name: 'reader' })
    await writer.linked((await reader.status()).peerId, 'direct')
    await reader.linked((await writer.status()).peerId, 'direct')
    for (const hub of [writer, reader]) await hub.page.evaluate('void (location.hash = "#/messages")')
  })

  test('shows who I am, the relay and the other hub with its path', async () => {
    const { author } = await writer.status()
    await shown(writer, `[data-testid=me][data-author="${author}"]`)
    await shown(writer, '[data-testid=relay]')
    await shown(writer, `[data-testid=peer][data-peer="${(await reader.status()).peerId}"][data-path=direct]`)
    expect(await sentenceOf(writer)).toMatch(/\S+ \S+.*[.…!]$/)
  })

  test('lets a message be written and published by keyboard alone, and shows it on the other page', async () => {
    const { keyboard } = writer.page.playwright
    for (const [text, publish] of [
      ['published by its button', async () => {
        await tabTo(writer, 'publish')
        await keyboard.press('Enter')
      }],
      ['published by its shortcut', () => keyboard.press('Control+Enter')]
    ] as const) {
      await tabTo(writer, 'compose')
      await keyboard.type(text)
      await publish()
      const written = await writer.waitFor(`the post "${text}"`, async () => (await writer.posts()).find(({ body }) => body?.text === text))
      for (const hub of [writer, reader]) {
        await hub.receives(written.id)
        await shown(hub, `[data-testid=message][data-id="${written.id}"]`, text)
      }
      expect(await writer.page.playwright.inputValue('[data-testid=compose]'), 'the box is empty after publishing').toBe('')
    }
  })

  test('shows what others write as text, never as markup', async () => {
    const text = '<img src="x" onerror="globalThis.wasRun = true"><b>bold</b>'
    const id = await writer.post(text)
    await shown(reader, `[data-testid=message][data-id="${id}"]`, text)
    expect(await reader.page.evaluate('globalThis.wasRun ?? false')).toBe(false)
  })

  test('refuses an empty message and one over the limit before it is sent', async () => {
    const { playwright } = writer.page
    const box = playwright.locator('[data-testid=compose]')
    const button = playwright.locator('[data-testid=publish]')
    await box.fill('')
    await becomes('publish to be disabled for nothing', () => button.isDisabled())
    // Two bytes each in UTF-8: a count of characters would let it through.
    await box.fill('é'.repeat(bodyBytesMax / 2 + 1))
    await becomes('publish to be disabled for too much', () => button.isDisabled())
    await box.fill('enough')
    await becomes('publish to be enabled', () => button.isEnabled())
    await box.fill('')
  })

  test.each(narrowWidths)('has no horizontal scroll at %i pixels, whatever is written', async (width) => {
    const longest = await writer.post('W'.repeat(4_000))
    await reader.receives(longest)
    await reader.page.playwright.setViewportSize({ width, height: 800 })
    await shown(reader, `[data-testid=message][data-id="${longest}"]`)
    expect(await reader.page.evaluate(tooWide), `what is wider than its place at ${width} pixels`).toEqual([])
    await shown(reader, '[data-testid=compose]')
  })

  test('throws nothing and breaks no security policy on the way', () => {
    for (const hub of [writer, reader]) {
      expect(hub.page.consoleLines().filter(line => /^(?:thrown|error):/.test(line)), `console of ${hub.name}`).toEqual([])
    }
  })

  test('says so when the relay is gone, and goes on showing the direct link', async () => {
    await reader.page.playwright.setViewportSize({ width: 1_280, height: 800 })
    const before = await sentenceOf(reader)
    await server.kill()
    await becomes('the sentence to change when the relay is gone', async () => {
      const now = await sentenceOf(reader)
      return now !== before && /relay/i.test(now)
    })
    await shown(reader, `[data-testid=peer][data-peer="${(await writer.status()).peerId}"][data-path=direct]`)
    const id = await writer.post('without any server')
    await reader.receives(id)
    await shown(reader, `[data-testid=message][data-id="${id}"]`, 'without any server')
  })
})

/**
 * Runs in the page: the page itself if it scrolls sideways, and what scrolls sideways or sticks out
 * inside of it. Panes of exactly its width that snap are pages to turn, not a scroll.
 */
const tooWide = `[document.documentElement, ...document.querySelectorAll('body, main, [data-testid=message], [data-testid=message] *')]
  .concat([...document.querySelectorAll('*')].filter(element => /auto|scroll/.test(getComputedStyle(element).overflowX)))
  .filter(element => !(getComputedStyle(element).scrollSnapType !== 'none' && element.scrollWidth % element.clientWidth === 0))
  .filter(element => element.scrollWidth > element.clientWidth && getComputedStyle(element).display !== 'inline')
  .map(element => element.tagName + '.' + element.className + ' ' + element.scrollWidth + ' in ' + element.clientWidth)`

/** The status sentence as it stands on the page. */
async function sentenceOf (hub: HubPage<ChromiumPage>): Promise<string> {
  return (await hub.page.playwright.locator('[data-testid=status-sentence]').innerText()).trim()
}

/** Waits until an element is visible, with this text in it where one is given. */
async function shown (hub: HubPage<ChromiumPage>, selector: string, text?: string): Promise<void> {
  const element = hub.page.playwright.locator(selector).first()
  await hub.waitFor(`${selector} to be shown${text == null ? '' : ` with "${text}"`}`,
    async () => await element.isVisible() && (text == null || (await element.innerText()).includes(text)))
}

async function becomes (what: string, probe: () => Promise<boolean>): Promise<void> {
  await waitUntil({ what }, probe)
}

/** Presses Tab until the control with this test id has the focus. */
async function tabTo (hub: HubPage<ChromiumPage>, testId: string): Promise<void> {
  for (let presses = 0; presses < tabsMax; presses += 1) {
    if (await hub.page.evaluate(`document.activeElement?.getAttribute('data-testid') === ${JSON.stringify(testId)}`)) return
    await hub.page.playwright.keyboard.press('Tab')
  }
  throw new Error(`${testId} was not reached by ${tabsMax} presses of Tab.`)
}
