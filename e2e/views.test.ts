/** The views as a person walks through them: by keyboard, at any width, by day and by night, and with a screen reader's rules. */
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChromiumPage } from './harness/chromium.ts'
import { waitUntil } from './harness/deadline.ts'
import type { HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'

const views = { network: 'g n', messages: 'g m', sync: 'g s', log: 'g l', settings: 'g e' } as const
const names = Object.keys(views) as Array<keyof typeof views>

describe('the views', () => {
  const scene = createScene()
  afterAll(() => scene.end())
  let here: HubPage<ChromiumPage>
  let other: HubPage<ChromiumPage>
  let otherId: string
  let first: string

  beforeAll(async () => {
    const server = await scene.server()
    const browser = await scene.chromium()
    here = await scene.hub(browser, server, { name: 'here' })
    other = await scene.hub(browser, server, { name: 'other' })
    otherId = (await other.status()).peerId
    await here.linked(otherId, 'direct')
    await other.call('publish', { kind: 'profile', field: 'name', value: 'Ines' })
    first = await other.post('Twelve more bags are needed at the pump house.')
    await here.receives(first)
    await shown(here, 'network')
  })

  test('are all reached by keyboard, and Back returns', async () => {
    for (const name of names.toReversed()) {
      await press(...views[name].split(' '))
      await shown(here, name)
    }
    await here.page.playwright.goBack()
    await shown(here, 'messages')
    await press('g', 'n')
    await shown(here, 'network')
  })

  test('share one selection between table, chart and matrix, which survives a reload', async () => {
    await becomes('the hub to stand beside its author\'s name', async () => (await text(`[data-testid=peer][data-peer="${otherId}"]`)).includes('Ines'))
    await press('j')
    await becomes('a hub to be selected', async () => (await hash()).startsWith('#/network/hub/'))
    // Rows stand in the order of round trips, which may change at any moment: up and down until it is the right one.
    for (let turn = 0; await hash() !== `#/network/hub/${otherId}`; turn += 1) await press(turn % 2 === 0 ? 'j' : 'k')
    await becomes('its row to be marked and its facts to be shown', () => isSelected(otherId))
    await press('v')
    await becomes('the matrix', async () => await hash() === `#/network/hub/${otherId}?v=matrix` && await isShown('.matrix canvas') && await isSelected(otherId))
    await here.reload()
    await becomes('the same after a reload', async () => await isShown('.matrix canvas') && await isSelected(otherId))
    await press('v')
    await becomes('the chart', async () => await isShown('.graph canvas') && await isSelected(otherId))
    await press('Escape')
    await becomes('nothing selected', async () => await hash() === '#/network')
    await press('w')
    await becomes('why', async () => await hash() === '#/network/why' && (await here.page.playwright.innerText('.inspector')).includes('linked'))
    await press('[')
    await becomes('what was inspected before', () => isSelected(otherId))
    await press('Escape')
  })

  test('find a hub, and what can be done, from one field', async () => {
    const field = (): Promise<boolean> => here.page.evaluate<boolean>('document.activeElement?.matches("dialog input") === true')
    await press('Control+k')
    await becomes('the field', field)
    await here.page.playwright.keyboard.type(otherId.slice(-4))
    await becomes('the hub to be offered', async () => (await here.page.playwright.innerText('dialog')).includes(otherId.slice(-4)))
    await press('Enter')
    await becomes('the hub that was looked for', () => isSelected(otherId))
    await press('Control+k')
    await becomes('the field', field)
    await here.page.playwright.keyboard.type('pump house')
    await becomes('the message to be found', async () => (await here.page.playwright.innerText('dialog')).includes('Twelve more bags'))
    await here.page.playwright.keyboard.type(' nobody wrote this')
    await becomes('that nothing matches', async () => (await here.page.playwright.innerText('dialog')).includes('Nothing here matches'))
    expect(await broken(), 'a palette that found nothing').toEqual([])
    await press('Escape')
    await press('?')
    await becomes('all keys', async () => (await here.page.playwright.innerText('dialog')).includes('Why not connected?'))
    await press('Escape')
  })

  test('let messages be read, answered and agreed to by keyboard, with the words that a reload must not lose', async () => {
    await press('g', 'm')
    await shown(here, 'messages')
    await becomes('the thread in the list, beside its author\'s name', async () => (await text(`[data-testid=message][data-id="${first}"]`)).includes('Ines'))
    await press('j')
    await becomes('the thread to be read', async () => await hash() === `#/messages/${first}` && await isShown(`[data-testid=post][data-id="${first}"]`))
    await press('r')
    await becomes('the box to write in', () => here.page.evaluate<boolean>('document.activeElement?.dataset.testid === "compose"'))
    await here.page.playwright.keyboard.type('Ten are on their way.')
    await here.reload()
    await becomes('the answer not to be lost', async () => await here.page.playwright.inputValue('[data-testid=compose]') === 'Ten are on their way.')
    await press('r')
    await becomes('the box again', () => here.page.evaluate<boolean>('document.activeElement?.dataset.testid === "compose"'))
    await press('Control+Enter')
    const answer = await here.waitFor('the answer', async () => (await here.posts()).find(({ body }) => body?.text === 'Ten are on their way.'))
    expect(answer.body?.parent).toBe(first)
    await other.receives(answer.id)
    await becomes('the answer below what it answers', () => isShown(`[data-level="1"] [data-testid=post][data-id="${answer.id}"]`))
    await press('Escape')
    await here.page.playwright.locator(`[data-testid=post][data-id="${first}"] button`, { hasText: 'React' }).press('Enter')
    await here.page.playwright.locator('.chip.offered', { hasText: 'agree' }).press('Enter')
    await becomes('the reaction', async () => (await text(`[data-testid=post][data-id="${first}"] footer`)).includes('agree 1'))
    await other.waitFor('the reaction there', async () => (await other.call('reactions', first)).find(({ type }) => type === 'agree'))
  })

  test('say of a message how far it came, which way, why it is believed, and what its bytes are', async () => {
    const { id } = await other.call('publish', { kind: 'post', text: 'Which way did this come?' }, { traced: true })
    await here.receives(id)
    await here.page.evaluate(`void (location.hash = '#/messages/${id}')`)
    await becomes('how far it came', async () => /held by \d+ of the \d+ hubs?|at (?:all \d+|the 1) hubs? that reports?/.test(await text('.far-words')))
    await becomes('both signatures to be checked again', async () => (await text('.chain')).split('checked again here').length === 3)
    await becomes('its way', async () => /links? from its author|A comparison with/.test(await text('section[aria-labelledby="way-title"]')))
    await here.page.playwright.locator('summary', { hasText: 'As a table' }).press('Enter')
    await becomes('its way in words', async () => (await text('.inspector table')).includes('this hub'))
    const { raw, author } = await here.waitFor('the message', () => here.call('message', id))
    await here.page.playwright.locator('summary', { hasText: 'Raw bytes' }).press('Enter')
    const shownBytes = (await text('.raw-table td code')).replace(/\s/g, '')
    expect(shownBytes).toBe(raw.header.slice(0, shownBytes.length))
    await here.page.playwright.locator('.chain a').first().press('Enter')
    await becomes('its author', async () => await hash() === `#/author/${author}` && (await text('main h1')).includes('Ines'))
    await becomes('the author\'s device and what it wrote', async () => (await text('table')).includes('since') && await isShown(`[data-testid=message][data-id="${first}"]`))
    await here.page.evaluate('void (location.hash = "#/messages?show=rejected")')
    await becomes('that nothing was refused', async () => (await text('.list-pane')).includes('No message was refused'))
  })

  test.each([['light', 1_280], ['dark', 1_280], ['dark', 390]] as const)('break no rule of accessibility: %s, %i pixels', async (colorScheme, width) => {
    await here.page.playwright.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await here.page.playwright.setViewportSize({ width, height: 800 })
    const authorOfFirst = (await other.status()).author
    for (const address of ['#/network', `#/network/hub/${otherId}`, `#/network/hub/${otherId}?v=matrix`, '#/network/why', '#/messages', `#/messages/${first}`, `#/author/${authorOfFirst}`, '#/messages?show=forks', '#/sync', '#/log', '#/log/1', '#/log/faults', '#/settings']) {
      await here.page.evaluate(`void (location.hash = ${JSON.stringify(address)})`)
      await shown(here, address.startsWith('#/author') ? 'messages' : address.slice(2).split(/\W/)[0]!)
      expect(await broken(), `${address}, ${colorScheme}, ${width} pixels`).toEqual([])
      if (address.startsWith('#/author') && width < 640) {
        expect(await here.page.evaluate('document.querySelector(".author-facts > :last-child").getBoundingClientRect().bottom <= document.querySelector(".author-panes .list-pane").getBoundingClientRect().top'), 'facts above the list').toBe(true)
      }
      if (address === '#/log' && width < 640) {
        expect(await here.page.evaluate<number>('document.querySelector(".log-scroll tbody tr:not(.rows-aside) td:last-child").clientWidth'), 'a line\'s words').toBeGreaterThan(width * 0.8)
      }
      expect(await here.page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), `${address} scrolls sideways`).toBe(false)
    }
  })

  test('throw nothing and break no security policy on the way', () => {
    expect(here.page.consoleLines().filter(line => /^(?:thrown|error):/.test(line))).toEqual([])
  })

  async function press (...keys: readonly string[]): Promise<void> {
    for (const key of keys) await here.page.playwright.keyboard.press(key)
  }

  function hash (): Promise<string> {
    return here.page.evaluate<string>('location.hash')
  }

  function text (selector: string): Promise<string> {
    return here.page.playwright.locator(selector).first().innerText()
  }

  function isShown (selector: string): Promise<boolean> {
    return here.page.playwright.locator(selector).first().isVisible()
  }

  async function isSelected (peerId: string): Promise<boolean> {
    return await isShown(`[data-testid=peer][data-peer="${peerId}"][aria-current=true]`) && await isShown(`.inspector [title="${peerId}"]`)
  }

  /** The rules that what is shown now breaks, with the elements. */
  async function broken (): Promise<string[]> {
    await here.page.playwright.evaluate(axe.source)
    return here.page.playwright.evaluate<string[]>(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target.join(' ') + ' ' + failureSummary)))`)
  }
})

/** Waits until the address and the page agree on this view, and it has drawn its heading. */
async function shown (hub: HubPage<ChromiumPage>, view: string): Promise<void> {
  await hub.waitFor(`the view ${view}`, async () => await hub.page.evaluate<boolean>(
    `document.querySelector('.rail [data-view="${view}"] a')?.getAttribute('aria-current') === 'page' && document.querySelector('main h1') != null`))
}

async function becomes (what: string, probe: () => Promise<boolean>): Promise<void> {
  await waitUntil({ what }, probe)
}
