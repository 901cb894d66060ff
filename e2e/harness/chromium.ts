/** Chromium processes through Playwright, each with a user data folder of its own. It knows nothing of hubs. */
import { chromium, type Page } from 'playwright-core'
import { asJson, type Browser, type BrowserOptions, type BrowserPage, collectConsole, openProfile, pageTimeoutMs, withoutServiceWorkers } from './browser.ts'
import { chromiumMissing, findChromium } from './find-browser.ts'

/** A page in Chromium: `playwright` is there for what only a person's hands do (keys, sizes of windows). */
export interface ChromiumPage extends BrowserPage {
  readonly playwright: Page
}

export const chromiumFlags: readonly string[] = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Host candidates by address, not by a multicast name that sandboxes and containers do not carry from process to process,
  // and a worker whose script a test has changed, which comes from no address, may still reach this machine,
  '--disable-features=WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets,LocalNetworkAccessChecksWebRTC',
  // and on the loopback interface too, so that the tests need no network at all.
  '--allow-loopback-in-peer-connection',
  // Names to be had for origins that are not secure contexts, as localhost always is.
  '--host-resolver-rules=MAP *.test 127.0.0.1',
  // Chromium refuses to sandbox what root runs (containers).
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])
]

export async function launchChromium (options: BrowserOptions = {}): Promise<Browser<ChromiumPage>> {
  const executablePath = findChromium()
  if (executablePath == null) throw new Error(chromiumMissing)
  const profile = await openProfile(options)
  // Playwright ends this very process on close(), and it ends by itself when the pipe to its starter breaks.
  const context = await chromium.launchPersistentContext(profile.folder, { executablePath, headless: true, args: [...chromiumFlags], timeout: pageTimeoutMs })
  if (options.serviceWorkers !== true) await context.addInitScript(withoutServiceWorkers)
  return {
    kind: 'chromium',
    newPage: async () => asBrowserPage(await context.newPage()),
    async close () {
      await context.close()
      await profile.remove()
    }
  }
}

function asBrowserPage (page: Page): ChromiumPage {
  const messages = collectConsole()
  page.setDefaultTimeout(pageTimeoutMs)
  page.on('console', message => messages.add(`${message.type()}: ${message.text()}`))
  page.on('pageerror', error => messages.add(`thrown: ${error.message}`))
  return {
    playwright: page,
    goto: async (url) => { await page.goto(url, { waitUntil: 'domcontentloaded' }) },
    reload: async () => { await page.reload({ waitUntil: 'domcontentloaded' }) },
    evaluate: async <T>(expression: string) => JSON.parse(await page.evaluate<string>(asJson(expression))) as T,
    consoleLines: messages.lines,
    close: () => page.close()
  }
}
