/**
 * The two ways to run a Maelstrom node, as numbers (`HUBBUB_PROFILE`): `latency` for challenge 3d, `throughput` for 3e. Nothing else differs between them.
 * Each number says where it comes from; "measured" is `npm run sim -- maelstrom` with 25 nodes, 100 ms and 100 operations a second. Times are milliseconds.
 */
import { HubError } from '../../base/errors.ts'
import { defaultTreeConfig, type TreeConfig } from '../../gossip/tree-config.ts'

export interface Profile {
  readonly name: 'latency' | 'throughput'
  /** What goes to one neighbour within this time of the last message to it goes in one message. */
  readonly batchMs: number
  readonly tree: TreeConfig
  readonly link: LinkTiming
  /** Links that a node keeps up by itself (overlay.ts). */
  readonly linksWanted: number
}

export interface LinkTiming {
  /** How often links are looked after. */
  readonly beatMs: number
  /** A link on which nothing came for so long is pinged … */
  readonly pingAfterMs: number
  /** … and is down after this: a partition says nothing, so silence has to. */
  readonly deadAfterMs: number
  /** Between two greetings of a neighbour that does not answer. */
  readonly redialMs: number
  /** A message that others have overtaken is lost after so many round trips … */
  readonly lostAfterRoundTrips: number
  /** … and not before this. */
  readonly lostAfterMsMin: number
}

const link: LinkTiming = {
  beatMs: 250, // guess: a quarter of the shortest of the others
  pingAfterMs: 2_000, // a link of the tree is seldom silent for so long, and then a ping is what shows a loss at its end
  deadAfterMs: 5_000, // two pings, with their round trips where latency is a second
  redialMs: 1_000, // a tenth of Maelstrom's wait before the last reads
  lostAfterRoundTrips: 4, // guess: latency distributions of Maelstrom reorder, and nothing there is four times as late as another
  lostAfterMsMin: 500
}

/**
 * Notes are the redundant links' whole traffic, two messages a link in this time. They are what mends the tree: a second and a graft are well within the
 * 10 s that Maelstrom waits, and the 23 spare links of 25 nodes then send 46 messages a second, a tenth of what the payloads are.
 */
const noteDelayMs = 1_000
/** A frame that a silent partition swallowed is asked for elsewhere after this at most, however late the tree has been. */
const graftAfterMsMax = 1_000

export const profiles: Readonly<Record<Profile['name'], Profile>> = {
  latency: {
    name: 'latency',
    batchMs: 50,
    tree: { ...defaultTreeConfig, noteDelayMs, graftAfterMsMin: 250, graftAfterMsMax },
    link,
    linksWanted: 2
  },
  throughput: {
    name: 'throughput',
    batchMs: 250,
    tree: { ...defaultTreeConfig, noteDelayMs: 2_000, graftAfterMsMin: 1_200, graftAfterMsMax: 2_000 },
    link,
    linksWanted: 2
  }
}

/** Codes: `invalid-argument`. */
export function profileOf (given: string | undefined): Profile {
  const name = given == null || given === '' ? 'latency' : given
  if (name === 'latency' || name === 'throughput') return profiles[name]
  throw new HubError('invalid-argument', `HUBBUB_PROFILE is latency or throughput, not "${name}".`)
}
