import { describe, expect, test } from 'vitest'
import { createPageUpdate, whenQuiet, type PageUpdate } from './page-update.ts'

interface Tab { readonly update: PageUpdate, unsaved: boolean, reloads: number }

/** Tabs of one browser, and a service worker that replaces itself in all of them when one says so. */
function createTabs (count: number) {
  const hears: Array<{ readonly from: number, readonly listener: (event: MessageEvent) => void }> = []
  const offers: Array<(replace: () => void) => void> = []
  const replaced: Array<() => void> = []
  let replacements = 0
  const tabs = Array.from({ length: count }, (_, index): Tab => {
    const tab: Tab = {
      unsaved: false,
      reloads: 0,
      update: createPageUpdate({
        onWaiting: (listener) => { offers.push(listener) },
        onReplaced: (listener) => { replaced.push(listener) },
        isUnsaved: () => tab.unsaved,
        reload: () => { tab.reloads += 1 },
        channel: {
          postMessage: (data: unknown) => { for (const { from, listener } of [...hears]) if (from !== index) listener({ data } as MessageEvent) },
          addEventListener: (_type: string, listener: unknown) => { hears.push({ from: index, listener: listener as (event: MessageEvent) => void }) }
        },
        wait: async () => Promise.resolve()
      })
    }
    return tab
  })
  return {
    tabs,
    offer: (): void => { for (const offer of offers) offer(() => { replacements += 1; for (const tell of replaced) tell() }) },
    reloads: () => tabs.map(tab => tab.reloads),
    replacements: () => replacements
  }
}

test('the page is put into the cache when the hub is busy no longer, cannot say, or has been for a minute', async () => {
  const waitedMs = async (isBusy: (looks: number) => boolean): Promise<number> => {
    let [looks, ms] = [0, 0]
    await whenQuiet(async () => isBusy(looks += 1), async (more) => { ms += more })
    return ms
  }
  expect(await waitedMs(() => false)).toBe(0)
  expect(await waitedMs(looks => looks < 4)).toBe(3_000)
  expect(await waitedMs(() => true)).toBe(60_000)
  expect(await waitedMs(() => { throw new Error('no hub') })).toBe(0)
})

describe('a newer build of the page', () => {
  test('is offered, and loaded in every tab at once when a person says so', async () => {
    const { tabs: [one, two], offer, reloads } = createTabs(2)
    expect(one?.update.state().type).toBe('none')
    offer()
    expect([one, two].map(tab => tab?.update.state().type)).toEqual(['offered', 'offered'])
    expect(reloads()).toEqual([0, 0])
    await one?.update.accept()
    expect(reloads()).toEqual([1, 1])
  })

  test.for([0, 1])('is held while tab %i of two has something unsaved', async (busy) => {
    const { tabs, offer, reloads, replacements } = createTabs(2)
    offer()
    const [one] = tabs
    const holder = tabs[busy]
    if (one == null || holder == null) throw new Error('no tabs')
    holder.unsaved = true
    await one.update.accept()
    expect(one.update.state()).toMatchObject({ type: 'held', sentence: expect.stringContaining(busy === 0 ? 'this tab' : 'another tab') as string })
    expect([replacements(), ...reloads()]).toEqual([0, 0, 0])
    holder.unsaved = false
    await one.update.accept()
    expect(reloads()).toEqual([1, 1])
  })

  test('does not take a text that is begun as the others reload; that tab loads it when it is done', async () => {
    const { tabs: [one, two], offer, reloads } = createTabs(2)
    offer()
    if (one == null || two == null) throw new Error('no tabs')
    const accepting = one.update.accept()
    two.unsaved = true // after it was asked
    await accepting
    expect(reloads()).toEqual([1, 0])
    expect(two.update.state().type).toBe('held')
    await two.update.accept()
    expect(reloads()).toEqual([1, 0])
    two.unsaved = false
    await two.update.accept()
    expect(reloads()).toEqual([1, 1])
  })
})
