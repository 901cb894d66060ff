/**
 * Chromium whose pages can be frozen and woken, or crash. Playwright keeps its pages visible, and what is visible is never frozen; puppeteer does not.
 * Nor does anybody here look at what goes over the network: whoever does is sent a copy of each frame, at the cost of the processes that are measured.
 */
import { launch } from 'puppeteer-core'
import { type Browser, type BrowserOptions, type BrowserPage, openProfile, pageTimeoutMs, withoutServiceWorkers } from './browser.ts'
import { chromiumFlags } from './chromium.ts'
import { chromiumMissing, findChromium } from './find-browser.ts'
import { asBrowserPage } from './puppeteer-page.ts'

export interface SleepyPage extends BrowserPage {
  /** Hides the page and freezes it, as a browser does with what nobody has looked at for long. */
  freeze (): Promise<void>
  /** Lets it run again, hidden as it is. */
  wake (): Promise<void>
  /** Ends the page's process as a crash does. */
  crash (): Promise<void>
}

export async function launchSleepyChromium (options: BrowserOptions = {}): Promise<Browser<SleepyPage>> {
  const executablePath = findChromium()
  if (executablePath == null) throw new Error(chromiumMissing)
  const profile = await openProfile(options)
  const browser = await launch({
    browser: 'chrome', executablePath, headless: true, userDataDir: profile.folder, args: [...chromiumFlags], timeout: pageTimeoutMs, networkEnabled: false
  })
  return {
    kind: 'chromium',
    async newPage () {
      const page = await browser.newPage()
      if (options.serviceWorkers !== true) await page.evaluateOnNewDocument(withoutServiceWorkers)
      const session = await page.createCDPSession()
      return {
        ...asBrowserPage(page),
        freeze: async () => { await session.send('Page.setWebLifecycleState', { state: 'frozen' }) },
        // Nobody is left to answer it.
        crash: async () => { session.send('Page.crash').catch(() => undefined) },
        wake: async () => { await session.send('Page.setWebLifecycleState', { state: 'active' }) }
      }
    },
    async close () {
      // close() ends this very process, after a short grace by force.
      await browser.close()
      await profile.remove()
    }
  }
}
