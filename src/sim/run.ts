/** One simulated run: a scenario, a seed, and what came of it. The same two give the same report on every machine. */
import { createRandom, type Random } from '../base/seeded-random.ts'
import type { Broadcast, BroadcastHost } from '../gossip/broadcast.ts'
import { createBroadcastFlood } from '../gossip/broadcast-flood.ts'
import { createBroadcastTree } from '../gossip/broadcast-tree.ts'
import { defaultTreeConfig, type TreeConfig } from '../gossip/tree-config.ts'
import { scheduleFault } from './faults.ts'
import { createGossipHub } from './gossip-hub.ts'
import { createHostileHub } from './hostile-hub.ts'
import type { SimHub, SimPorts } from './hub.ts'
import { createMeasures, simMessageId, type Figures, type Measures } from './measures.ts'
import { createOverlay } from './overlay.ts'
import type { Fault, Scenario } from './scenario.ts'
import { treeOf, type Tree } from './tree-check.ts'
import { createWorld, type Place, type World } from './world.ts'

export interface Report extends Figures {
  readonly scenario: string
  readonly seed: number
  readonly hubs: number
  readonly messages: number
  /** Pairs of a hub and a message that it lacks at the end, of those that any honest hub holds. */
  readonly missed: number
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
/** Messages start when all hubs are linked and their first round trips are over. */
const startMs = 1_000
/** Messages of one epoch, which is 17.5 min: a run is one. */
const epoch = 1

export function run (scenario: Scenario, seed: number, treeConfig: TreeConfig = defaultTreeConfig): Report {
  const measures = createMeasures(scenario.messages)
  const { world } = build(scenario, seed, measures, treeConfig)
  const faultsEndMs = Math.max(0, ...scenario.faults.map(endOf))
  const publishedMs = startMs + scenario.messages / scenario.perSecond * 1_000
  world.runUntil(Math.max(faultsEndMs, publishedMs) + scenario.settleMs)
  return reportOf(scenario, seed, world, measures)
}

function endOf (fault: Fault): number {
  return fault.atMs + (fault.type === 'crash' && fault.forMs === 'ever' ? 0 : fault.forMs as number)
}

function build (scenario: Scenario, seed: number, measures: Measures, treeConfig: TreeConfig): { world: World } {
  const random = createRandom(seed)
  const strategy = scenario.strategy === 'flood'
    ? createBroadcastFlood
    : (host: BroadcastHost): Broadcast => createBroadcastTree(host, createRandom(random.next()), treeConfig)
  const createHub = (place: Place, ports: SimPorts): SimHub => {
    const hostility = scenario.hostile[place.index - scenario.hubs]
    return hostility == null ? createGossipHub(ports, strategy) : createHostileHub(hostility, ports, strategy, createRandom(random.next()))
  }
  const world = createWorld({ random, network: scenario.network, measures, createHub })
  for (let index = 0; index < scenario.hubs + scenario.hostile.length; index += 1) world.start(world.addPlace(index < scenario.hubs))
  link(world, scenario, random)
  for (const fault of scenario.faults) scheduleFault(fault, world, random, (place) => { world.start(place) })
  publish(world, scenario, random, measures)
  for (const place of world.places) repeat(world, random.below(scenario.compareEveryMs), scenario.compareEveryMs, () => { world.compare(place) })
  return { world }
}

function link (world: World, { degree, faults, hostile }: Scenario, random: Random): void {
  const { places } = world
  const of = (index: number): Place => places[index] as Place
  const links = typeof degree === 'number' ? degree : 2
  for (const [one, other] of createOverlay(places.length, degree, random)) world.link(of(one), of(other), Infinity)
  if (faults.length === 0 && hostile.length === 0) return
  for (const place of places) {
    repeat(world, random.below(mendEveryMs), mendEveryMs, () => {
      const swaps = place.links.size >= links && random.chance(swapShare)
      if (place.links.size >= links && !swaps) return
      const old = [...place.links.values()]
      // As peer sampling does it: a new link now and then for an old one, so that two halves which have all the links they want find each other again.
      if (world.link(place, random.pick(places), links + 2) && swaps) world.unlink(random.pick(old))
    })
  }
}

function publish (world: World, { hubs, senders, messages, perSecond }: Scenario, random: Random, measures: Measures): void {
  const publishers = Array.from({ length: senders }, () => world.places[random.below(hubs)] as Place)
  for (let number = 0; number < messages; number += 1) {
    world.at(startMs + number / perSecond * 1_000, () => {
      const place = random.pick(publishers)
      const able = place.hub != null && place.frozen == null ? place : world.places.find(({ honest, hub, frozen }) => honest && hub != null && frozen == null)
      if (able == null) return
      const message = { id: simMessageId(number), number, epoch, publishedMs: world.nowMs, genuine: true }
      measures.published(message, world.nowMs)
      world.publish(able, message)
    })
  }
}

function repeat (world: World, firstMs: number, everyMs: number, action: () => void): void {
  world.at(firstMs, () => {
    action()
    repeat(world, world.nowMs + everyMs, everyMs, action)
  })
}

function reportOf (scenario: Scenario, seed: number, world: World, measures: Measures): Report {
  const { limits } = scenario
  const there = world.places.filter(({ honest, hub }) => honest && hub != null)
  let missed = 0
  for (let number = 0; number < scenario.messages; number += 1) {
    const holders = there.filter(place => measures.has(place, number)).length
    if (holders > 0) missed += there.length - holders
  }
  const figures = measures.figures(scenario.hubs, scenario.warmUp)
  const tree = treeOf(there)
  const failures = [...measures.violations]
  const over = (what: string, is: number, limit: number | undefined): void => {
    if (limit != null && !(is <= limit)) failures.push(`${what} is ${is}, above ${limit}.`)
  }
  over('The number of missed messages', missed, limits.missed ?? 0)
  over('The redundancy', figures.rmr, limits.rmr)
  over('The number of links to the last hub', figures.lastHops, limits.lastHops)
  over('The time of 99 arrivals in 100, in milliseconds,', figures.p99Ms, limits.p99Ms)
  over('The number of pieces of the tree', tree.pieces, limits.pieces)
  over('The number of frames for each delivery', figures.framesPerDelivery, limits.framesPerDelivery)
  for (const what of limits.happens) if (figures.happened[what] === 0) failures.push(`Nothing was proved: there were no ${what}.`)
  return {
    scenario: scenario.name, seed, hubs: scenario.hubs, messages: scenario.messages, missed, ...figures, tree,
    rejections: Object.fromEntries(measures.rejections), failures
  }
}
