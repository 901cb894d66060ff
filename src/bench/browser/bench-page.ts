/**
 * The bench page in a real Chromium. What is measured is in browser/worker.ts; this only calls it.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from '../../../e2e/harness/browser.ts'
import { launchChromium } from '../../../e2e/harness/chromium.ts'
import { openBuiltPage } from './built-page.ts'
import type { BrowserTasks } from './tasks.ts'
import { watchWorkerMemory } from './worker-memory.ts'

export interface BenchPage {
  /** The page in a browser process of its own. What is stored is there for the next one; one at a time. */
  open: () => Promise<BenchTab>
  /** Ends what was opened, and removes what was stored. */
  close: () => Promise<void>
}

export interface BenchTab {
  /** Runs a task in the page's worker. */
  call: <Name extends keyof BrowserTasks>(name: Name, ...given: Parameters<BrowserTasks[Name]>) => Promise<Answer<Name>>
  /** Bytes of memory that the page's worker uses, once garbage is collected (worker-memory.ts). */
  memoryBytes: () => Promise<number>
  close: () => Promise<void>
}

type Answer<Name extends keyof BrowserTasks> = Awaited<ReturnType<BrowserTasks[Name]>>

/** Builds and serves the page. Whoever opens it closes it. */
export async function openBenchPage (): Promise<BenchPage> {
  const built = await openBuiltPage(fileURLToPath(new URL('.', import.meta.url)))
  const browsers = new Set<Browser>()
  const close = async (): Promise<void> => {
    for (const browser of browsers) await browser.close()
    await built.close()
  }
  try {
    return {
      async open () {
        const browser = await launchChromium({ profile: join(built.roomFolder, 'profile') })
        browsers.add(browser)
        const page = await browser.newPage()
        const memoryBytes = await watchWorkerMemory(page.playwright)
        await page.goto(built.address)
        await page.evaluate('tasks.then(() => null)')
        return {
          call: async <Name extends keyof BrowserTasks>(name: Name, ...given: Parameters<BrowserTasks[Name]>): Promise<Answer<Name>> =>
            page.evaluate<Answer<Name>>(`tasks.then(tasks => tasks[${JSON.stringify(name)}](...${JSON.stringify(given)}))`),
          memoryBytes,
          close: async () => {
            browsers.delete(browser)
            await browser.close()
          }
        }
      },
      close
    }
  } catch (thrown) {
    await close()
    throw thrown
  }
}
