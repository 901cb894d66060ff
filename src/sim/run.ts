/** One simulated run: a scenario, a seed, and what came of it. The same two give the same report on every machine. */
import { createRandom, type Random } from '../base/seeded-random.ts'
import type { Broadcast, BroadcastHost } from '../gossip/broadcast.ts'
import { createBroadcastFlood } from '../gossip/broadcast-flood.ts'
import { createBroadcastTree } from '../gossip/broadcast-tree.ts'
import { idsMax } from '../gossip/frames.ts'
import { defaultTreeConfig, type TreeConfig } from '../gossip/tree-config.ts'
import { epochOf } from '../message/epoch.ts'
import type { Message } from '../message/types.ts'
import { createImmediateCheck } from '../node/verifier.ts'
import { agreementOf, compareAgain, type Agreement } from './agreement.ts'
import { clockStartMs, createSimAuthor } from './authors.ts'
import { scheduleFault } from './faults.ts'
import { createCoreHubs } from './core-hub.ts'
import { dealHistory, writeHistory } from './history.ts'
import { createHostileHub } from './hostile-hub.ts'
import { createSimHub, type SimHub, type SimPorts } from './hub.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createMeasures, type Arrival, type Figures, type Measures } from './measures.ts'
import { createOverlay, type Pair } from './overlay.ts'
import type { Fault, Scenario } from './scenario.ts'
import { treeOf, type Tree } from './tree-check.ts'
import { createVirtualTime, type VirtualTime } from './virtual-time.ts'
import { createWire } from './wire.ts'
import { createWorld, type Place, type World } from './world.ts'

export interface Report extends Figures, Agreement {
  readonly scenario: string
  readonly seed: number
  readonly hubs: number
  readonly messages: number
  /** What each hub was: all of it, or its core alone. */
  readonly drives: 'runtime' | 'core'
  /** Pairs that were compared once more at the end, and moved nothing. */
  readonly equalAgain: number
  /** How the eager links lie at the end. */
  readonly tree: Tree
  readonly rejections: Readonly<Record<string, number>>
  /** Why the run failed, in sentences; empty if it did not. */
  readonly failures: readonly string[]
}

/** Hubs below their number of links look for others this often. */
const mendEveryMs = 2_000
/** … and full ones swap a link so seldom: every hub about twice a minute. */
const swapShare = 1 / 15
/** One byte a second. */
const slowBytesPerMs = 0.001
/** Messages start when all hubs are linked and their first round trips are over. */
const startMs = 1_000

/** Who looks on; nothing in a run depends on it. */
export interface Observer {
  /** Who is linked to whom at the start. */
  linked?: (pairs: readonly Pair[]) => void
  arrived?: (arrival: Arrival) => void
}

export async function run (scenario: Scenario, seed: number, treeConfig: TreeConfig = defaultTreeConfig, observer: Observer = {}): Promise<Report> {
  const ledger = createLedger()
  const messagesMax = scenario.senders + scenario.messages + historyMax(scenario)
  const measures = createMeasures(ledger, messagesMax, scenario.hubs + scenario.hostile.length, observer.arrived)
  const world = await build(scenario, seed, ledger, measures, treeConfig)
  observer.linked?.(pairsOf(world))
  const faultsEndMs = Math.max(0, ...scenario.faults.map(endOf))
  const publishedMs = startMs + scenario.messages / scenario.perSecond * 1_000
  await world.time.runUntil(Math.max(faultsEndMs, publishedMs) + scenario.settleMs)
  return reportOf(scenario, seed, world, ledger, measures)
}

/** Each author may add a few devices, and every removal and revocation is a message or two. */
function historyMax ({ history }: Scenario): number {
  return history == null ? 0 : idsMax + 1 + 2 * history.messages + 10 * history.authors + (history.removals ?? 0) + 2 * (history.revocations ?? 0)
}

function endOf (fault: Fault): number {
  return fault.atMs + (fault.type === 'crash' && fault.forMs === 'ever' ? 0 : fault.forMs as number)
}

