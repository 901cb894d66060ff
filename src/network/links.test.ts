import './fixtures/node.ts'
import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import { encodeFrame, gossipProtocol, gossipVersion, type Frame } from '../gossip/frames.ts'
import type { MessageId, NetworkId } from '../message/types.ts'
import { addressOf, startNode, type TestNode, type TestNodeOptions } from './fixtures/node.ts'
import { createFaults, type Faults } from './faults.ts'
import { createFrameStream, type FrameStream } from './frame-stream.ts'
import type { Link, LinkEnd, LinkFrame } from './link.ts'
import { createLinks, type Links } from './links.ts'

const network = 'ab'.repeat(32) as NetworkId

interface Side {
  readonly node: TestNode
  readonly peer: PeerId
  readonly links: Links
  readonly reports: Report[]
  /** What was told of neighbours, in order. */
  readonly told: Array<['up', string] | ['down', LinkEnd['code']]>
  readonly frames: LinkFrame[]
}

async function startSide (options: TestNodeOptions = {}, own: NetworkId = network, faults?: Faults): Promise<Side> {
  const node = await startNode(onTestFinished, options)
  const reports: Report[] = []
  const told: Side['told'] = []
  const frames: LinkFrame[] = []
  const links = await createLinks({
    libp2p: node, network: own, agent: 'test', now: () => 0, ...faults != null && { faults },
    report: (report) => { reports.push(report) },
    handlers: {
      onUp: (link) => { told.push(['up', link.path]) },
      onDown: (_peer, end) => { told.push(['down', end.code]) },
      onFrame: async (frame) => { frames.push(frame) }
    }
  })
  return { node, peer: node.peerId.toString() as PeerId, links, reports, told, frames }
}

/** Two sides; the first has the lower peer id. */
async function startTwo (): Promise<[Side, Side]> {
  const sides = await Promise.all([startSide(), startSide()])
  return sides[0].peer < sides[1].peer ? sides : [sides[1], sides[0]]
}

const dial = async (from: Side, to: Side): Promise<Connection> => from.node.dial(addressOf(to.node), { force: true })
const connectionTo = (side: Side, other: Side): Connection => side.node.getConnections(other.node.peerId)[0]!
const linkOf = (side: Side, other: Side): Link => side.links.get(other.peer)!
const bothUp = async (a: Side, b: Side): Promise<void> => {
  await expect.poll(() => [a.links.get(b.peer) != null, b.links.get(a.peer) != null], { interval: 1 }).toEqual([true, true])
}

let marks = 0
/** Frames cross both ways. */
async function expectCrossing (a: Side, b: Side): Promise<void> {
  for (const [from, to] of [[a, b], [b, a]] as const) {
    const frame: Frame = { type: 'graft', ids: [(marks += 1).toString(16).padStart(64, '0') as MessageId] }
    await expect.poll(() => {
      linkOf(from, to).send(frame)
      return to.frames
    }, { interval: 5 }).toContainEqual(frame)
  }
}

/** A gossip stream whose other end is written by hand. */
async function openByHand (from: TestNode, to: Side): Promise<FrameStream> {
  const connection = await from.dial(addressOf(to.node))
  return createFrameStream(await connection.newStream(gossipProtocol))
}

