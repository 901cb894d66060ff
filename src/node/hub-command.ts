/**
 * `npm run hub` (CONTRACT "Commands"): a hub without a page, which links to another one and stays linked; and `attesters`, which asks a server. People
 * get a line on stdout when it runs, programs structured logs on stderr; a failure is one sentence and a non-zero exit.
 */
import './compat.ts'
import { attestersHelp, parseAttestersArguments, runAttesters } from './attesters-command.ts'
import { createProcessLog, endWith, stopOnSignals } from './command-process.ts'
import { helpText, parseHubArguments } from './hub-arguments.ts'

async function main (): Promise<void> {
  const [first, ...rest] = process.argv.slice(2)
  if (first === 'attesters') {
    const command = parseAttestersArguments(rest)
    process.stdout.write(command.type === 'help' ? attestersHelp : await runAttesters(command))
    return
  }
  const command = parseHubArguments(process.argv.slice(2))
  if (command.type === 'help') {
    process.stdout.write(helpText)
    return
  }
  const { options } = command
  const log = createProcessLog(options.logLevel)
  const { startLoneHub } = await import('./lone-hub.ts') // brings libp2p with it, which takes seconds: wrong arguments are said at once
  const stop = await startLoneHub(options, log, endWith)
  stopOnSignals(stop, log)
  process.stdout.write(`This hub runs, and keeps its messages in ${options.dataFolder}\n`)
}

main().catch(endWith)
