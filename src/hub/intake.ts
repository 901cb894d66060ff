/**
 * Messages from neighbours on their way to the core: decoded and judged at once, their signatures checked side by side, and handed over in the order in
 * which each neighbour sent them (gossip/SPEC.md G6 to G8). It decides when a neighbour's next frame may be read, and knows neither the
 * set nor the store.
 */
import { reasonOf } from '../base/errors.ts'
import type { PeerId } from '../base/peer.ts'
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
  readonly verify: (message: Message) => Promise<boolean>
  readonly onMessage: (peer: PeerId, message: Message, carried: Carried) => void
  readonly onDuplicate: (peer: PeerId, id: MessageId) => void
  /** `id`: where it can be told. */
  readonly onRejected: (peer: PeerId, code: MessageRejection, id?: MessageId) => void
  /** The platform failed, not the peer: the message is not taken, and may come again. */
  readonly onFailure: (sentence: string) => void
}

export interface Intake {
  /** Resolves when the next frame of this neighbour may be read. Never rejects. */
  take: (peer: PeerId, bytes: Uint8Array, carried: Carried) => Promise<void>
  /** The neighbour is gone: what it sent and is not checked yet is dropped. */
  drop: (peer: PeerId) => void
  /** Resolves when everything taken so far was handed over. */
  settled: () => Promise<void>
}

/** Of one neighbour at most twice as many messages are being checked: enough to keep every verifying thread busy, 2 MiB of the largest. */
const strideMessages = 128
/** Messages of all neighbours being checked: well below what a verifier's queue takes, 16 MiB of the largest. */
const totalMax = 2_048

interface Lane {
  /** Settles when everything taken so far was handed over. */
  last: Promise<void>
  /** What `last` was one stride ago. */
  mark: Promise<void>
  taken: number
  dropped: boolean
}

interface Check {
  readonly signature: Uint8Array
  readonly verdict: Promise<boolean | undefined>
  users: number
}

export function createIntake (options: IntakeOptions): Intake {
  const { rules, has, verify, onMessage, onDuplicate, onRejected, onFailure } = options
  const lanes = new Map<PeerId, Lane>()
  /** Checks under way by id: the same message from another neighbour meanwhile is not checked twice. */
  const checks = new Map<MessageId, Check>()
  let total = 0

  function laneOf (peer: PeerId): Lane {
    const lane = lanes.get(peer) ?? { last: Promise.resolve(), mark: Promise.resolve(), taken: 0, dropped: false }
    lanes.set(peer, lane)
    return lane
  }

  /** undefined: it could not be checked. */
  async function check (message: Message): Promise<boolean | undefined> {
    try {
      return await verify(message)
    } catch (thrown) {
      onFailure(`A signature could not be checked here: ${reasonOf(thrown)}`)
      return undefined
    }
  }

  /** An id does not fix its signature: only a check of the very same one counts for both. */
  function shareCheck (message: Message): Check {
    const known = checks.get(message.id)
    const { signature } = message.bytes
    if (known != null && known.signature.every((byte, index) => byte === signature[index])) return known
    const made = { signature, verdict: check(message), users: 0 }
    if (known == null) checks.set(message.id, made)
    return made
  }

  async function handOver (peer: PeerId, lane: Lane, message: Message, carried: Carried, checked: Check, before: Promise<void>): Promise<void> {
    const isSigned = await checked.verdict
    await before
    total -= 1
    checked.users -= 1
    if (checked.users === 0 && checks.get(message.id) === checked) checks.delete(message.id)
    if (lane.dropped || isSigned == null) return
    if (!isSigned) onRejected(peer, 'bad-signature', message.id)
    else if (has(message)) onDuplicate(peer, message.id)
    else onMessage(peer, message, carried)
  }

  return {
    async take (peer, bytes, carried) {
      const decoded = decodeSignedBytes(bytes)
      if (!decoded.ok) { onRejected(peer, decoded.code); return }
      const validated = validateMessage(decoded.value, rules)
      if (!validated.ok) { onRejected(peer, validated.code, messageIdOf(decoded.value.header)); return }
      const message = validated.value
      if (has(message)) { onDuplicate(peer, message.id); return }
      const lane = laneOf(peer)
      const checked = shareCheck(message)
      checked.users += 1
      total += 1
      lane.taken += 1
      lane.last = handOver(peer, lane, message, carried, checked, lane.last)
      if (total >= totalMax) await lane.last
      if (lane.taken % strideMessages !== 0) return
      const { mark } = lane
      lane.mark = lane.last
      await mark
    },
    drop (peer) {
      const lane = lanes.get(peer)
      if (lane != null) lane.dropped = true
      lanes.delete(peer)
    },
    async settled () { await Promise.all([...lanes.values()].map(async ({ last }) => last)) }
  }
}
