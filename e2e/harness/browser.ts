/**
 * What the tests need of a browser, whichever drives it (chromium.ts by Playwright, firefox.ts by WebDriver BiDi): separate
 * operating system processes, pages, and expressions evaluated in them. Values cross as JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface BrowserOptions {
  /** A user data folder to keep (the same hubs after a restart). Without it: a fresh one, removed at the end. */
  readonly profile?: string
  /** Lets pages keep themselves for when their server is gone: two seconds of the processor on each first visit. Without it pages have no service workers. */
  readonly serviceWorkers?: boolean
}

/** One browser process of its own. */
export interface Browser<Page extends BrowserPage = BrowserPage> {
  readonly kind: 'chromium' | 'firefox'
  newPage (): Promise<Page>
  /** Ends the process and what it made. Calling it twice is fine. */
  close (): Promise<void>
}

export interface BrowserPage {
  goto (url: string): Promise<void>
  reload (): Promise<void>
  /** Evaluates an expression in the page, awaits it, and brings the value over as JSON (undefined becomes null). */
  evaluate<T>(expression: string): Promise<T>
  /** What the page wrote to its console and threw, the newest lines. */
  readonly consoleLines: () => readonly string[]
  close (): Promise<void>
}

/** What every page evaluates before anything else, where service workers are not wanted. */
export const withoutServiceWorkers = 'delete Navigator.prototype.serviceWorker'

/** Time for a page to load, or a browser to start: both take about one second, several on a busy machine. */
export const pageTimeoutMs = 20_000

/** Console lines kept a page: enough to see a cause, small enough to print. */
const consoleLinesMax = 40
const consoleLineCharactersMax = 400

/** An expression whose value is JSON text, so that both drivers carry it alike. */
export function asJson (expression: string): string {
  return `Promise.resolve(${expression}).then(value => JSON.stringify(value ?? null))`
}

export function collectConsole (): { add: (line: string) => void, lines: () => readonly string[] } {
  const kept: string[] = []
  return {
    add (line) {
      kept.push(line.slice(0, consoleLineCharactersMax))
      if (kept.length > consoleLinesMax) kept.shift()
    },
    lines: () => kept
  }
}

/** The user data folder to use, and how to be rid of it. */
export async function openProfile (options: BrowserOptions): Promise<{ folder: string, remove (): Promise<void> }> {
  if (options.profile != null) return { folder: options.profile, remove: async () => undefined }
  const folder = await mkdtemp(join(tmpdir(), 'hubbub-profile-'))
  // A browser that has just ended may still write a last file.
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) }
}
