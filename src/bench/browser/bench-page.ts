/**
 * The bench page in a real Chromium: built by the page's own settings into a folder of its own, and served with the page's own headers. What
 * is measured is in browser/worker.ts; this only calls it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from '../../../e2e/harness/browser.ts'
import { launchChromium } from '../../../e2e/harness/chromium.ts'
import { pageFromFolder } from '../../node/page.ts'
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

const projectFolder = fileURLToPath(new URL('../../..', import.meta.url))

/** Builds and serves the page, and these files beside it by their names. Whoever opens it closes it. */
export async function openBenchPage (files: Readonly<Record<string, Uint8Array>> = {}): Promise<BenchPage> {
  const folder = await mkdtemp(join(tmpdir(), 'hubbub-bench-'))
  const server = createServer()
  const browsers = new Set<Browser>()
  const close = async (): Promise<void> => {
    for (const browser of browsers) await browser.close()
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  try {
    await build(join(folder, 'page'))
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, 'page', name), bytes)
    const address = await serve(server, join(folder, 'page'))
    return {
      async open () {
        const browser = await launchChromium({ profile: join(folder, 'profile') })
        browsers.add(browser)
        const page = await browser.newPage()
        const memoryBytes = await watchWorkerMemory(page.playwright)
        await page.goto(address)
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

async function build (folder: string): Promise<void> {
  const { build } = await import('vite')
  await build({
    root: join(projectFolder, 'src/bench/browser'),
    configFile: join(projectFolder, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true }
  })
}

async function serve (server: Server, folder: string): Promise<string> {
  const page = pageFromFolder(folder)
  server.on('request', (request, response) => {
    page.handle(request, response, () => {
      response.statusCode = 404
      response.end()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address == null || typeof address === 'string') throw new Error('The bench page has no address.')
  return `http://localhost:${address.port}/`
}
