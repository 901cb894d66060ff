/**
 * What this hub remembers of having been equal with another (SPEC.md, S22): of what, and what it came to have since. Both sides remember the same, or the
 * memory is not used: a hub that lost its data, or part of it, lost the memory or has another root, and is never skipped.
 */
import { blake3 } from '../../base/blake3.ts'
import { fromHex, toHex } from '../../base/bytes.ts'
import { metBytes } from '../frames.ts'

export interface Meeting {
  /** 32 bytes, the same on both sides: of all that was equal. */
  readonly digest: Uint8Array
  /** Members of namespace 1 before this epoch were not compared, nor what was published after `untilMs`. */
  readonly fromEpoch: number
  readonly untilMs: number
  /** This hub's own last event when it was equal (Feeds). */
  readonly event: number
}

/** `roots`: the digests of the spans, unsalted. */
export function meetingOf (digests: readonly Uint8Array[], fromEpoch: number, splitEpoch: number, untilMs: number, event: number): Meeting {
  const range = new Float64Array([fromEpoch, splitEpoch, untilMs])
  return { digest: blake3(meetingDomain, ...digests, new Uint8Array(range.buffer)).slice(), fromEpoch, untilMs, event }
}

/** Proves to whoever remembers the meeting that this side does, and says nothing to others. */
export function proofOf ({ digest }: Meeting, salt: Uint8Array): Uint8Array<ArrayBuffer> {
  return blake3(proofDomain, salt, digest).slice(0, metBytes)
}

/** Whether these bytes prove that the peer remembers this meeting. */
export function isProof (bytes: Uint8Array, meeting: Meeting, salt: Uint8Array): boolean {
  const proof = proofOf(meeting, salt)
  return bytes.length === proof.length && proof.every((byte, place) => byte === bytes[place])
}

const meetingDomain = new TextEncoder().encode('hubbub/sync/meeting')
const proofDomain = new TextEncoder().encode('hubbub/sync/met')

/** The last meeting with each peer, as text that a store can keep. Bounded: the one that was used longest ago goes first. */
export interface Meetings {
  recall (peer: string): Meeting | undefined
  remember (peer: string, meeting: Meeting): void
  forget (peer: string): void
  /** What `createMeetings` begins with after a restart: some 150 characters a peer. */
  save (): string
}

/** Peers remembered: more than a hub links to in a week. */
const meetingsMax = 256
const digestLength = 32

/** `saved`: what `save` gave, or anything else: what is not a meeting is passed over. */
export function createMeetings (saved?: unknown): Meetings {
  const meetings = new Map<string, Meeting>()

  function remember (peer: string, meeting: Meeting): void {
    meetings.delete(peer)
    meetings.set(peer, meeting)
    for (const oldest of meetings.keys()) {
      if (meetings.size <= meetingsMax) return
      meetings.delete(oldest)
    }
  }

  for (const line of typeof saved === 'string' ? saved.split('\n') : []) {
    const [peer = '', hex = '', ...numbers] = line.split(' ')
    const digest = fromHex(hex, digestLength)
    const [fromEpoch = -1, untilMs = -1, event = -1] = numbers.map(Number)
    const isMeeting = peer !== '' && digest !== undefined && [fromEpoch, untilMs, event].every(number => Number.isSafeInteger(number) && number >= 0)
    if (isMeeting) remember(peer, { digest, fromEpoch, untilMs, event })
  }

  return {
    recall: peer => meetings.get(peer),
    remember,
    forget: (peer) => { meetings.delete(peer) },
    save: () => [...meetings].map(([peer, { digest, fromEpoch, untilMs, event }]) => `${peer} ${toHex(digest)} ${fromEpoch} ${untilMs} ${event}`).join('\n')
  }
}
