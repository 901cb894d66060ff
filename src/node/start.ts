/**
 * `npm start` and, with --dev, `npm run dev`: page, relay and /network.json from one address (CONTRACT "Commands"). People get one line on stdout, programs
 * structured logs on stderr; a failure is one sentence and a non-zero exit.
 */
import './compat.ts'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import { HubError, reasonOf } from '../base/errors.ts'
import { helpText, parseArguments, type StartOptions } from './arguments.ts'
import { buildPageIfStale, pageFolder } from './build.ts'
import { attachHub } from './hub.ts'
import { chooseNetwork } from './network-choice.ts'
import { startOrigin, type Origin } from './origin.ts'
import { pageFromFolder, pageFromVite } from './page.ts'

/** The whole of stopping takes less than a second; what takes longer than this hangs. */
const stopMs = 5_000
/** After a stop the process ends by itself; what keeps it alive for this long was left open by mistake. */
const lingerMs = 1_000

const root = join(import.meta.dirname, '..', '..')

async function start (options: StartOptions, log: Logger): Promise<Origin> {
  const { genesis, network } = await chooseNetwork(options.genesisFile)
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

function stopOnSignals (origin: Origin, log: Logger): void {
  let signals = 0
  const onSignal = (signal: NodeJS.Signals): void => {
    signals += 1
    if (signals > 1) process.exit(1)
    log.info({ signal }, 'stopping')
    setTimeout(() => {
      log.error('stopping took too long')
      process.exit(1)
    }, stopMs).unref()
    origin.stop().then(() => {
      log.info('stopped')
      setTimeout(() => {
        log.warn({ resources: process.getActiveResourcesInfo() }, 'something was left open')
        process.exit(0)
      }, lingerMs).unref()
    }, (reason: unknown) => {
      log.error({ err: reason }, 'stopping failed')
      process.exit(1)
    })
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}

async function main (): Promise<void> {
  const command = parseArguments(process.argv.slice(2), process.env)
  if (command.type === 'help') {
    process.stdout.write(helpText)
    return
  }
  const log = pino({ name: 'hubbub', level: command.options.logLevel }, pino.destination({ dest: 2, sync: true }))
  // libp2p leaves a rejection unhandled now and then when a peer goes at a bad moment; that must not end everybody else's relay.
  process.on('unhandledRejection', reason => log.error({ err: reason }, 'a rejection was not handled'))
  const origin = await start(command.options, log)
  stopOnSignals(origin, log)
  log.info({ url: origin.url, port: origin.port, peerId: origin.peerId, addresses: origin.libp2p.getMultiaddrs().map(String) }, 'started')
  process.stdout.write(`Hubbub is at ${origin.url}\n`)
}

main().catch((reason: unknown) => {
  process.stderr.write(`${reason instanceof HubError ? sentenceOf(reason) : stackOf(reason)}\n`)
  process.exit(1)
})

/** Written for people; a failed build also has an excerpt of the source. */
function sentenceOf (error: HubError): string {
  return error.code === 'build-failed' ? `${reasonOf(error.cause)}\n${error.message}` : error.message
}

/** Anything but a HubError is a bug, and its stack says where. */
function stackOf (reason: unknown): string {
  return reason instanceof Error ? reason.stack ?? reason.message : reasonOf(reason)
}
