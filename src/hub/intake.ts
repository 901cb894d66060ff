/**
 * Messages from neighbours on their way to the core: decoded and judged at once, their signatures checked in batches, and handed over in the order in
 * which each neighbour sent them (gossip/SPEC.md G6 to G8). It decides when a neighbour's next frame may be read, and knows neither the
 * set nor the store.
 *
 * While little comes, each message is a batch by itself and waits for nothing; while they stream in, a batch gathers behind those that are being checked: a
 * promise or two for each message cost as much as all else that is done with it here.
 */
import { reasonOf } from '../base/errors.ts'
import type { PeerId } from '../base/peer.ts'
import { sameBytes } from '../message/canonical.ts'
import { decodeSignedBytes, messageIdOf } from '../message/codec.ts'
import type { Message, MessageId, MessageRejection, NetworkGenesis } from '../message/types.ts'
import { validateMessage } from '../message/validate.ts'

/** What a frame says of a message beside it; nobody signed it. */
export interface Carried {
  readonly hops: number
  readonly traced: boolean
}

export interface IntakeOptions {
  readonly rules: NetworkGenesis
  /** Whether this hub has all of the message, so that its bytes need no second look. */
  readonly has: (message: Message) => boolean
  /** For each, whether its signature is valid. */
  readonly verifyAll: (messages: readonly Message[]) => Promise<readonly boolean[]>
  /** Calls `handOver` at once, which tells of the messages of one batch: what follows from them may be done together. */
  readonly together: (handOver: () => void) => void
  readonly onMessage: (peer: PeerId, message: Message, carried: Carried) => void
  readonly onDuplicate: (peer: PeerId, id: MessageId) => void
  /** `id`: where it can be told. */
  readonly onRejected: (peer: PeerId, code: MessageRejection, id?: MessageId) => void
  /** The platform failed, not the peer: the message is not taken, and may come again. */
  readonly onFailure: (sentence: string) => void
}

export interface Intake {
  /** Resolves when the next frame of this neighbour may be read; undefined: at once. Never rejects. */
  take: (peer: PeerId, bytes: Uint8Array, carried: Carried) => Promise<void> | undefined
  /** The neighbour is gone: what it sent and is not checked yet is dropped. */
  drop: (peer: PeerId) => void
  /** Resolves when everything taken so far was handed over. */
  settled: () => Promise<void>
}

/** Messages of a batch: what a verifying worker is given at a time (worker/verifier-pool.ts). */
const batchMax = 128
/** Batches of one neighbour that are being checked before the next one gathers: two that a worker has, and one that is there when it has finished. */
const batchesMax = 3
/** Of one neighbour at most so many messages are under way: enough to keep every verifying thread busy, 4 MiB of the largest. */
const openMax = 512
/** Messages of all neighbours under way: well below what a verifier's queue takes, 16 MiB of the largest. */
const totalMax = 2_048

interface Lane {
  readonly peer: PeerId
  /** What gathers for the next batch. */
  gathering: Batch | undefined
  /** Settles when every batch that is being checked was handed over. */
  last: Promise<void>
  /** The same of each of them, the oldest first. */
  readonly handedOver: Promise<void>[]
  open: number
  dropped: boolean
}

interface Batch {
  readonly items: Item[]
  /** The checks that are this batch's own, and whose messages. */
  readonly own: Array<{ readonly check: Check, readonly message: Message }>
  /** Other lanes' batches that check messages of this one. */
  readonly others: Set<Promise<void>>
  readonly checked: Promise<void>
  readonly resolve: () => void
}

interface Item {
  readonly message: Message
  readonly carried: Carried
  readonly check: Check
}

interface Check {
  readonly signature: Uint8Array
  /** Settles when the verdict is there. */
  readonly checked: Promise<void>
  /** undefined: there is none yet, or it could not be checked. */
  verdict: boolean | undefined
  users: number
}

