/**
 * What it costs to bring messages to all hubs, and how they go: the broadcast tree and flooding as the simulator runs them, and gossipsub in this process, on
 * one graph of degree 6. JSON: `{hubs, senders, messages, seed, rows, skipped}`; gossip/row.ts says what is counted.
 */
import { HubError } from '../base/errors.ts'
import type { Benchmark } from './benchmark.ts'
import { runGossipsub } from './gossip/gossipsub.ts'
import { runSimulated } from './gossip/simulated.ts'

const options = {
  hubs: { default: 100, sentence: 'Hubs, at least 4.' },
  senders: { default: 1, sentence: 'Hubs that write.' },
  messages: { default: 40, sentence: 'Messages that are measured, after 20 to warm up.' },
  seed: { default: 1, sentence: 'What all chance follows from.' }
}

/** Routers of gossipsub that this process runs in real time without falling behind. */
const gossipsubHubsMax = 100
/** Fewer have no graph of degree 6 worth the name. */
const hubsMin = 4

export const gossip: Benchmark<typeof options> = {
  name: 'gossip',
  sentence: 'Messages reach all hubs: redundancy, notes, paths, bytes, times and healing of the broadcast tree, beside flooding and gossipsub.',
  options,
  async run ({ hubs, senders, messages, seed }) {
    if (hubs < hubsMin) throw new HubError('invalid-argument', `--hubs wants at least ${hubsMin}, not ${hubs}.`)
    const [ebt, flood] = [await runSimulated('ebt', { hubs, senders, messages, seed }), await runSimulated('flood', { hubs, senders, messages, seed })]
    const rows = [ebt.row, flood.row]
    if (hubs <= gossipsubHubsMax) rows.push(await runGossipsub({ hubs, links: ebt.links, senders: ebt.senders, messages: Math.ceil(messages / 3), seed }))
    return {
      hubs, senders, messages, seed, rows,
      skipped: hubs <= gossipsubHubsMax ? null : `gossipsub: more than ${gossipsubHubsMax} routers in one process measure the process`
    }
  }
}
