/** Fuzz targets of what else comes as bytes: gossip frames and announcements from peers, blocks from the disk. */
import { multiaddr } from '@multiformats/multiaddr'
import { blake3 } from '../base/blake3.ts'
import { toHex } from '../base/bytes.ts'
import type { PeerId } from '../base/peer.ts'
import { decodeFrame, encodeFrame, idsMax, type Frame, type FrameRejection } from '../gossip/frames.ts'
import { messageIdOf } from '../message/codec.ts'
import type { MessageId, PublicKeyHex } from '../message/types.ts'
import { decodeAnnouncement, encodeAnnouncement, type Announced } from '../network/announcement.ts'
import { decodeTraceReports, encodeTraceReports } from '../network/trace-reports.ts'
import { packBlock, unpackBlock } from '../store/blocks.ts'
import type { StoredMessage } from '../store/message-store.ts'
import { accepted, bytesTarget, rejection, same, type FuzzTarget } from './fuzz-target.ts'
import { envelopes, messages, vectorNetwork } from './fuzz-message-targets.ts'

const frameCodes: readonly FrameRejection[] = ['frame-too-large', 'frame-malformed']
const blockCodes = ['checksum-mismatch', 'malformed']

const ids = messages.map(({ header }) => messageIdOf(header))
const [firstId = '' as MessageId] = ids
const frames: readonly Frame[] = [
  { type: 'hello', version: 1, network: vectorNetwork.network, agent: 'hubbub/0.1.0 👋🏽', links: 3 },
  { type: 'full', others: ['12D3KooWA4dJYkHJf61HvfoQJaHiyoqjJxUJGyMhpZDAvpdQkvTd' as PeerId] },
  ...envelopes.map((message, hops): Frame => ({ type: 'gossip', message, hops })),
  { type: 'signer-want', author: firstId as string as PublicKeyHex, signer: firstId as string as PublicKeyHex },
  { type: 'ihave', ids },
  { type: 'ihave', ids: Array.from({ length: idsMax }, () => firstId) },
  { type: 'graft', ids: [firstId] },
  { type: 'ping', nonce: 1 },
  { type: 'pong', nonce: 2 ** 32 - 1 }
]

const peer = '12D3KooWA4dJYkHJf61HvfoQJaHiyoqjJxUJGyMhpZDAvpdQkvTd' as PeerId
const addresses = [
  `/ip4/127.0.0.1/tcp/8080/ws/p2p/${peer}/p2p-circuit/webrtc/p2p/${peer}`, `/dns4/example.org/tcp/443/tls/ws/p2p/${peer}`, '/ip6/::1/udp/9/webrtc-direct', '/unix/%2Ftmp%2Fx'
].map(address => multiaddr(address))
const announced: Announced = {
  addresses, agent: 'hubbub', introducers: [peer], links: [{ peer, link: 'eager', isServer: false, rttMs: 1.5 }, { peer, link: 'lazy', isServer: true, rttMs: null }],
  mode: 'synced', messages: 7, minEpoch: null, maxEpoch: 1_600_000, serving: true, root: 'ab'.repeat(32), checkpoint: 7, authorship: new Uint8Array(128).fill(9)
}

/** The first event of the blocks: what the key says under which a block lies. */
const blockEvent = 7
const checksumBytes = 8
const stored: readonly StoredMessage[] = messages.map((bytes, index) => ({
  bytes, id: messageIdOf(bytes.header), storedAt: 1_735_689_600_000 + index, from: index % 3 === 0 ? null : `${peer}${index % 3}`
}))

export const wireTargets: readonly FuzzTarget[] = [
  bytesTarget({
    name: 'frame',
    samples: frames.map(encodeFrame),
    judge (bytes) {
      const frame = decodeFrame(bytes)
      if (!frame.ok) return rejection(frame.code, frameCodes)
      same('[Grammar] The frame', decodeFrame(encodeFrame(frame.value)), frame)
      return accepted
    }
  }),
  bytesTarget({
    name: 'announcement',
    samples: [encodeAnnouncement({ ...announced, addresses }), encodeAnnouncement({ ...announced, links: [], messages: null, addresses: addresses.slice(0, 1), agent: '' })],
    judge (bytes) {
      const announcement = decodeAnnouncement(bytes)
      if (announcement == null) return 'not-one'
      // What is done with addresses that somebody announced: they are read part by part, and shown.
      for (const address of announcement.addresses) {
        address.getComponents()
        if (address.toString().length === 0 && address.bytes.length > 0) throw new Error('An address has no text.')
      }
      return accepted
    }
  }),
  bytesTarget({
    name: 'trace',
    samples: [1, 32].map((count) => {
      const reports = Array.from({ length: count }, (_, index) => ({ id: firstId, from: peer, hops: index + 1, atMs: 1_735_689_600_000 + index }))
      return encodeTraceReports(reports)
    }),
    judge (bytes) {
      const reports = decodeTraceReports(bytes)
      if (reports == null) return 'not-one'
      same('[T3] The reports', decodeTraceReports(encodeTraceReports(reports)), reports)
      return accepted
    }
  }),
  bytesTarget({
    name: 'block',
    samples: [[], stored.slice(0, 1), stored.slice(1, 4), stored.slice(9, 20)].map(some => packBlock(blockEvent, some).bytes),
    repair (bytes) {
      const repaired = new Uint8Array(bytes)
      if (bytes.length >= checksumBytes) repaired.set(blake3(repaired.subarray(checksumBytes)).subarray(0, checksumBytes))
      return repaired
    },
    judge (bytes) {
      const block = unpackBlock(blockEvent, bytes)
      if (!block.ok) return rejection(block.code, blockCodes)
      if (block.count !== block.events.length) throw new Error('[S2] A block has another number of messages than it says.')
      // Senders that no message has, or that are named twice, are not kept: a block is not canonical, its messages are.
      same('[S2] The messages of a block', unpackBlock(blockEvent, packBlock(blockEvent, block.events).bytes), block)
      const [first] = block.events
      if (first != null && toHex(first.bytes.header) !== toHex(unpackedHeader(bytes))) throw new Error('[S2] A range has another first message than the whole.')
      return accepted
    }
  })
]

function unpackedHeader (block: Uint8Array): Uint8Array {
  const first = unpackBlock(blockEvent, block, { fromEvent: blockEvent, toEvent: blockEvent, limit: 1 })
  return first.ok ? first.events[0]?.bytes.header ?? new Uint8Array(0) : new Uint8Array(0)
}
