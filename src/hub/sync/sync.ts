/**
 * Diff sync as a hub has it: the tree over its members, its sessions, and what it tells of both. Handed what it needs of the hub, it is a part
 * that the runtime tells what happens and that decides the rest by itself.
 */
import { encodeSignedBytes } from '../../message/codec.ts'
import { epochOf } from '../../message/epoch.ts'
import type { ReplicatedSet } from '../../message/replicated-set.ts'
import type { Message, MessageId, NetworkGenesis, SignedBytes } from '../../message/types.ts'
import type { PeerId } from '../../base/peer.ts'
import type { EventLog } from '../../base/event-log.ts'
import type { Timer } from '../../base/timer.ts'
import { gossipsMs } from '../../sync/session/session.ts'
import type { FrontierView, HubStatus, SyncAlternative, SyncSession, TreeView } from '../api.ts'
import type { Messages } from '../messages/messages.ts'
import type { SnapshotsOptions } from '../fastsync/snapshots.ts'
import type { Retention } from '../retention.ts'
import { alternativesTo } from './alternatives.ts'
import { createChecking } from './checking.ts'
import { createComparable, type Comparable } from './comparable.ts'
import type { SyncRejection } from './conversation.ts'
import type { RememberedMeetings } from './remembered-meetings.ts'
import { createSessions, type Sessions } from './sessions.ts'
import type { SyncNetwork } from './sync-stream.ts'
import { createTaking } from './taking.ts'
import type { Tally } from './tally.ts'
import { feedViews, treeView } from './views.ts'

export interface Sync extends Pick<Comparable, 'entered' | 'displaced'> {
  readonly sessions: Sessions
  /** The members as fast sync has them, which hands them on and takes them in by other ways. */
  readonly members: SnapshotsOptions['members']
  /** Hex nibbles, eight at most. */
  tree (prefix: string): Promise<TreeView>
  /** The feeds with the most members, so many of them. */
  frontier (limit: number): Promise<FrontierView>
  status (): Pick<HubStatus, 'root' | 'maxEpoch' | 'synced' | 'sync'>
}

export interface SyncOptions {
  readonly rules: NetworkGenesis
  readonly set: Pick<ReplicatedSet,
  'copyId' | 'readId' | 'feedOf' | 'feedCount' | 'copyFeed' | 'seqOf' | 'isFirstOfSeq' | 'authorOf' | 'signerOf' | 'memberOf' | 'membersEnd' | 'hasBody' |
  'servesBody' | 'bodiesWanted'>
  readonly messages: Pick<Messages, 'catalog' | 'getStored' | 'lost'>
  readonly retention: Pick<Retention, 'minEpoch'>
  readonly network: SyncNetwork
  readonly meetings: Pick<RememberedMeetings, 'recall' | 'remember'>
  /** For each, whether its signature is valid. */
  readonly verifyAll: (messages: readonly Message[]) => Promise<readonly boolean[]>
  /** Calls `offers` at once, in which verified messages are handed to the core, one by one. What is kept of them is written together. */
  readonly offerAll: (from: PeerId, offers: (offer: (message: Message) => void) => void) => void
  /** Resolves when what the core was handed is stored, as far as it can be. */
  readonly stored: () => Promise<unknown>
  readonly reject: (peer: PeerId, code: SyncRejection, sentence: string) => void
  readonly log: EventLog
  readonly random: (length: number) => Uint8Array<ArrayBuffer>
  readonly now: () => number
  readonly timer: Timer
  readonly wait: (ms: number) => Promise<void>
  /** Whether sessions wait for something better. @default never */
  readonly holdsBack?: () => boolean
  /** A session began or ended. */
  readonly onChange?: () => void
}

