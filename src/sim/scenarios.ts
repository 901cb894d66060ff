/** The scenarios by name. A new one is an entry here; its first figures are accepted with `npm run sim -- compare --accept`. */
import type { Fault, History, Hostility, Limits, NetworkModel, Scenario } from './scenario.ts'

/** Reliable and in order, as data channels are; latencies as iroh-gossip's simulations have them, so that figures compare. */
const network: NetworkModel = { latencyMs: [10, 50], jitterMs: 2, loss: 0, duplicate: 0, reorder: false }

/** A quiet network of the size that a browser demo has. */
const quiet = {
  hubs: 100, degree: 6, strategy: 'tree', network, senders: 1, messages: 200, perSecond: 10, warmUp: 20, faults: [], hostile: [],
  settleMs: 5_000
} satisfies Omit<Scenario, 'name' | 'sentence' | 'limits'>

/** One tree, whatever it costs. */
const whole = { pieces: 1 } satisfies Partial<Limits>

/** A network in trouble: many senders, and two rounds of comparison and some after the trouble is over. */
const troubled = { ...quiet, hubs: 30, senders: 10, settleMs: 80_000 } satisfies typeof quiet | object

function inTrouble (name: string, sentence: string, faults: readonly Fault[], happens: Limits['happens'], more: Partial<Scenario> = {}): Scenario {
  return { ...troubled, name, sentence, faults, limits: { framesPerDelivery: 12, happens: ['payloads', 'prunes', ...happens] }, ...more }
}

function withHostile (hostility: Hostility, sentence: string, happens: Limits['happens'], limits: Partial<Limits> = {}): Scenario {
  return { ...troubled, name: hostility, sentence, hostile: [hostility, hostility, hostility], limits: { framesPerDelivery: 12, happens: ['payloads', 'prunes', ...happens], ...limits } }
}

/** Hubs that begin with different sets, and have two rounds of comparison and some to become equal. */
const apart = { ...quiet, hubs: 10, degree: 4, senders: 5, messages: 40, settleMs: 80_000 } satisfies typeof quiet | object
const someHistory = { messages: 600, epochs: 12, authors: 8, share: 0.4 } satisfies History

function inHistory (name: string, sentence: string, history: Partial<History>, more: Partial<Scenario> = {}): Scenario {
  return { ...apart, name, sentence, history: { ...someHistory, ...history }, limits: { happens: ['payloads', 'comparisons', 'comparedMessages'] }, ...more }
}

function inSessions (hostility: Hostility, sentence: string, happens: Limits['happens'] = [], syncBytesPerHub = 2_000_000): Scenario {
  return {
    ...apart, name: `sync-${hostility}`, sentence, history: someHistory, hostile: [hostility, hostility, hostility],
    limits: { syncBytesPerHub, happens: ['payloads', 'comparisons', 'comparedMessages', ...happens] }
  }
}

const everyHostility: readonly Hostility[] = [
  'wrong-counts', 'false-roots', 'far-epochs', 'endless-signers', 'undecodable', 'empty-symbols', 'wants-all', 'unasked', 'holes', 'unsigned-synced', 'noise', 'mute',
  'slow', 'greedy', 'stripper', 'junk', 'replay', 'note-flood', 'deaf', 'hop-liar', 'graft-flood', 'prune-loop'
]

