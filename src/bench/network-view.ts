/** The network view in a crowd: what a frame costs the page's main thread while messages fly, and how many frames a second that leaves (drawn by software). */
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { launchChromium } from '../../e2e/harness/chromium.ts'
import { openBuiltPage } from './browser/built-page.ts'
import type { Benchmark } from './benchmark.ts'
import { framesIn, recordTrace } from './network-view/frames.ts'

const options = {
  hubs: { default: 500, sentence: 'Hubs that announce themselves, six links each.' },
  seconds: { default: 12, sentence: 'How long is measured: the announcements come anew every two seconds.' }
}

const settleMs = 3_000

/** JSON: `{hubs, seconds, rows: [{picture, frames, perSecond, workMsP50, workMsP95, workMsMax, workMsPerSecond}]}`, by picture; work of the main thread. */
export const networkView: Benchmark<typeof options> = {
  name: 'network-view',
  sentence: 'The Network view with hundreds of hubs: main-thread milliseconds a frame, and frames a second.',
  options,
  async run ({ hubs, seconds }) {
    const built = await openBuiltPage(fileURLToPath(new URL('./network-view', import.meta.url)))
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      const rows = []
      for (const picture of ['graph', 'matrix']) {
        await page.goto('about:blank')
        await page.goto(`${built.address}?hubs=${hubs}#/network${picture === 'matrix' ? '?v=matrix' : ''}`)
        await page.playwright.locator(`.${picture} canvas`).first().waitFor()
        await pause(settleMs)
        const session = await page.playwright.context().newCDPSession(page.playwright)
        const events = await recordTrace(session, async () => pause(seconds * 1_000))
        await session.detach()
        rows.push({ picture, ...framesIn(events) })
      }
      return { hubs, seconds, rows }
    } finally {
      await browser.close()
      await built.close()
    }
  }
}