async function build (scenario: Scenario, seed: number, ledger: Ledger, measures: Measures, treeConfig: TreeConfig): Promise<World> {
  const random = createRandom(seed)
  const createBroadcast = (host: BroadcastHost, chance: Random): Broadcast =>
    scenario.strategy === 'flood' ? createBroadcastFlood(host) : createBroadcastTree(host, chance, treeConfig)
  const createCoreHub = driven(scenario) === 'core' ? createCoreHubs() : undefined
  const createHub = async (place: Place, ports: SimPorts): Promise<SimHub> => {
    if (createCoreHub != null) return createCoreHub(ports, createBroadcast)
    const hostility = scenario.hostile[place.index - scenario.hubs]
    const isLight = place.honest && place.index >= scenario.hubs - (scenario.history?.lightHubs ?? 0)
    const options = { createBroadcast, minEpoch: isLight ? lightEpochOf(scenario) : undefined }
    const own = scenario.compares === false ? { ...ports, syncNetwork: { ...ports.syncNetwork, neighbours: () => [] } } : ports
    return hostility == null ? createSimHub(own, options) : createHostileHub(hostility, own, options, createRandom(random.next()))
  }
  const time = createVirtualTime()
  const world = createWorld({ time, random, network: scenario.network, measures, verify: createMemoisedCheck(), wire: createWire(ledger), createHub })
  for (let index = 0; index < scenario.hubs + scenario.hostile.length; index += 1) {
    const bytesPerMs = scenario.hostile[index - scenario.hubs] === 'slow' ? slowBytesPerMs : Infinity
    await world.start(world.addPlace({ honest: index < scenario.hubs, bytesPerMs }))
  }
  await publishHistory(world, scenario, random, ledger)
  await publish(world, scenario, random, ledger, measures)
  link(world, scenario, random)
  for (const fault of scenario.faults) scheduleFault(fault, world, random)
  return world
}

/** Deliveries of a run that are too many for whole hubs: these take more than twice as long (decisions/0017). */
const deliveriesOfWholeHubsMax = 200_000

function driven ({ drives, hubs, messages, faults, hostile, history, network }: Scenario): 'runtime' | 'core' {
  const isPeaceful = faults.length === 0 && hostile.length === 0 && history == null && network.loss === 0
  return drives ?? (isPeaceful && hubs * messages > deliveriesOfWholeHubsMax ? 'core' : 'runtime')
}

/** Links there are, each once. */
function pairsOf ({ places }: World): Pair[] {
  const indexOf = new Map(places.map(({ peer, index }) => [peer, index]))
  return places.flatMap(({ index, links }) => [...links.keys()].map((peer): Pair => [index, indexOf.get(peer) ?? index]).filter(([one, other]) => one < other))
}

/** Signatures are really checked, each once in a run: a thousand hubs would come to the same answer. */
function createMemoisedCheck (): (message: Message) => Promise<boolean> {
  const check = createImmediateCheck()
  const known = new Map<string, boolean>()
  return async (message) => {
    const key = message.id + Buffer.from(message.bytes.signature).toString('latin1')
    let verdict = known.get(key)
    if (verdict == null) known.set(key, verdict = check(message))
    return verdict
  }
}

function link (world: World, { hubs, degree, faults, hostile }: Scenario, random: Random): void {
  const { places, time } = world
  const of = (index: number): Place => places[index] as Place
  const links = typeof degree === 'number' ? degree : 2
  for (const [one, other] of createOverlay(places.length, degree, random, hubs)) world.link(of(one), of(other), Infinity)
  if (degree === 'besieged' || (faults.length === 0 && hostile.length === 0)) return
  for (const place of places) {
    repeat(time, random.below(mendEveryMs), mendEveryMs, () => {
      const swaps = place.links.size >= links && random.chance(swapShare)
      if (place.links.size >= links && !swaps) return
      const old = [...place.links.values()]
      // As peer sampling does it: a new link now and then for an old one, so that two halves which have all the links they want find each other again.
      if (world.link(place, random.pick(places), links + 2) && swaps) world.unlink(random.pick(old))
    })
  }
}

function lightEpochOf ({ history }: Scenario): number {
  return epochOf(clockStartMs) - Math.floor((history?.epochs ?? 0) / 2)
}

