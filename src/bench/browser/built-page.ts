/** A page for a benchmark: built by the page's own settings into a folder of its own, and served with the page's own headers. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pageFromFolder } from '../../node/page.ts'

export interface BuiltPage {
  /** Ends with a slash. */
  readonly address: string
  /** Room for what belongs to it and goes with it. */
  readonly roomFolder: string
  close: () => Promise<void>
}

/** Builds and serves the page of a folder with an `index.html`. Whoever opens it closes it. */
export async function openBuiltPage (root: string): Promise<BuiltPage> {
  const roomFolder = await mkdtemp(join(tmpdir(), 'hubbub-bench-'))
  const folder = join(roomFolder, 'page')
  const server = createServer()
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    await rm(roomFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  try {
    const [{ build }, { shared }] = await Promise.all([import('vite'), import('../../../vite.config.ts')])
    await build({ ...shared, root, configFile: false, logLevel: 'warn', build: { ...shared.build, outDir: folder, emptyOutDir: true } })
    return { address: await serve(server, folder), roomFolder, close }
  } catch (thrown) {
    await close()
    throw thrown
  }
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
