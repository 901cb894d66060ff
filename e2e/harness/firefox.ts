/** Firefox processes through puppeteer-core over WebDriver BiDi (Playwright drives only a patched Firefox). It knows nothing of hubs. */
import { launch } from 'puppeteer-core'
import { type Browser, type BrowserOptions, openProfile, pageTimeoutMs } from './browser.ts'
import { findFirefox, firefoxMissing } from './find-browser.ts'
import { asBrowserPage } from './puppeteer-page.ts'

const preferences = {
  // Host candidates by address and on the loopback interface: see the same two flags in chromium.ts.
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.peerconnection.ice.loopback': true
}

export async function launchFirefox (options: BrowserOptions = {}): Promise<Browser> {
  const executablePath = findFirefox()
  if (executablePath == null) throw new Error(firefoxMissing)
  const profile = await openProfile(options)
  const browser = await launch({
    browser: 'firefox', executablePath, headless: true, userDataDir: profile.folder, extraPrefsFirefox: preferences, timeout: pageTimeoutMs
  })
  return {
    kind: 'firefox',
    newPage: async () => asBrowserPage(await browser.newPage()),
    async close () {
      // close() ends this very process, after a short grace by force.
      await browser.close()
      await profile.remove()
    }
  }
}
