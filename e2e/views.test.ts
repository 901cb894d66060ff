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
  let otherId: string

  beforeAll(async () => {
    const server = await scene.server()
    const browsers = await Promise.all([scene.chromium(), scene.chromium()])
    here = await scene.hub(browsers[0], server, { name: 'here' })
    const other = await scene.hub(browsers[1], server, { name: 'other' })
    otherId = (await other.status()).peerId
    await here.linked(otherId, 'direct')
    await here.receives(await other.post('Twelve more bags are needed at the pump house.'))
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
    await press('j')
    await becomes('a hub to be selected', async () => (await hash()).startsWith('#/network/hub/'))
    while (await hash() !== `#/network/hub/${otherId}`) await press('j')
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
    await press('Control+k')
    await becomes('the field', () => isShown('dialog input'))
    await here.page.playwright.keyboard.type(otherId.slice(-4))
    await press('Enter')
    await becomes('the hub that was looked for', () => isSelected(otherId))
    await press('Control+k')
    await becomes('the field', () => isShown('dialog input'))
    await here.page.playwright.keyboard.type('pump house')
    await becomes('the message to be found', async () => (await here.page.playwright.innerText('dialog')).includes('Twelve more bags'))
    await press('Escape')
    await press('?')
    await becomes('all keys', async () => (await here.page.playwright.innerText('dialog')).includes('Why not connected?'))
    await press('Escape')
  })

  test.each([['light', 1_280], ['dark', 1_280], ['dark', 390]] as const)('break no rule of accessibility: %s, %i pixels', async (colorScheme, width) => {
    await here.page.playwright.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await here.page.playwright.setViewportSize({ width, height: 800 })
    for (const address of ['#/network', `#/network/hub/${otherId}`, `#/network/hub/${otherId}?v=matrix`, '#/network/why', '#/messages', '#/sync', '#/log', '#/log/1', '#/log/faults', '#/settings']) {
      await here.page.evaluate(`void (location.hash = ${JSON.stringify(address)})`)
      await shown(here, address.slice(2).split(/\W/)[0]!)
      expect(await broken(), `${address}, ${colorScheme}, ${width} pixels`).toEqual([])
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
