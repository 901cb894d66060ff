/**
 * Streams of comparisons over the links of a Maelstrom node: what network/sync-streams.ts is on libp2p. Frames of a session travel in the link's messages,
 * in order, and with the link all its sessions end.
 */
import type { PeerId } from '../../base/peer.ts'
import type { Timer } from '../../base/timer.ts'
import type { SyncNetwork, SyncStream } from '../../hub/sync/sync-stream.ts'
import type { FrameStream, Read } from '../../network/frame-stream.ts'
import { createWindowedStream } from '../../network/windowed-stream.ts'
import type { SyncPart } from './envelope.ts'
import type { Link } from './link.ts'

export interface SyncStreams extends SyncNetwork {
  receive: (peer: PeerId, part: SyncPart) => void
  linkDown: (peer: PeerId) => void
}

export interface SyncStreamsOptions {
  readonly self: PeerId
  /** Those that are up. */
  readonly links: () => readonly Link[]
  readonly onStream: (peer: PeerId, stream: SyncStream) => void
  readonly timer: Timer
}

/** Streams at once on one link: one, and some that are being closed. More are refused. */
const streamsPerLinkMax = 8

interface Channel {
  readonly stream: FrameStream
  readonly receive: (part: SyncPart) => void
  readonly end: () => void
}

export function createSyncStreams ({ self, links, onStream, timer }: SyncStreamsOptions): SyncStreams {
  const channels = new Map<PeerId, Map<string, Channel>>()
  let sessions = 0

  const linkTo = (peer: PeerId): Link | undefined => links().find(link => link.peer === peer)
  const keyOf = (session: number, isOurs: boolean): string => `${isOurs ? 'ours' : 'theirs'} ${session}`

  function create (link: Link, session: number, isOurs: boolean): Channel | undefined {
    const ofPeer = channels.get(link.peer) ?? new Map<string, Channel>()
    if (ofPeer.size >= streamsPerLinkMax) return undefined
    const key = keyOf(session, isOurs)
    const channel = createChannel(
      (frames, end) => { link.sendSync({ session, mine: isOurs, frames, end }) },
      () => { ofPeer.delete(key) }
    )
    ofPeer.set(key, channel)
    channels.set(link.peer, ofPeer)
    return channel
  }

  return {
    peerId: self,
    neighbours: () => links().map(({ peer }) => peer),
    async open (peer) {
      const link = linkTo(peer)
      if (link === undefined) return undefined
      sessions += 1
      const channel = create(link, sessions, true)
      return channel && createWindowedStream(channel.stream, timer)
    },
    receive (peer, part) {
      const isOurs = !part.mine
      const known = channels.get(peer)?.get(keyOf(part.session, isOurs))
      if (known !== undefined) { known.receive(part); return }
      // The last words of a session that ended here, or of one of ours.
      if (isOurs || part.end !== undefined || part.frames.length === 0) return
      const link = linkTo(peer)
      const channel = link && create(link, part.session, false)
      if (channel === undefined) {
        link?.sendSync({ session: part.session, mine: false, frames: [], end: 'aborted' })
        return
      }
      onStream(peer, createWindowedStream(channel.stream, timer))
      channel.receive(part)
    },
    linkDown (peer) {
      for (const channel of channels.get(peer)?.values() ?? []) channel.end()
      channels.delete(peer)
    }
  }
}

/** One session's frames both ways, until both sides have ended it or one has aborted. */
function createChannel (transmit: (frames: Uint8Array[], end?: SyncPart['end']) => void, onOver: () => void): Channel {
  const inbox: Uint8Array[] = []
  /** Nothing more comes; nothing more goes. */
  let isRead = false
  let isWritten = false
  let bytesIn = 0
  let bytesOut = 0
  let reader: (() => void) | undefined

  function settle (): void {
    reader?.()
    if (isRead && isWritten) onOver()
  }

  function end (): void {
    isRead = true
    isWritten = true
    settle()
  }

  return {
    end,
    receive ({ frames, end: how }) {
      for (const frame of frames) {
        bytesIn += frame.byteLength
        if (!isRead) inbox.push(frame) // the window above it bounds these (windowed-stream.ts)
      }
      if (how === 'aborted') end()
      else {
        isRead ||= how === 'closed'
        settle()
      }
    },
    stream: {
      async read (): Promise<Read> {
        while (inbox.length === 0 && !isRead) await new Promise<void>((resolve) => { reader = resolve })
        const bytes = inbox.shift()
        return bytes === undefined ? { type: 'end' } : { type: 'frame', bytes }
      },
      send (frame) {
        if (isWritten) return 'closed'
        bytesOut += frame.byteLength
        transmit([frame])
        return 'queued'
      },
      async close () {
        if (isWritten) return
        isWritten = true
        transmit([], 'closed')
        settle()
      },
      abort () {
        if (isRead && isWritten) return
        transmit([], 'aborted')
        inbox.length = 0
        end()
      },
      get bytesIn () { return bytesIn },
      get bytesOut () { return bytesOut }
    }
  }
}
