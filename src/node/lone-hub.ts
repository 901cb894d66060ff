/** A hub in a process of its own, without a page: it links to another one and stays linked. */
import type { Logger } from 'pino'
import { HubError } from '../base/errors.ts'
import { builtInGenesis, networkOf } from '../message/genesis.ts'
import type { NetworkGenesis } from '../message/types.ts'
import { readNetworkDocument } from '../network/network-document.ts'
import type { MessageStore } from '../store/message-store.ts'
import { createDiallingNode } from './dialling-node.ts'
import type { HubOptions } from './hub-arguments.ts'
import { belongTo, createHubLog, openHubStore, rememberedNetwork, startHub } from './hub.ts'
import { keepLinked } from './keep-linked.ts'
import { chooseNetwork } from './network-choice.ts'
import { loadRelayKey, seedOf } from './relay-key.ts'

/** Resolves with how to stop; calls `onRefused` when the other side turns out to be of another network. */
export async function startLoneHub (options: HubOptions, log: Logger, onRefused: (reason: HubError) => void): Promise<() => Promise<void>> {
  const { connect, dataFolder } = options
  const events = createHubLog(log)
  const privateKey = await loadRelayKey(dataFolder)
  const store = await openHubStore(dataFolder, events)
  try {
    const rules = await networkFor(options, store)
    await belongTo(rules, store, dataFolder)
    const libp2p = await createDiallingNode(privateKey)
    const hub = await startHub({ libp2p, peerKeySeed: seedOf(privateKey), store, rules, agent: 'hubbub/0.1.0 node', events, keepDays: options.keepDays })
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