/** Puts what each hub has of the history on its disk. */
async function publishHistory ({ time, places }: World, { hubs, degree, history }: Scenario, random: Random, ledger: Ledger): Promise<void> {
  if (history == null) return
  const messages = writeHistory(history, random)
  const { device, introduction } = createSimAuthor(random)
  const recent = [introduction, ...Array.from({ length: idsMax }, (_, number) =>
    device.write({ kind: 'post', text: `Recent number ${number}.`, parent: undefined }, clockStartMs - 30_000))]
  for (const message of [...messages, ...recent]) ledger.write(message, 0)
  // Besiegers have something to withhold and to twist from the beginning; elsewhere hostile hubs learn it from the others.
  const holders = degree === 'besieged' ? places.length : hubs
  for (const [index, hand] of dealHistory(messages, recent, holders, hubs, history, random).entries()) {
    const hub = places[index]?.hub?.runtime
    for (const message of hand) if (hub?.retention?.keeps(message.header) === true) await time.done(hub.publish(message))
  }
}

/** Authors that all hubs know, and what they write. */
async function publish (world: World, scenario: Scenario, random: Random, ledger: Ledger, measures: Measures): Promise<void> {
  const { hubs, senders, messages, perSecond, warmUp } = scenario
  const { time, places } = world
  const writers = Array.from({ length: senders }, () => ({ place: places[random.below(hubs)] as Place, author: createSimAuthor(random) }))
  for (const { author: { introduction } } of writers) {
    ledger.write(introduction, 0)
    for (const place of places) world.publish(place, introduction)
  }
  await time.runUntil(0)
  measures.begin(warmUp)
  for (let number = 0; number < messages; number += 1) {
    time.at(startMs + number / perSecond * 1_000, () => {
      const { place, author } = random.pick(writers)
      const able = place.hub != null && place.frozen == null ? place : places.find(({ honest, hub, frozen }) => honest && hub != null && frozen == null)
      if (able == null) return
      const message = author.device.write({ kind: 'post', text: `Message ${number} of this run.`, parent: undefined }, clockStartMs + time.nowMs)
      ledger.write(message, time.nowMs)
      world.publish(able, message)
    })
  }
}

function repeat (time: VirtualTime, firstMs: number, everyMs: number, action: () => void): void {
  time.at(firstMs, () => {
    action()
    repeat(time, time.nowMs + everyMs, everyMs, action)
  })
}

async function reportOf (scenario: Scenario, seed: number, world: World, ledger: Ledger, measures: Measures): Promise<Report> {
  const { limits } = scenario
  const there = world.places.filter(({ honest, hub }) => honest && hub != null)
  const agreement = agreementOf(there, ledger)
  const figures = measures.figures(scenario.hubs)
  const tree = treeOf(there)
  const failures = [...measures.violations]
  const again = scenario.compares !== false && agreement.missed === 0 ? await compareAgain(world, there) : undefined
  failures.push(...again?.failures ?? [])
  // A hub that is its core alone compares with nobody.
  if (again?.equal === 0 && there.length > 1 && driven(scenario) === 'runtime') failures.push('Nothing was proved: no two hubs were compared once more.')
  const over = (what: string, is: number, limit: number | undefined): void => {
    if (limit != null && !(is <= limit)) failures.push(`${what} is ${is}, above ${limit}.`)
  }
  over('The number of missed messages', agreement.missed, limits.missed ?? 0)
  over('The number of messages that hubs take for different things', agreement.standings, 0)
  over('The number of bodies that live messages lack', agreement.bodies, 0)
  over('The number of bytes of sessions for each hub', figures.happened.syncBytes / scenario.hubs, limits.syncBytesPerHub)
  over('The redundancy', figures.rmr, limits.rmr)
  over('The number of links to the last hub', figures.lastHops, limits.lastHops)
  over('The time of 99 arrivals in 100, in milliseconds,', figures.p99Ms, limits.p99Ms)
  over('The number of pieces of the tree', tree.pieces, limits.pieces)
  over('The number of frames for each delivery', figures.framesPerDelivery, limits.framesPerDelivery)
  for (const what of limits.happens) if (figures.happened[what] === 0) failures.push(`Nothing was proved: there were no ${what}.`)
  return {
    scenario: scenario.name, seed, hubs: scenario.hubs, messages: scenario.messages, drives: driven(scenario), ...agreement, equalAgain: again?.equal ?? 0,
    ...figures, tree,
    rejections: Object.fromEntries(measures.rejections), failures
  }
}