export const scenarios: readonly Scenario[] = [
  { ...quiet, name: 'one-sender', sentence: 'One hub writes; the tree is the shortest for it.', limits: { ...whole, rmr: 0.02, lastHops: 12, p99Ms: 500, happens: ['payloads', 'prunes', 'notes'] } },
  { ...quiet, name: 'many-senders', sentence: 'Thirty hubs write at once over one tree.', senders: 30, limits: { ...whole, rmr: 0.2, lastHops: 16, p99Ms: 600, happens: ['payloads', 'prunes', 'notes'] } },
  { ...quiet, name: 'many-far', sentence: 'Thirty hubs write; links of 10 to 100 ms.', senders: 30, network: { ...network, latencyMs: [10, 100], jitterMs: 5 }, limits: { ...whole, rmr: 0.2, lastHops: 16, p99Ms: 1_000, happens: ['payloads', 'prunes', 'notes'] } },
  { ...quiet, name: 'busy', sentence: 'Two hundred messages a second, from the first: the tree is made while they are under way.', hubs: 50, senders: 50, messages: 3_000, perSecond: 200, limits: { rmr: 1.5, happens: ['payloads', 'prunes', 'notes'] } },
  { ...quiet, name: 'flood', sentence: 'The other strategy, for comparison.', senders: 30, strategy: 'flood', limits: { happens: ['payloads'] } },
  { ...quiet, name: 'line', sentence: 'Twenty hubs in a row.', hubs: 20, degree: 'line', senders: 20, messages: 100, limits: { rmr: 0, happens: ['payloads'] } },
  inTrouble('loss', 'Three frames of ten are lost, and nobody is told.', [], ['lost', 'grafts', 'comparisons'], { network: { ...network, loss: 0.3 } }),
  inTrouble('disorder', 'Frames come twice and overtake each other.', [], [], { network: { latencyMs: [10, 50], jitterMs: 100, loss: 0, duplicate: 0.1, reorder: true } }),
  inTrouble('partition', 'Two halves lose each other, know it, and find each other again.', [{ type: 'partition', atMs: 6_000, forMs: 30_000, share: 0.4, silent: false }], ['linksDown']),
  inTrouble('silent-partition', 'Two halves lose each other and do not know it, as in Maelstrom.', [{ type: 'partition', atMs: 6_000, forMs: 8_000, share: 0.4, silent: true }], ['lost']),
  inTrouble('rolling-partitions', 'One part after another is cut off.', [0, 1, 2, 3].map(turn => ({ type: 'partition', atMs: 4_000 + turn * 4_500, forMs: 4_000, share: 0.3, silent: turn % 2 === 0 })), ['lost', 'linksDown']),
  inTrouble('third-dies', 'Three hubs of ten die at once, for ever.', [{ type: 'crash', atMs: 8_000, forMs: 'ever', share: 0.3, keepsData: false }], ['crashes', 'linksUp']),
  inTrouble('crash-return', 'Hubs crash and come back with what they had.', [{ type: 'crash', atMs: 8_000, forMs: 6_000, share: 0.3, keepsData: true }], ['crashes']),
  inTrouble('crash-emptied', 'Hubs crash and come back with nothing.', [{ type: 'crash', atMs: 8_000, forMs: 6_000, share: 0.3, keepsData: false }], ['crashes']),
  inTrouble('churn', 'Every second a hub goes and one comes.', [{ type: 'churn', atMs: 4_000, forMs: 15_000, everyMs: 1_000, keepsData: true }], ['crashes', 'linksUp']),
  inTrouble('freeze', 'Hidden tabs stand still for ten seconds.', [{ type: 'freeze', atMs: 6_000, forMs: 10_000, share: 0.3 }], ['freezes']),
  inTrouble('long-freeze', 'Tabs stand still until their links are given up.', [{ type: 'freeze', atMs: 3_000, forMs: 40_000, share: 0.3 }], ['freezes', 'linksDown']),
  inTrouble('one-way', 'Links carry frames one way only.', [{ type: 'one-way', atMs: 6_000, forMs: 12_000, share: 0.3 }], ['lost']),
  inTrouble('congestion', 'Links are full in one direction.', [{ type: 'congestion', atMs: 6_000, forMs: 10_000, share: 0.3 }], []),
  withHostile('junk', 'Hubs send messages nobody signed.', ['rejected']),
  withHostile('replay', 'Hubs send everything three times.', []),
  withHostile('note-flood', 'Hubs note messages that do not exist.', ['rejected', 'grafts'], { framesPerDelivery: 20 }),
  withHostile('deaf', 'Hubs note messages and never send one.', []),
  withHostile('hop-liar', 'Hubs say that everything comes from next door.', []),
  withHostile('graft-flood', 'Hubs ask for everything, again and again.', [], { framesPerDelivery: 40 }),
  withHostile('prune-loop', 'Hubs prune whatever is grafted.', []),
  inHistory('scattered', 'Hubs have missed this and that of a long time.', { messages: 1_500 }),
  inHistory('one-each', 'Every message is at one hub alone.', { share: 0 }),
  inHistory('revocations', 'Devices were revoked, some twice, with and without a head to keep, and forked.', { revocations: 16, forks: true }),
  inHistory('removals', 'Messages were removed, some by devices that were revoked.', { removals: 80, revocations: 6 }),
  inHistory('erasure', 'Removed bodies are erased after a day, in which all slept.', { messages: 300, removals: 80, revocations: 4 }, {
    faults: [{ type: 'freeze', atMs: 50_000, forMs: 86_500_000, share: 1 }]
  }),
  inHistory('light-hubs', 'Some hubs keep the newer epochs only.', { lightHubs: 4 }, { degree: 'full' }), // what two whole hubs lack does not pass through light ones
  inHistory('out-of-order', 'Signers come after what they signed.', { outOfOrder: true, share: 0.2, revocations: 8 }),
  inHistory('stripper', 'Hubs send headers without bodies.', {}, { hostile: ['stripper', 'stripper', 'stripper'] }),
  inHistory('apart-in-trouble', 'Hubs with different sets crash, freeze, and lose frames.', { revocations: 8, removals: 20 }, {
    network: { ...network, loss: 0.1 },
    faults: [
      { type: 'partition', atMs: 3_000, forMs: 8_000, share: 0.4, silent: true }, { type: 'crash', atMs: 5_000, forMs: 6_000, share: 0.3, keepsData: true },
      { type: 'freeze', atMs: 9_000, forMs: 8_000, share: 0.3 }
    ]
  }),
  inSessions('wrong-counts', 'Sessions that count wrong.'),
  inSessions('false-roots', 'Sessions whose roots change and are never equal.'),
  // A liar about the range is sent, and sends, all that lies outside of it, three times a session: nothing in it is against the rules.
  inSessions('far-epochs', 'Sessions about epochs at the end of time.', [], 20_000_000),
  inSessions('endless-signers', 'Sessions that send the same messages without end.', ['rejected']),
  inSessions('undecodable', 'Sketches that never decode.'),
  inSessions('empty-symbols', 'Symbols that say there is nothing to find.'),
  inSessions('wants-all', 'Sessions that want everything.', ['rejected']),
  inSessions('unasked', 'Sessions that bring what nobody asked for.', ['rejected']),
  inSessions('holes', 'Sessions that keep back half of what was asked for.'),
  inSessions('unsigned-synced', 'Sessions that bring messages nobody signed.', ['rejected']),
  inSessions('noise', 'Sessions of random bytes.', ['rejected']),
  inSessions('mute', 'Sessions in which nothing is said.'),
  inSessions('slow', 'Sessions of one byte a second.'),
  inSessions('greedy', 'Streams without end, in which nothing is said.'),
  {
    ...apart, name: 'besieged', sentence: 'One hub has a single honest neighbour, and beside it all hostile ones there are.', hubs: 6, degree: 'besieged',
    history: { ...someHistory, revocations: 4, removals: 10 }, hostile: everyHostility,
    limits: { framesPerDelivery: 12, syncBytesPerHub: 2_000_000, happens: ['payloads', 'comparisons', 'comparedMessages', 'rejected'] }
  }
]
