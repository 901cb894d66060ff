/**
 * How far back this hub keeps the bytes of messages: everything, until it is told otherwise or its storage is full; then the oldest epochs go first.
 * What is dropped stays a member, so that hubs still agree on the ids of what both hold. Never dropped: what one's own author wrote, what decides about others
 * (signer messages and removes), and what could not be a member again by what is noted of it alone (Messages.mayDrop).
 */
import { HubError } from '../base/errors.ts'
import type { EventLog } from '../base/event-log.ts'
import { epochOf, epochStartMs } from '../message/epoch.ts'
import type { ReplicatedSet } from '../message/replicated-set.ts'
import type { Header, PublicKeyHex } from '../message/types.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { Messages } from './messages/messages.ts'
import { isOrdinary } from './messages/page-keeper.ts'

export interface Retention {
  /** Messages of earlier epochs are not kept; 0: all are. */
  readonly minEpoch: number
  /** Whether a message that comes in now is to be stored. */
  keeps: (header: Header) => boolean
  /** Gives up everything below `epoch`, for good; resolves with how many messages went. A lower one changes nothing. Codes: those of the store. */
  keepFrom: (epoch: number) => Promise<number>
  /** After a write failed with `thrown`: gives up old epochs if the storage is full, and runs it once more. Codes: those of `write`. */
  writeAgain: <T>(thrown: unknown, write: () => Promise<T>) => Promise<T>
}

export interface RetentionOptions {
  readonly store: Pick<MessageStore, 'getValue' | 'putValue'>
  readonly set: Pick<ReplicatedSet, 'authorOf'>
  readonly messages: Messages
  /** Whether this author's messages are one's own. */
  readonly isOwn: (author: PublicKeyHex) => boolean
  readonly log: EventLog
  readonly now: () => number
}

const minEpochName = 'min-epoch'
/**
 * What makes room: one in so many of the stored messages, and at least so many. Less would fill up again at once, more gives up more than is needed.
 * Guesses.
 */
const roomShare = 20
const roomMessagesMin = 500
/** Messages dropped in one go. */
const droppedAtOnce = 5_000

export async function createRetention ({ store, set, messages, isOwn, log, now }: RetentionOptions): Promise<Retention> {
  const kept = await store.getValue(minEpochName)
  let minEpoch = typeof kept === 'number' && Number.isSafeInteger(kept) && kept > 0 ? kept : 0
  let making: Promise<number> | undefined

  const mayGo = (member: number): boolean => messages.mayDrop(member) && !isOwn(set.authorOf(member))

  function oldest (limit: number, until = Infinity): number[] {
    const found: number[] = []
    messages.catalog.walk({ until }, 'ascending', (member) => {
      if (mayGo(member)) found.push(member)
      return found.length >= limit
    })
    return found
  }

  async function keepFrom (epoch: number): Promise<number> {
    if (epoch < minEpoch) return 0
    let dropped = 0
    for (;;) {
      const members = oldest(droppedAtOnce, epochStartMs(epoch) - 1)
      await messages.drop(members)
      dropped += members.length
      if (members.length < droppedAtOnce) break
    }
    if (epoch === minEpoch && dropped === 0) return 0
    minEpoch = epoch
    // After the space is free: with a full disk it could not be written before.
    await store.putValue(minEpochName, epoch)
    log.report({
      type: 'retention-raised',
      sentence: `${dropped} ${dropped === 1 ? 'message' : 'messages'} from before ${new Date(epochStartMs(epoch)).toISOString()} were given up here; other hubs may hold them.`
    })
    return dropped
  }

  /** How many messages went. */
  async function makeRoom (): Promise<number> {
    const last = oldest(Math.max(roomMessagesMin, Math.ceil(messages.size / roomShare))).at(-1)
    if (last === undefined) return 0
    // Never what is written from now on, whatever a clock that runs ahead has dated.
    return keepFrom(Math.min(epochOf(messages.catalog.timestampOf(last)) + 1, Math.max(minEpoch, epochOf(now()))))
  }

  return {
    get minEpoch () { return minEpoch },
    keeps: ({ kind, author, timestamp }) => epochOf(timestamp) >= minEpoch || !isOrdinary(kind) || isOwn(author),
    keepFrom,
    async writeAgain (thrown, write) {
      if (!(thrown instanceof HubError) || thrown.code !== 'storage-full') throw thrown
      making ??= makeRoom().finally(() => { making = undefined })
      if (await making === 0) throw thrown
      return write()
    }
  }
}
