/**
 * `npm run hub` (CONTRACT "Commands"): a hub without a page, which links to another one and stays linked. People get a line on stdout when it runs, programs
 * structured logs on stderr; a failure is one sentence and a non-zero exit.
 */
import './compat.ts'
import type { Logger } from 'pino'
import { HubError } from '../base/errors.ts'
import { builtInGenesis, networkOf } from '../message/genesis.ts'
import type { NetworkGenesis } from '../message/types.ts'
import { readNetworkDocument } from '../network/network-document.ts'
import type { MessageStore } from '../store/message-store.ts'
import { createProcessLog, endWith, stopOnSignals } from './command-process.ts'
import { createDiallingNode } from './dialling-node.ts'
import { helpText, parseHubArguments, type HubOptions } from './hub-arguments.ts'
import { belongTo, createHubLog, openHubStore, rememberedNetwork, startHub } from './hub.ts'
import { keepLinked } from './keep-linked.ts'
import { chooseNetwork } from './network-choice.ts'
import { loadRelayKey } from './relay-key.ts'

/** Resolves with how to stop; calls `onRefused` when the other side turns out to be of another network. */
async function start (options: HubOptions, log: Logger, onRefused: (reason: HubError) => void): Promise<() => Promise<void>> {
  const { connect, dataFolder } = options
  const events = createHubLog(log)
  const privateKey = await loadRelayKey(dataFolder)
  const store = await openHubStore(dataFolder, events)
  try {
    const rules = await networkFor(options, store)
    await belongTo(rules, store, dataFolder)
    const libp2p = await createDiallingNode(privateKey)
    const hub = await startHub({ libp2p, store, rules, agent: 'hubbub/0.1.0 node', events })
    const { links, status } = hub
    log.info({ peerId: libp2p.peerId.toString(), network: rules.network, ...await status() }, 'started')
    const letGo = keepLinked({
      libp2p, links, connect,
      network: rules.network,
      now: () => Date.now(),
      report: events.report,
      onRefused: (sentence) => { onRefused(new HubError('wrong-network', sentence)) }
    })
    return async () => {
      letGo()
      await hub.stop()
      await libp2p.stop()
    }
  } catch (thrown) {
    await store.close()
    throw thrown
  }
}

/** The network that was asked for, or that of the folder, or that which the address serves, or the built-in one. */
async function networkFor ({ connect, genesisFile }: HubOptions, store: MessageStore): Promise<NetworkGenesis> {
  if (genesisFile != null) return chooseNetwork(genesisFile)
  const remembered = await rememberedNetwork(store)
  if (remembered != null) return remembered
  return connect.type === 'origin' ? (await readNetworkDocument(connect.origin)).served : networkOf(builtInGenesis)
}

async function main (): Promise<void> {
  const command = parseHubArguments(process.argv.slice(2))
  if (command.type === 'help') {
    process.stdout.write(helpText)
    return
  }
  const { options } = command
  const log = createProcessLog(options.logLevel)
  const stop = await start(options, log, endWith)
  stopOnSignals(stop, log)
  process.stdout.write(`This hub runs, and keeps its messages in ${options.dataFolder}\n`)
}

main().catch(endWith)