describe('[G5] a link', () => {
  test('is up on both sides once both greeted, and down on both when one closes it', async () => {
    const [a, b] = await startTwo()
    const link = await a.links.open(await dial(a, b))
    expect(link?.peer).toBe(b.peer)
    await bothUp(a, b)
    await expectCrossing(a, b)
    await link?.close()
    await expect.poll(() => [a.told, b.told], { interval: 1 }).toEqual([[['up', 'server'], ['down', undefined]], [['up', 'server'], ['down', undefined]]])
    expect([...a.links.all(), ...b.links.all()]).toEqual([])
    expect(a.links.lastEnd(b.peer)?.code).toBeUndefined()
    expect([a.links.scores.of(b.peer), b.links.scores.of(a.peer)]).toEqual([0, 0])
  })

  test('is down when its connection ends', async () => {
    const [a, b] = await startTwo()
    const connection = await dial(a, b)
    await a.links.open(connection)
    await bothUp(a, b)
    connection.abort(new Error('the cable was pulled'))
    await expect.poll(() => [a.told.at(-1)?.[0], b.told.at(-1)?.[0]], { interval: 1 }).toEqual(['down', 'down'])
  })

  test('of the same side gives way to a newer one, without a word of being down', async () => {
    const [a, b] = await startTwo()
    await a.links.open(await dial(a, b))
    await bothUp(a, b)
    const [older, olderThere] = [linkOf(a, b), linkOf(b, a)]
    const newer = await a.links.open(await dial(a, b))
    await Promise.all([older.ended, olderThere.ended])
    expect(linkOf(a, b)).toBe(newer)
    expect([a.links.all().length, b.links.all().length]).toEqual([1, 1])
    await expectCrossing(a, b)
    expect([a.told, b.told]).toEqual([[['up', 'server'], ['up', 'server']], [['up', 'server'], ['up', 'server']]])
  })

  test('opened by the lower peer id stays, whichever was first', async () => {
    for (const lowerFirst of [true, false]) {
      const [low, high] = await startTwo()
      await dial(low, high)
      await expect.poll(() => connectionTo(high, low), { interval: 1 }).toBeDefined()
      const open = [async () => low.links.open(connectionTo(low, high)), async () => high.links.open(connectionTo(high, low))] as const
      const [first, second] = lowerFirst ? open : [open[1], open[0]]
      await first()
      await bothUp(low, high)
      const [before, beforeThere] = [linkOf(low, high), linkOf(high, low)]
      await second()
      if (!lowerFirst) await Promise.all([before.ended, beforeThere.ended])
      await expectCrossing(low, high)
      expect([low.links.all().length, high.links.all().length]).toEqual([1, 1])
      expect([linkOf(low, high) === before, linkOf(high, low) === beforeThere]).toEqual([lowerFirst, lowerFirst])
    }
  })

  test('is one when both open at the same moment', async () => {
    const [low, high] = await startTwo()
    await dial(low, high)
    await expect.poll(() => connectionTo(high, low), { interval: 1 }).toBeDefined()
    await Promise.all([low.links.open(connectionTo(low, high)), high.links.open(connectionTo(high, low))])
    await bothUp(low, high)
    await expectCrossing(low, high)
    expect([low.links.all().length, high.links.all().length]).toEqual([1, 1])
  })

  test('through a relay gives way to another, and does not replace it', async () => {
    const relay = await startNode(onTestFinished, { relays: true })
    const b = await startSide({ listen: ['/ip4/127.0.0.1/tcp/0/ws', `${addressOf(relay).toString()}/p2p-circuit`] })
    const a = await startSide()
    const circuit = multiaddr(`${addressOf(relay).toString()}/p2p-circuit/p2p/${b.peer}`)
    await expect.poll(() => b.node.getMultiaddrs().some(own => own.toString().includes('p2p-circuit')), { interval: 5 }).toBe(true)
    await a.links.open(await a.node.dial(circuit))
    await bothUp(a, b)
    expect([linkOf(a, b).path, linkOf(b, a).path]).toEqual(['relayed', 'relayed'])
    await expectCrossing(a, b)
    const better = await a.links.open(await dial(a, b))
    await expect.poll(() => [linkOf(a, b).path, linkOf(b, a).path], { interval: 1 }).toEqual(['server', 'server'])
    expect(await a.links.open(await a.node.dial(circuit, { force: true }))).toBe(better)
    await expectCrossing(a, b)
    expect(a.told).toEqual([['up', 'relayed'], ['up', 'server']])
    // A connection of two hubs is there for its link: the relayed ones went with theirs.
    await expect.poll(() => a.node.getConnections(b.node.peerId).filter(({ limits }) => limits != null), { interval: 5 }).toEqual([])
  })
})

