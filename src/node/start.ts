/**
 * `npm start` and, with --dev, `npm run dev`: page, relay and /network.json from one address (CONTRACT "Commands"). People get one line on stdout, programs
 * structured logs on stderr; a failure is one sentence and a non-zero exit.
 */
import './compat.ts'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { helpText, parseArguments, type StartOptions } from './arguments.ts'
import { buildPageIfStale, pageFolder } from './build.ts'
import { createProcessLog, endWith, stopOnSignals } from './command-process.ts'
import { chooseNetwork } from './network-choice.ts'
import type { Origin } from './origin.ts'
import { pageFromFolder, pageFromVite } from './page.ts'

const root = join(import.meta.dirname, '..', '..')

async function start (options: StartOptions, log: Logger): Promise<Origin> {
  const { genesis, network } = await chooseNetwork(options.genesisFile)
  // They bring libp2p with them, which takes seconds: wrong arguments are said at once.
  const [{ startOrigin }, { attachHub }] = await Promise.all([import('./origin.ts'), import('./hub.ts')])
  return startOrigin({ ...options, genesis, network, log }, {
    // Built when the port is ours already: a port in use is said at once.
    openPage: async (server) => {
      if (options.dev) return pageFromVite(root, server)
      if (await buildPageIfStale(root)) log.info('page built')
      return pageFromFolder(join(root, pageFolder))
    },
    attachHub: options.hub ? attachHub : undefined
  })
}

async function main (): Promise<void> {
  const command = parseArguments(process.argv.slice(2), process.env)
  if (command.type === 'help') {
    process.stdout.write(helpText)
    return
  }
  const log = createProcessLog(command.options.logLevel)
  const origin = await start(command.options, log)
  stopOnSignals(origin.stop, log)
  log.info({ url: origin.url, port: origin.port, peerId: origin.peerId, addresses: origin.libp2p.getMultiaddrs().map(String) }, 'started')
  process.stdout.write(`Hubbub is at ${origin.url}\n`)
}

main().catch(endWith)