export function createIntake (options: IntakeOptions): Intake {
  const { rules, has, verifyAll, together, onMessage, onDuplicate, onRejected, onFailure } = options
  const lanes = new Map<PeerId, Lane>()
  /** Checks under way by id: the same message from another neighbour meanwhile is not checked twice. */
  const checks = new Map<MessageId, Check>()
  let total = 0

  function laneOf (peer: PeerId): Lane {
    let lane = lanes.get(peer)
    if (lane === undefined) {
      lane = { peer, gathering: undefined, last: Promise.resolve(), handedOver: [], open: 0, dropped: false }
      lanes.set(peer, lane)
    }
    return lane
  }

  /** The batch that gathers. The first one of a quiet lane goes with what comes in the same turn. */
  function batchOf (lane: Lane): Batch {
    if (lane.gathering === undefined) {
      let resolve = (): void => undefined
      const checked = new Promise<void>((settle) => { resolve = settle })
      lane.gathering = { items: [], own: [], others: new Set(), checked, resolve }
      if (lane.handedOver.length < batchesMax) queueMicrotask(() => { flush(lane) })
    }
    return lane.gathering
  }

  /** An id does not fix its signature: only a check of the very same one counts for both. */
  function checkFor (message: Message, batch: Batch): Check {
    const known = checks.get(message.id)
    const { signature } = message.bytes
    if (known !== undefined && sameBytes(known.signature, signature)) {
      if (known.checked !== batch.checked) batch.others.add(known.checked)
      return known
    }
    const check: Check = { signature, checked: batch.checked, verdict: undefined, users: 0 }
    batch.own.push({ check, message })
    if (known === undefined) checks.set(message.id, check)
    return check
  }

  function flush (lane: Lane): void {
    const batch = lane.gathering
    if (batch === undefined) return
    lane.gathering = undefined
    lane.last = handOver(lane, batch, verify(batch), lane.last)
    lane.handedOver.push(lane.last)
  }

  async function verify ({ own, others, resolve }: Batch): Promise<void> {
    try {
      const verdicts = own.length === 0 ? [] : await verifyAll(own.map(({ message }) => message))
      own.forEach(({ check }, index) => { check.verdict = verdicts[index] })
    } catch (thrown) {
      onFailure(`Signatures could not be checked here: ${reasonOf(thrown)}`)
    }
    resolve()
    if (others.size > 0) await Promise.all(others)
  }

  async function handOver (lane: Lane, { items }: Batch, verified: Promise<void>, before: Promise<void>): Promise<void> {
    await verified
    await before
    total -= items.length
    lane.open -= items.length
    void lane.handedOver.shift() // this one
    attempt(() => { together(() => { for (const item of items) attempt(() => { tell(lane, item) }) }) })
    if (lane.gathering !== undefined) flush(lane)
  }

  /** What fails there costs its own message, which may come again, and stops nothing that comes after it. */
  function attempt (work: () => void): void {
    try {
      work()
    } catch (thrown) {
      onFailure(`A message could not be taken in here: ${reasonOf(thrown)}`)
    }
  }

  function tell (lane: Lane, { message, carried, check }: Item): void {
    check.users -= 1
    if (check.users === 0 && checks.get(message.id) === check) checks.delete(message.id)
    if (lane.dropped || check.verdict === undefined) return
    if (!check.verdict) onRejected(lane.peer, 'bad-signature', message.id)
    else if (has(message)) onDuplicate(lane.peer, message.id)
    else onMessage(lane.peer, message, carried)
  }

  async function room (lane: Lane): Promise<void> {
    while (lane.open >= openMax && lane.handedOver[0] !== undefined) await lane.handedOver[0]
    if (total < totalMax) return
    flush(lane)
    await lane.last
  }

  return {
    take (peer, bytes, carried) {
      const decoded = decodeSignedBytes(bytes)
      if (!decoded.ok) { onRejected(peer, decoded.code); return undefined }
      const validated = validateMessage(decoded.value, rules)
      if (!validated.ok) { onRejected(peer, validated.code, messageIdOf(decoded.value.header)); return undefined }
      const message = validated.value
      if (has(message)) { onDuplicate(peer, message.id); return undefined }
      const lane = laneOf(peer)
      const batch = batchOf(lane)
      const check = checkFor(message, batch)
      check.users += 1
      batch.items.push({ message, carried, check })
      total += 1
      lane.open += 1
      if (batch.items.length === batchMax) flush(lane)
      return lane.open >= openMax || total >= totalMax ? room(lane) : undefined
    },
    drop (peer) {
      const lane = lanes.get(peer)
      if (lane !== undefined) lane.dropped = true
      lanes.delete(peer)
    },
    async settled () {
      for (const lane of lanes.values()) {
        flush(lane)
        await lane.last
      }
    }
  }
}
