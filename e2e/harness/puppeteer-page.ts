/** A page that puppeteer-core drives, whichever browser it is in. It knows nothing of hubs. */
import type { Page } from 'puppeteer-core'
import { asJson, type BrowserPage, collectConsole, pageTimeoutMs } from './browser.ts'

export function asBrowserPage (page: Page): BrowserPage {
  const messages = collectConsole()
  page.setDefaultTimeout(pageTimeoutMs)
  page.on('console', message => messages.add(`${message.type()}: ${message.text()}`))
  page.on('pageerror', error => messages.add(`thrown: ${String(error)}`))
  return {
    goto: async (url) => { await page.goto(url, { waitUntil: 'domcontentloaded' }) },
    reload: async () => { await page.reload({ waitUntil: 'domcontentloaded' }) },
    evaluate: async <T>(expression: string) => JSON.parse(await page.evaluate(asJson(expression)) as string) as T,
    consoleLines: messages.lines,
    close: () => page.close()
  }
}
