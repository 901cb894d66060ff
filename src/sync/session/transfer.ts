/**
 * The messages of one pass (SPEC.md, S12 to S14, S25): what this side owes goes out read by read, what comes in is counted and handed on. It knows numbers
 * and bytes, not ids, and when both directions are done.
 */
import { payloadBytesMax } from '../frames.ts'
import type { SyncFrame } from '../frames.ts'

/** Members asked of the store at once: five frames of small ones, so that they share a write of the stream below; 2 MiB of the largest. */
const readMembersMax = 256
/** Reads under way: the next is answered while the frames of this one wait for room. */
const readsMax = 2
/** Batches handed on and not yet stored: a stream's window full (S17), so that what is verified and what is written at a time need not wait for each other. */
const takesMax = 32
/** Bytes of a message's envelope in its frame. */
const envelopeBytes = 4

export interface TransferPort {
  send (frame: SyncFrame): void
  /** Whether the other side has got this member from elsewhere. */
  isSpared (member: number): boolean
  /** Asks for the bytes of these members; `read` brings them, in the order in which they were asked for. */
  read (members: Uint32Array): void
  /** Hands on messages that came; `taken` says that they were dealt with. */
  take (messages: readonly Uint8Array[]): void
}

export interface Transfer {
  /** Begins to send. Once a pass. */
  begin (members: Uint32Array): void
  /** The bytes asked for last; undefined where the store has the member no longer. */
  read (messages: ReadonlyArray<Uint8Array | undefined>): void
  receive (messages: readonly Uint8Array[], last: boolean): void
  taken (): void
  readonly sent: number
  readonly spared: number
  readonly toSend: number
  readonly received: number
  /** The other side has sent all that it will. */
  readonly isReceived: boolean
  /** Room for more of theirs. */
  readonly hasRoom: boolean
  /** Both directions are done, and what came was dealt with. */
  readonly isDone: boolean
}

export function createTransfer (port: TransferPort): Transfer {
  let queue: Uint32Array | undefined
  let asked = 0
  let sent = 0
  let spared = 0
  let received = 0
  let takes = 0
  let reads = 0
  let isSent = false
  let isReceived = false

  function readOn (): void {
    while (queue !== undefined && asked < queue.length && reads < readsMax) {
      const members: number[] = []
      for (; asked < queue.length && members.length < readMembersMax; asked++) {
        const member = queue[asked] as number
        if (port.isSpared(member)) spared++
        else members.push(member)
      }
      reads++
      port.read(Uint32Array.from(members))
    }
    isSent = reads === 0
  }

  return {
    begin (members) {
      queue = members
      if (members.length === 0) port.send({ type: 'messages', messages: [], last: true })
      readOn()
    },
    read (messages) {
      const present = messages.filter(message => message !== undefined)
      reads--
      const isLast = reads === 0 && asked === queue?.length
      sent += present.length
      const batches = pack(present)
      batches.forEach((batch, index) => { port.send({ type: 'messages', messages: batch, last: isLast && index === batches.length - 1 }) })
      if (isLast && batches.length === 0) port.send({ type: 'messages', messages: [], last: true })
      readOn()
    },
    receive (messages, last) {
      received += messages.length
      isReceived = last
      if (messages.length === 0) return
      takes++
      port.take(messages)
    },
    taken () { takes-- },
    get sent () { return sent },
    get spared () { return spared },
    get toSend () { return queue?.length ?? 0 },
    get received () { return received },
    get isReceived () { return isReceived },
    get hasRoom () { return takes < takesMax },
    get isDone () { return isSent && isReceived && takes === 0 }
  }
}

/** Batches that fit a frame, in order. */
function pack (messages: readonly Uint8Array[]): Uint8Array[][] {
  const batches: Uint8Array[][] = []
  let room = 0
  for (const message of messages) {
    const bytes = message.length + envelopeBytes
    if (bytes > room) {
      batches.push([])
      room = payloadBytesMax
    }
    batches.at(-1)?.push(message)
    room -= bytes
  }
  return batches
}
