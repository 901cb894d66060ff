/**
 * What the long-running commands (`npm start`, `npm run hub`) have in common as processes: structured logs on stderr, a clean end on SIGINT and
 * SIGTERM, and one sentence and an exit code for what went wrong. It knows nothing of what they run.
 */
import { pino, type Logger } from 'pino'
import { HubError, reasonOf } from '../base/errors.ts'

/** The whole of stopping takes less than a second; what takes longer than this hangs. */
const stopMs = 5_000
/** After a stop the process ends by itself; what keeps it alive for this long was left open by mistake. */
const lingerMs = 1_000

/** The log of this process, on stderr. Rejections that nobody handled go there too. */
export function createProcessLog (level: string): Logger {
  const log = pino({ name: 'hubbub', level }, pino.destination({ dest: 2, sync: true }))
  // libp2p leaves a rejection unhandled now and then when a peer goes at a bad moment; that must not end everybody else's relay.
  process.on('unhandledRejection', reason => log.error({ err: reason }, 'a rejection was not handled'))
  return log
}

/** SIGINT and SIGTERM call `stop` once; a second one, or a stop that hangs or fails, ends the process at once with exit code 1. */
export function stopOnSignals (stop: () => Promise<void>, log: Logger): void {
  let signals = 0
  const onSignal = (signal: NodeJS.Signals): void => {
    signals += 1
    if (signals > 1) process.exit(1)
    log.info({ signal }, 'stopping')
    setTimeout(() => {
      log.error('stopping took too long')
      process.exit(1)
    }, stopMs).unref()
    stop().then(() => {
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

/** Says why, and ends the process with exit code 1. */
export function endWith (reason: unknown): void {
  process.stderr.write(`${reason instanceof HubError ? sentenceOf(reason) : stackOf(reason)}\n`)
  process.exit(1)
}

/** Written for people; a failed build also has an excerpt of the source. */
function sentenceOf (error: HubError): string {
  return error.code === 'build-failed' ? `${reasonOf(error.cause)}\n${error.message}` : error.message
}

/** Anything but a HubError is a bug, and its stack says where. */
function stackOf (reason: unknown): string {
  return reason instanceof Error ? reason.stack ?? reason.message : reasonOf(reason)
}
