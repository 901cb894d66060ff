/** Whether hubs are equal at the end of a run: in ids, standing and bodies, and so that comparing them once more finds nothing and costs next to nothing. */
import { epochOf } from '../message/epoch.ts'
import { namespaceOf } from '../message/kinds.ts'
import type { Standing } from '../message/replicated-set.ts'
import type { MessageId } from '../message/types.ts'
import type { Ledger } from './ledger.ts'
import { otherOf, type Link, type Place, type World } from './world.ts'

export interface Agreement {
  /** Pairs of a hub and a message that it lacks, of those that any of the hubs has. */
  readonly missed: number
  /** … that it takes for something else than the first that has it: live, barred, removed. */
  readonly standings: number
  /** … that are live and of which it has no body. */
  readonly bodies: number
}

/** One message at all hubs. */
interface Tally {
  readonly id: MessageId
  /** Infinity: of namespace 0, which all keep. */
  readonly epoch: number
  /** Hubs that should have it, and that have it. */
  keepers: number
  holders: number
  /** At the first that has it. */
  standing: Standing | undefined
}

/** S9. */
const equalBytesMax = 100
/** A hub that holds less says so first. */
const rangeBytesMax = 200
/** So many pairs are compared once more: a thousand hubs have three thousand. */
const pairsMax = 300
/** A hub whose sessions are all taken gets another chance. */
const triesMax = 40
const triesEveryMs = 1_000

export function agreementOf (places: readonly Place[], ledger: Ledger): Agreement {
  const tallies = ledger.all.map(({ message }): Tally => ({
    id: message.id, epoch: namespaceOf(message.header.kind) === 0 ? Infinity : epochOf(message.header.timestamp), keepers: 0, holders: 0, standing: undefined
  }))
  let [standings, bodies] = [0, 0]
  // One hub after the other: a thousand sets are not in the processor's cache together.
  for (const { hub } of places) {
    if (hub == null) continue
    const { set, retention } = hub.runtime
    const minEpoch = retention?.minEpoch ?? 0
    for (const tally of tallies) {
      if (tally.epoch < minEpoch) continue
      tally.keepers += 1
      const member = set.memberOf(tally.id)
      if (member === -1) continue
      tally.holders += 1
      tally.standing ??= set.standingOf(member)
      if (set.standingOf(member) !== tally.standing) standings += 1
      if (tally.standing === 'live' && !set.hasBody(member)) bodies += 1
    }
  }
  const missed = tallies.reduce((sum, { keepers, holders }) => holders === 0 ? sum : sum + keepers - holders, 0)
  return { missed, standings, bodies }
}

/** Compares each two linked hubs once more: what that moved, or cost above its bound, in sentences; and how many pairs were found equal. */
export async function compareAgain (world: World, places: readonly Place[]): Promise<{ readonly failures: readonly string[], readonly equal: number }> {
  const failures: string[] = []
  let equal = 0
  const links = new Set(places.flatMap(place => [...place.links.values()].filter(link => places.includes(otherOf(link, place)))))
  for (const link of [...links].slice(0, pairsMax)) {
    const result = await compareOnce(world, link)
    if (result === 'equal') equal += 1
    else if (result !== 'unlinked') failures.push(result)
  }
  return { failures, equal }
}

/** What is wrong, in a sentence, where the two are linked and not equal. */
async function compareOnce (world: World, link: Link): Promise<string> {
  const [one, other] = link.ends
  for (let turn = 0; turn < triesMax; turn += 1) {
    const [near, far] = [one.hub?.runtime, other.hub?.runtime]
    if (near?.sync == null || far?.sync == null || !link.isOpen(0) || !link.isOpen(1)) return 'unlinked'
    const report = await world.time.done(near.sync.sessions.sync(other.peer).catch(() => undefined))
    // All its sessions were taken, or the other's were.
    if (report == null || report.outcome === 'closed') {
      await world.time.runUntil(world.time.nowMs + triesEveryMs)
      continue
    }
    const bytesMax = near.retention?.minEpoch === far.retention?.minEpoch ? equalBytesMax : rangeBytesMax
    const bytes = report.bytesSent + report.bytesReceived
    if (report.outcome === 'equal' && report.fetched + report.sent === 0 && bytes <= bytesMax) return 'equal'
    return `Once more, ${one.peer} and ${other.peer} moved ${report.fetched + report.sent} messages in ${bytes} bytes: ${report.outcome}.`
  }
  return `${one.peer} and ${other.peer} could not be compared once more.`
}
