import './fixtures/node.ts'
import { setImmediate as promisesToGoOn } from 'node:timers/promises'
import type { Libp2p } from '@libp2p/interface'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import type { HubView } from '../hub/api.ts'
import { epochOf } from '../message/epoch.ts'
import type { NetworkId } from '../message/types.ts'
import { addressOf, startNode, type TestNode } from './fixtures/node.ts'
import { createFrameStream } from './frame-stream.ts'
import { globalView } from './global-state.ts'
import type { Link } from './link.ts'
import { createLinks, type Links } from './links.ts'
import { decodeStatus, encodeStatus, type PeerStatus } from './status.ts'
import { createStatusExchange, statusProtocol, type StatusExchange } from './status-exchange.ts'

const nowMs = 1_750_000_000_000
const status: PeerStatus = { mode: 'synced', serving: true, messages: 7, minEpoch: 3, maxEpoch: epochOf(nowMs), root: 'ab'.repeat(32), checkpoint: 12 }

test('[N1] a status is what its bytes say, whatever is left out', () => {
  const nothing: PeerStatus = { mode: null, serving: false, messages: null, minEpoch: null, maxEpoch: null, root: null, checkpoint: null }
  for (const given of [status, nothing]) expect(decodeStatus(encodeStatus(given), nowMs)).toEqual(given)
})

test('[N2] any bytes are a status or nothing', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    const read = decodeStatus(bytes, nowMs)
    if (bytes.byteLength > 256) expect(read).toBeUndefined()
    if (read?.root != null) expect(read.root).toHaveLength(64)
  }), { seed: 1 })
  expect(decodeStatus(encodeStatus({ ...status, root: 'ab'.repeat(31) }), nowMs)?.root).toBeNull()
})

test('[N3] heights that cannot be are cut to the next epoch', () => {
  const read = decodeStatus(encodeStatus({ ...status, minEpoch: 2 ** 31, maxEpoch: 2 ** 31, checkpoint: 2 ** 31 }), nowMs)
  const next = epochOf(nowMs) + 1
  expect(read).toMatchObject({ minEpoch: next, maxEpoch: next, checkpoint: next })
})

test('[N4] one liar raises no height of the global state, and what is old counts no more', () => {
  const heard = (peerId: string, changes: Partial<HubView>): HubView => ({
    peerId, agent: '', mode: 'synced', messages: 10, minEpoch: null, maxEpoch: 5, serving: false, introducers: [], links: [], heardAt: nowMs, linked: false, author: null, authorProven: false, ...changes
  })
  const neighbours = ['ann', 'liar'] as PeerId[]
  const told: Record<string, PeerStatus> = { ann: { ...status, messages: 100, maxEpoch: 6 }, liar: { ...status, mode: 'sync', messages: 9_999_999, maxEpoch: 99 } }
  const announced = [heard('ann', { messages: 1, maxEpoch: 1 }), heard('ben', {}), heard('gone', { heardAt: nowMs - 1_000_000 })]
  expect(globalView({ neighbours, statusOf: peer => told[peer], announced, nowMs })).toEqual({ hubs: 3, synced: 2, serving: 2, messages: 100, maxEpoch: 6 })
  expect(globalView({ neighbours: [], statusOf: () => undefined, announced: [], nowMs })).toMatchObject({ hubs: 0, messages: null })
})

interface Side {
  readonly node: TestNode
  readonly peer: PeerId
  readonly links: Links
  readonly statuses: StatusExchange
}

let clockMs = nowMs

async function startSide (messages: number): Promise<Side> {
  const node = await startNode(onTestFinished)
  const links = await createLinks({
    libp2p: node, network: 'ab'.repeat(32) as NetworkId, agent: 'test', now: () => clockMs, report: () => undefined,
    handlers: { onUp: () => { statuses.tick() }, onDown: (peer) => { statuses.linkDown(peer) }, onFrame: async () => undefined }
  })
  const statuses: StatusExchange = await createStatusExchange({ libp2p: node, links, own: () => ({ ...status, messages }), now: () => clockMs })
  return { node, peer: node.peerId.toString() as PeerId, links, statuses }
}

test('[N1] a neighbour that went while it was asked is asked at once when it is linked again', async () => {
  const peer = 'b' as PeerId
  const asked: Array<(error: Error) => void> = []
  const connection = { newStream: async () => new Promise((_resolve, reject) => { asked.push(reject) }) }
  const link = { peer, connection } as unknown as Link
  const libp2p = { peerId: 'a', handle: async () => undefined, unhandle: async () => undefined } as unknown as Libp2p
  const links = { get: () => link, all: () => [link], arrival: async () => link }
  const exchange = await createStatusExchange({ libp2p, links, own: () => status, now: () => nowMs })
  exchange.tick()
  exchange.linkDown(peer)
  asked[0]?.(new Error('The link is gone.'))
  await promisesToGoOn()
  exchange.tick()
  expect(asked).toHaveLength(2)
})

test('[N1] [N2] [N3] both know both after one exchange; it ages, and is asked again; junk ends the link', async () => {
  clockMs = nowMs
  const [one, other] = await Promise.all([startSide(1), startSide(2)])
  await one.links.open(await one.node.dial(addressOf(other.node)))
  const known = (): unknown[] => [one.statuses.of(other.peer)?.messages, other.statuses.of(one.peer)?.messages]
  await expect.poll(known, { interval: 1 }).toEqual([2, 1])
  clockMs += 76_000
  expect(known()).toEqual([undefined, undefined])
  for (const { statuses } of [one, other]) statuses.tick()
  await expect.poll(known, { interval: 1 }).toEqual([2, 1])

  const stream = createFrameStream(await one.links.get(other.peer)!.connection.newStream(statusProtocol))
  stream.send(Uint8Array.of(0xff, 0xff))
  await expect.poll(() => other.links.get(one.peer), { interval: 1 }).toBeUndefined()
  expect(other.links.lastEnd(one.peer)?.code).toBe('frame-malformed')
  expect(known()[1]).toBeUndefined()
})
