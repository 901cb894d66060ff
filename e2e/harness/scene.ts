/**
 * Everything a test file starts, and its end: servers and browsers are ended in reverse order, each by its own handle,
 * even when one of them refuses. `const scene = createScene(); afterAll(() => scene.end())`.
 */
import type { Browser, BrowserOptions, BrowserPage } from './browser.ts'
import { type ChromiumPage, launchChromium } from './chromium.ts'
import { within } from './deadline.ts'
import { launchFirefox } from './firefox.ts'
import { type HubPage, type HubPageOptions, openHub } from './hub-page.ts'
import { launchSleepyChromium, type SleepyPage } from './sleepy-chromium.ts'
import { type HubServer, type ServerOptions, startServer } from './server.ts'

export interface Scene {
  server (options?: ServerOptions): Promise<HubServer>
  chromium (options?: BrowserOptions): Promise<Browser<ChromiumPage>>
  firefox (options?: BrowserOptions): Promise<Browser>
  /** Chromium whose pages can be frozen. */
  sleepyChromium (options?: BrowserOptions): Promise<Browser<SleepyPage>>
  /** A hub in a new page of this browser. */
  hub<Page extends BrowserPage>(browser: Browser<Page>, server: HubServer, options: HubPageOptions): Promise<HubPage<Page>>
  /** Something else to end. */
  owns<T>(thing: T, end: () => Promise<unknown>): T
  end (): Promise<void>
}

/** One thing that does not end must not keep the others from ending. */
const endTimeoutMs = 15_000

export function createScene (): Scene {
  const endings: Array<() => Promise<unknown>> = []
  const owns = <T>(thing: T, end: () => Promise<unknown>): T => {
    endings.push(end)
    return thing
  }
  const owned = async <T extends { close (): Promise<void> }>(launched: Promise<T>): Promise<T> => {
    const thing = await launched
    return owns(thing, () => thing.close())
  }
  return {
    owns,
    async server (options) {
      const server = await startServer(options)
      return owns(server, () => server.stop())
    },
    chromium: options => owned(launchChromium(options)),
    firefox: options => owned(launchFirefox(options)),
    sleepyChromium: options => owned(launchSleepyChromium(options)),
    hub: async (browser, server, options) => openHub(await browser.newPage(), server.address, options),
    async end () {
      const failures: unknown[] = []
      for (const end of endings.splice(0).reverse()) await within(endTimeoutMs, end()).catch((thrown: unknown) => failures.push(thrown))
      if (failures.length > 0) throw new AggregateError(failures, `Not everything that the test started ended: ${failures.map(String).join('; ')}`)
    }
  }
}
