/**
 * Chromium whose pages can be frozen and woken, crash, or stand still without a word. Playwright keeps its pages visible, and what is visible is never frozen;
 * puppeteer does not.
 * Nor does anybody here look at what goes over the network: whoever does is sent a copy of each frame, at the cost of the processes that are measured.
 */
import { kill } from 'node:process'
import { launch, type CDPSession } from 'puppeteer-core'
import { type Browser, type BrowserOptions, type BrowserPage, openProfile, pageTimeoutMs, withoutServiceWorkers } from './browser.ts'
import { chromiumFlags } from './chromium.ts'
import { within } from './deadline.ts'
import { chromiumMissing, findChromium } from './find-browser.ts'
import { asBrowserPage } from './puppeteer-page.ts'

export interface SleepyPage extends BrowserPage {
  /** Hides the page and freezes it, as a browser does with what nobody has looked at for long. */
  freeze (): Promise<void>
  /** Lets it run again, hidden as it is. */
  wake (): Promise<void>
  /** The process that runs the page. */
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
          const process = await processOf(session)
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

/** A trace begins with the pages' frames and the processes that they are in: the one place where the browser tells. */
async function processOf (page: CDPSession): Promise<number> {
  const frames: TracedFrame[] = []
  page.on('Tracing.dataCollected', ({ value }) => {
    for (const { name, args } of value as readonly TraceEvent[]) if (name === 'TracingStartedInBrowser') frames.push(...args?.data?.frames ?? [])
  })
  const complete = new Promise<void>((resolve) => { page.once('Tracing.tracingComplete', () => { resolve() }) })
  await page.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline'] } })
  await page.send('Tracing.end')
  await within(pageTimeoutMs, complete)
  const { frameTree } = await page.send('Page.getFrameTree')
  const found = frames.find(({ frame }) => frame === frameTree.frame.id)
  if (found?.processId == null) throw new Error('The browser does not tell which process runs the page.')
  return found.processId
}

interface TracedFrame { readonly frame: string, readonly processId?: number }
interface TraceEvent { readonly name: string, readonly args?: { readonly data?: { readonly frames?: readonly TracedFrame[] } } }
