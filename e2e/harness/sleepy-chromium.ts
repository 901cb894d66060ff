/**
 * Chromium whose pages can be frozen and woken, crash, or stand still without a word. Playwright keeps its pages visible, and what is visible is never frozen;
 * puppeteer does not.
 * Nor does anybody here look at what goes over the network: whoever does is sent a copy of each frame, at the cost of the processes that are measured.
 */
import { kill } from 'node:process'
import { launch, type CDPSession } from 'puppeteer-core'
import { type Browser, type BrowserOptions, type BrowserPage, openProfile, pageTimeoutMs, withoutServiceWorkers } from './browser.ts'
import { chromiumFlags } from './chromium.ts'
import { chromiumMissing, findChromium } from './find-browser.ts'
import { asBrowserPage } from './puppeteer-page.ts'

export interface SleepyPage extends BrowserPage {
  /** Hides the page and freezes it, as a browser does with what nobody has looked at for long. */
  freeze (): Promise<void>
  /** Lets it run again, hidden as it is. */
  wake (): Promise<void>
  /** The process that runs the page: to be asked for while no other page is busy. */
  ownProcess (): Promise<PageProcess>
  /** Ends the page's process as a crash does. */
  crash (): Promise<void>
}

export interface PageProcess {
  /** Stops it where it is: nobody is told, and nothing of the page answers. Must go on before the browser is closed. */
  stop (): void
  goOn (): void
}

export async function launchSleepyChromium (options: BrowserOptions = {}): Promise<Browser<SleepyPage>> {
  const executablePath = findChromium()
  if (executablePath == null) throw new Error(chromiumMissing)
  const profile = await openProfile(options)
  const browser = await launch({
    browser: 'chrome', executablePath, headless: true, userDataDir: profile.folder, args: [...chromiumFlags], timeout: pageTimeoutMs, networkEnabled: false
  })
  const system = await browser.target().createCDPSession()
  return {
    kind: 'chromium',
    async newPage () {
      const page = await browser.newPage()
      if (options.serviceWorkers !== true) await page.evaluateOnNewDocument(withoutServiceWorkers)
      const session = await page.createCDPSession()
      return {
        ...asBrowserPage(page),
        freeze: async () => { await session.send('Page.setWebLifecycleState', { state: 'frozen' }) },
        async ownProcess () {
          const process = await processOf(system, async () => { await page.evaluate(spin) })
          return { stop: () => { kill(process, 'SIGSTOP') }, goOn: () => { kill(process, 'SIGCONT') } }
        },
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

/** Busy for long enough to be told from what else is running, in ms. */
const spin = 'for (const until = performance.now() + 250; performance.now() < until;) Math.sqrt(until)'

/** The page process that is busiest while this is done: the browser does not say which page has which. */
async function processOf (system: CDPSession, work: () => Promise<void>): Promise<number> {
  const times = async (): Promise<Map<number, number>> => {
    const { processInfo } = await system.send('SystemInfo.getProcessInfo')
    return new Map(processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]))
  }
  const before = await times()
  await work()
  const used = [...await times()].map(([id, time]) => ({ id, time: time - (before.get(id) ?? 0) })).toSorted((one, other) => other.time - one.time)
  if (used[0] == null) throw new Error('The browser has no process of a page.')
  return used[0].id
}
