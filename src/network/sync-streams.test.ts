import './fixtures/node.ts'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import type { NetworkId } from '../message/types.ts'
import { syncProtocol, type SyncStream } from '../hub/sync/sync-stream.ts'
import { multiaddr } from '@multiformats/multiaddr'
import { addressOf, startNode, type TestNode, type TestNodeOptions } from './fixtures/node.ts'
import { createLinks, type Links } from './links.ts'
import { createSyncStreams, type SyncStreams } from './sync-streams.ts'

const network = 'ab'.repeat(32) as NetworkId

interface Side {
  readonly node: TestNode
  readonly peer: PeerId
  readonly links: Links
  readonly streams: SyncStreams
  readonly accepted: Array<{ readonly peer: PeerId, readonly stream: SyncStream }>
}

async function startSide (options: TestNodeOptions = {}): Promise<Side> {
  const node = await startNode(onTestFinished, options)
  const links = await createLinks({
    libp2p: node, network, agent: 'test', now: () => 0, report: () => undefined,
    handlers: { onUp: () => undefined, onDown: () => undefined, onFrame: async () => undefined }
  })
  const accepted: Side['accepted'] = []
  const streams = await createSyncStreams({ libp2p: node, links, protocol: syncProtocol, onStream: (peer, stream) => { accepted.push({ peer, stream }) } })
  return { node, peer: node.peerId.toString() as PeerId, links, streams, accepted }
}

describe('streams of diff sync', () => {
  test('are opened to a neighbour, and carry frames both ways until one side closes', async () => {
    const [one, other] = await Promise.all([startSide(), startSide()])
    expect(await one.streams.open(other.peer)).toBeUndefined()
    await one.links.open(await one.node.dial(addressOf(other.node)))
    await expect.poll(() => [one, other].map(({ streams }) => streams.neighbours()), { interval: 1 }).toEqual([[other.peer], [one.peer]])
    const stream = (await one.streams.open(other.peer))!
    stream.send(Uint8Array.of(1))
    await expect.poll(() => other.accepted.length, { interval: 1 }).toBe(1)
    const [{ peer, stream: far }] = other.accepted as [Side['accepted'][0]]
    expect(peer).toBe(one.peer)
    expect(await far.read()).toEqual({ type: 'frame', bytes: Uint8Array.of(1) })
    far.send(Uint8Array.of(2))
    far.close()
    expect(await stream.read()).toEqual({ type: 'frame', bytes: Uint8Array.of(2) })
    expect(await stream.read()).toEqual({ type: 'end', code: undefined })
    stream.close()
    await other.streams.stop()
    expect(await one.streams.open(other.peer)).toBeUndefined()
  })

  test('are not for whoever has no link, nor for a relayed one', async () => {
    const [relay, one] = await Promise.all([startNode(onTestFinished, { relays: true }), startSide()])
    const stranger = await startNode(onTestFinished)
    const stream = await (await stranger.dial(addressOf(one.node))).newStream(syncProtocol)
    await expect.poll(() => stream.status, { timeout: 10_000, interval: 20 }).not.toBe('open')
    expect(one.accepted).toEqual([])

    const hidden = await startSide({ listen: [`${addressOf(relay).toString()}/p2p-circuit`] })
    await expect.poll(() => hidden.node.getMultiaddrs().length, { timeout: 5_000, interval: 20 }).toBeGreaterThan(0)
    const circuit = await one.node.dial(multiaddr(`${addressOf(relay).toString()}/p2p-circuit/p2p/${hidden.peer}`))
    expect((await one.links.open(circuit))?.path).toBe('relayed')
    expect(one.streams.neighbours()).toEqual([])
    expect(await one.streams.open(hidden.peer)).toBeUndefined()
  })
})
