/** Two hubs between which no direct path opens: one browser offers no address of its own, as behind a firewall that lets only the web through. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChromiumPage } from './harness/chromium.ts'
import { type HubPage, openHub } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'

/** A direct dial is given up after 15 s; the relayed one follows. */
const fallBackMs = 50_000

/** Only TURN servers may be used, and there is none: a policy that browsers have, set here for every connection of the page. */
const relayOnly = `
  const Native = globalThis.RTCPeerConnection
  globalThis.RTCPeerConnection = class extends Native {
    constructor (configuration) { super({ ...configuration, iceTransportPolicy: 'relay' }) }
  }`

describe('without a direct path', () => {
  const scene = createScene()
  let free: HubPage
  let walled: HubPage<ChromiumPage>

  beforeAll(async () => {
    // No hub in the server: it could carry the posts, and the relayed link would prove nothing.
    const server = await scene.server({ options: ['--no-hub'] })
    const browser = await scene.chromium()
    free = await scene.hub(browser, server, { name: 'free' })
    const page = await browser.newPage()
    await page.playwright.addInitScript(relayOnly)
    walled = await openHub(page, server.address, { name: 'walled' })
    const [freeId, walledId] = await Promise.all([free, walled].map(async hub => (await hub.status()).peerId))
    await Promise.all([free.linked(walledId!, 'relayed', fallBackMs), walled.linked(freeId!, 'relayed', fallBackMs)])
  })
  afterAll(() => scene.end())

  test('posts cross through the relay, both ways', async () => {
    await walled.receives(await free.post('over the wall'))
    await free.receives(await walled.post('and back'))
  })

  test('the page of the hub that offers no address says so, and what to do', async () => {
    const { playwright } = walled.page
    await walled.waitFor('the sentence', async () => /^This browser offers no address for direct links/.test(await playwright.innerText('[data-testid=status-sentence]')))
    expect(await playwright.innerText('.banner')).toMatch(/policy.*TURN server/s)
  })

  test('the diagnosis says so, and at which stage the direct path failed', async () => {
    const diagnosis = await free.call('diagnose', (await walled.status()).peerId)
    const okOf = (stage: string): boolean | null | undefined => diagnosis.stages.find(each => each.stage === stage)?.ok
    expect([okOf('discovered'), okOf('reserved'), okOf('ice'), okOf('gossiping')]).toEqual([true, true, false, true])
    // Whichever of the two dialled saw what the other one offered, and says so.
    const [freeId, walledId] = [(await free.status()).peerId, (await walled.status()).peerId]
    const searches = [await free.call('diagnose', walledId), await walled.call('diagnose', freeId)].map(({ stages }) => stages.find(({ stage }) => stage === 'ice')?.sentence)
    expect(searches.some(sentence => /^No direct path was found: (?:this side had|the other side offered) no address/.test(sentence ?? '')), searches.join('\n')).toBe(true)
  })
})
