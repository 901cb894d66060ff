/** Whether hubs are equal at the end of a run: in ids, standing and bodies, and so that comparing them once more finds nothing and costs next to nothing. */
import { epochOf } from '../message/epoch.ts'
import { namespaceOf } from '../message/kinds.ts'
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
  const hubs = places.flatMap(({ hub }) => hub == null ? [] : [hub.runtime])
  let [missed, standings, bodies] = [0, 0, 0]
  for (const { message } of ledger.all) {
    const keepers = hubs.filter(({ retention }) => (retention?.minEpoch ?? 0) <= epochOf(message.header.timestamp) || namespaceOf(message.header.kind) === 0)
    const holders = keepers.filter(({ set }) => set.has(message.id))
    if (holders.length > 0) missed += keepers.length - holders.length
    const standing = holders[0]?.set.standing(message.id)
    for (const { set } of holders) {
      if (set.standing(message.id) !== standing) standings += 1
      if (standing === 'live' && !set.hasBody(set.memberOf(message.id))) bodies += 1
    }
  }
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