export function createSync (options: SyncOptions): Sync {
  const { rules, set, messages, retention, network, meetings, verifyAll, offerAll, stored, reject, log, random, now, timer, wait } = options
  const { holdsBack, onChange } = options
  const comparable = createComparable({ set, catalog: messages.catalog, rest: async () => wait(0) })
  void comparable.built() // beside everything else: the hub is ready without it

  const check = createChecking(verifyAll)

  const has = ({ id, body }: Message): boolean => {
    const member = set.memberOf(id)
    return member !== -1 && (body == null || set.hasBody(member)) && !messages.lost.has(id)
  }

  /** Members in this order, without bodies that are not served; those that are not here any more are left out. */
  async function read (members: readonly number[]): Promise<Array<{ readonly id: MessageId, readonly member: number, readonly bytes: SignedBytes }>> {
    const nowMs = now()
    const found = await messages.getStored(members)
    return found.flatMap(({ id, bytes }) => {
      const member = set.memberOf(id)
      if (member === -1) return [] // displaced while it was read
      return [{ id, member, bytes: set.servesBody(id, nowMs) ? bytes : { ...bytes, body: undefined } }]
    })
  }

  const sessions = createSessions({
    network,
    comparable,
    meetings,
    now,
    timer,
    wait,
    reject,
    report: log.report,
    holdsBack,
    onChange,
    minEpoch: () => retention.minEpoch,
    isComplete: () => set.bodiesWanted(now()).length === 0,
    random: () => new DataView(random(4).buffer).getUint32(0),
    alternatives: compareWays,
    reader: tally => async members => (await read([...members])).map(({ member, bytes }) => {
      tally.sent({ author: set.authorOf(member), signer: set.signerOf(member), timestamp: messages.catalog.timestampOf(member) })
      return encodeSignedBytes(bytes)
    }),
    taker: (peer, tally) => createTaking({
      rules, has, verifyAll: check, stored,
      offerAll (taken) {
        let fetched = 0
        offerAll(peer, (offer) => {
          for (const message of taken) {
            const wasMember = set.memberOf(message.id) !== -1
            if (has(message)) continue
            offer(message)
            if (wasMember ? !has(message) : set.memberOf(message.id) === -1) continue
            tally.fetched(message.header)
            fetched += 1
          }
        })
        return fetched
      },
      onFailure: (sentence) => { log.report({ type: 'verify-failed', peer, code: 'internal', sentence }) }
    })
  })

  function compareWays ({ places }: Tally, fetched: number): readonly SyncAlternative[] {
    const { tree } = comparable.set
    return alternativesTo({
      size: tree.size, spanMs: (newestMs() ?? 0) - (oldestMs() ?? 0), fetched,
      places: places.map(({ range, differing }) => {
        const count = Math.max(differing, tree.count(range))
        return { rank: tree.count({ from: 0, end: range.from }), count, differing }
      })
    })
  }

  const timeAtEnd = (order: 'ascending' | 'descending') => (): number | undefined => {
    let found: number | undefined
    messages.catalog.walk({}, order, (member) => {
      found = messages.catalog.timestampOf(member)
      return true
    })
    return found
  }
  const oldestMs = timeAtEnd('ascending')
  const newestMs = timeAtEnd('descending')

  const { members, tree } = comparable.set
  return {
    sessions,
    members: {
      holdings: {
        count: range => tree.count(range),
        collect: range => tree.collect(range),
        bucketOf: member => members.bucketOf(member),
        copyId: (member, target, offset) => { members.copyId(member, target, offset) },
        orderOf: member => messages.catalog.eventOf(member) ?? 0, // of what was dropped: long ago
        get size () { return tree.size }
      },
      built: async () => comparable.built(),
      read,
      has,
      isKept: ({ id }) => {
        const member = set.memberOf(id)
        return member === -1 || messages.catalog.eventOf(member) !== undefined
      },
      check
    },
    entered (member) {
      comparable.entered(member)
      if (member >= 0) sessions.arrived(member)
    },
    displaced: (member) => { comparable.displaced(member) },
    tree: async prefix => treeView(comparable, prefix),
    async frontier (limit) {
      const feeds = await feedViews(set, messages.catalog, async () => wait(0))
      const newest = new Map<string, SyncSession>()
      for (const session of sessions.all()) if (!newest.has(session.peer)) newest.set(session.peer, session)
      return {
        count: feeds.length,
        feeds: feeds.slice(0, limit),
        hubs: [...newest.values()].map(({ peer, id, startedAt, at, outcome, feeds: differing }) =>
          ({ peerId: peer, session: id, at: at ?? startedAt, outcome, feeds: differing }))
      }
    },
    status () {
      const { synced, progress } = sessions
      const newest = newestMs()
      return {
        root: comparable.root(now() - gossipsMs), maxEpoch: newest === undefined ? null : epochOf(newest), synced, sync: progress
      }
    }
  }
}