describe('a neighbour', () => {
  test('[G2] of another network is not linked, and it is no offence', async () => {
    const [a, b] = [await startSide(), await startSide({}, 'cd'.repeat(32) as NetworkId)]
    expect(await a.links.open(await dial(a, b))).toBeUndefined()
    expect(a.links.lastEnd(b.peer)?.code).toBe('wrong-network')
    expect(a.reports).toMatchObject([{ type: 'rejected', peer: b.peer, code: 'wrong-network' }])
    expect([a.links.scores.of(b.peer), a.told]).toEqual([0, []])
  })

  test('that speaks no gossip is not linked, and nothing is wrong with its connection', async () => {
    const a = await startSide()
    const silent = await startNode(onTestFinished)
    const connection = await a.node.dial(addressOf(silent))
    expect(await a.links.open(connection)).toBeUndefined()
    expect([connection.status, a.reports]).toEqual(['open', []])
  })

  test('[G4][G7] that sends invalid bytes is cut off and scored, and refused after the fourth time', async () => {
    const a = await startSide()
    const liar = await startNode(onTestFinished)
    const peer = liar.peerId.toString() as PeerId
    const hello = encodeFrame({ type: 'hello', version: gossipVersion, network, agent: 'liar', links: 0 })
    for (let offences = 1; offences <= 4; offences += 1) {
      const stream = await openByHand(liar, a)
      stream.send(hello)
      await expect.poll(() => a.links.get(peer), { interval: 1 }).toBeDefined()
      stream.send(Uint8Array.of(255, 1))
      await expect.poll(() => a.links.get(peer), { interval: 1 }).toBeUndefined()
      expect([a.links.scores.of(peer), a.links.lastEnd(peer)?.code]).toEqual([-25 * offences, 'frame-malformed'])
    }
    const refused = await openByHand(liar, a)
    refused.send(hello)
    expect((await refused.read()).type).not.toBe('frame')
    expect([a.links.get(peer), a.told.length]).toEqual([undefined, 8])
  })
})

test('stopping ends all links in order and takes no more', async () => {
  const [a, b] = await startTwo()
  await a.links.open(await dial(a, b))
  await bothUp(a, b)
  await a.links.stop()
  await expect.poll(() => [a.links.all().length, b.links.all().length], { interval: 1 }).toEqual([0, 0])
  expect(await b.links.open(await dial(b, a))).toBeUndefined()
})

test('injected faults: a neighbour out of reach hears nothing more, is told nothing, and gets no other link', async () => {
  const faults = createFaults({ report: () => undefined })
  const [a, b] = await Promise.all([startSide({}, network, faults), startSide()])
  await a.links.open(await dial(a, b))
  await bothUp(a, b)
  await expectCrossing(a, b)
  faults.set({ drop: 0, delayMs: 0, partition: [b.peer] })
  const before = [a.frames.length, b.frames.length]
  const graft: Frame = { type: 'graft', ids: ['01'.repeat(32) as MessageId] }
  expect(linkOf(a, b).send(graft)).toBe('queued')
  linkOf(b, a).send(graft)
  // A frame that comes back would come before the answer to this one.
  await a.node.services.ping.ping(addressOf(b.node))
  expect([a.frames.length, b.frames.length]).toEqual(before)
  await linkOf(a, b).close()
  await expect.poll(() => b.links.get(a.peer), { interval: 1 }).toBeUndefined()
  expect(await a.links.open(await dial(a, b))).toBeUndefined()
  expect(await b.links.open(await dial(b, a))).toBeUndefined()
  faults.set(null)
  await a.links.open(await dial(a, b))
  await bothUp(a, b)
  await expectCrossing(a, b)
})
