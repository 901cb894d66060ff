import { addressOf, startNode, type TestNode } from './fixtures/node.ts'
import type { GossipSub } from '@libp2p/gossipsub'
import type { Libp2p } from '@libp2p/interface'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Report } from '../base/event-log.ts'
import type { PeerId } from '../base/peer.ts'
import type { TraceReport } from '../hub/traces.ts'
import type { MessageId, NetworkId } from '../message/types.ts'
import { TraceReports as WireReports } from './trace.pb.ts'
import { createTraceReports, decodeTraceReports, encodeTraceReports, reportsPerMessageMax, traceTopic, type TraceReports } from './trace-reports.ts'

const network = 'ab'.repeat(32) as NetworkId
const from = '12D3KooWAcXhypmBRDpyFDhCuBrs3USkaqTcEspExW6mZVFVXc8f' as PeerId
const reportOf = (number: number): TraceReport => ({ id: number.toString(16).padStart(64, '0') as MessageId, from, hops: 1 + number % 200, atMs: 1_735_689_600_000 + number })
const some = (count: number): TraceReport[] => Array.from({ length: count }, (_, number) => reportOf(number))

describe('[T2] reports', () => {
  test('are read as they were written, and as many as may be together fit', () => {
    expect(decodeTraceReports(encodeTraceReports(some(reportsPerMessageMax)))).toEqual(some(reportsPerMessageMax))
    expect(decodeTraceReports(encodeTraceReports(some(reportsPerMessageMax + 1)))).toBeUndefined()
  })

  const wire = { id: new Uint8Array(32), from: from as string, hops: 1, at: 0 }
  test.for<[string, Partial<typeof wire>]>([
    ['a short id', { id: new Uint8Array(31) }], ['nobody it came from', { from: '' }], ['a sentence for a peer id', { from: 'it came from ann' }],
    ['a long peer id', { from: 'a'.repeat(65) }], ['no hop', { hops: 0 }], ['too many hops', { hops: 257 }]
  ])('[T3] with %s are none', ([, wrong]) => {
    expect(decodeTraceReports(WireReports.encode({ reports: [wire] }))).toHaveLength(1)
    expect(decodeTraceReports(WireReports.encode({ reports: [wire, { ...wire, ...wrong }] }))).toBeUndefined()
  })

  test('[T3] are told from any other bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const read = decodeTraceReports(bytes)
      if (read != null) expect(decodeTraceReports(encodeTraceReports(read))).toEqual(read)
    }), { numRuns: 2_000 })
    expect(decodeTraceReports(new Uint8Array(0))).toBeUndefined()
  })
})

interface Reporter extends TraceReports { readonly heard: Array<[PeerId, TraceReport]>, readonly reports: Report[] }

function report (libp2p: Libp2p<{ pubsub: GossipSub }>, now: () => number = () => 0): Reporter {
  const heard: Reporter['heard'] = []
  const reports: Report[] = []
  const made = createTraceReports({
    libp2p, network, now,
    report: (told) => { reports.push(told) },
    onReport: (told, by) => { heard.push([by, told]) }
  })
  onTestFinished(made.stop)
  return { ...made, heard, reports }
}

interface FakeLibp2p {
  readonly libp2p: Libp2p<{ pubsub: GossipSub }>
  readonly published: Uint8Array[]
  readonly bring: (data: Uint8Array, by: string) => void
}

/** libp2p, as far as it takes and brings messages of one topic. */
function fakeLibp2p (): FakeLibp2p {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => { vi.useRealTimers() })
  const published: Uint8Array[] = []
  const pubsub = Object.assign(new EventTarget(), {
    subscribe: () => undefined, unsubscribe: () => undefined, publish: async (_topic: string, data: Uint8Array) => { published.push(data) }
  })
  return {
    libp2p: { services: { pubsub }, peerId: 'self' } as unknown as Libp2p<{ pubsub: GossipSub }>,
    published,
    bring: (data, by) => { pubsub.dispatchEvent(new CustomEvent('message', { detail: { topic: traceTopic(network), type: 'signed', from: by, data } })) }
  }
}

describe('on the control plane', () => {
  test('two hubs hear each other\'s reports; junk is told of', async () => {
    const nodes: [TestNode, TestNode] = [await startNode(onTestFinished), await startNode(onTestFinished)]
    await nodes[0].dial(addressOf(nodes[1]))
    const [one, other] = [report(nodes[0]), report(nodes[1])]
    let number = 0
    await expect.poll(() => {
      one.tell(reportOf(number += 1))
      return other.heard.length
    }, { timeout: 5_000, interval: 100 }).toBeGreaterThan(0)
    expect(other.heard[0]).toEqual([nodes[0].peerId.toString(), expect.objectContaining({ from, hops: expect.any(Number) as number })])
    expect(one.heard).toEqual([])
    await nodes[0].services.pubsub.publish(traceTopic(network), Uint8Array.of(255, 1))
    await expect.poll(() => other.reports, { timeout: 5_000, interval: 5 }).toMatchObject([{ type: 'rejected', peer: nodes[0].peerId.toString(), code: 'trace-malformed' }])
  })

  test('[T2] this hub\'s are gathered for 200 ms, 32 in one, and no more than 64 at once and 8 a second', () => {
    const { libp2p, published } = fakeLibp2p()
    let nowMs = 0
    const { tell } = report(libp2p, () => nowMs)
    for (let number = 0; number < 100; number += 1) tell(reportOf(number))
    vi.advanceTimersByTime(199)
    expect(published).toEqual([])
    vi.advanceTimersByTime(1)
    expect(published.map(data => decodeTraceReports(data)?.length)).toEqual([32, 32])
    nowMs = 1_000
    for (let number = 0; number < 100; number += 1) tell(reportOf(number))
    vi.advanceTimersByTime(200)
    expect(published.slice(2).map(data => decodeTraceReports(data)?.length)).toEqual([8])
  })

  test('[T3] of one hub 128 are read at once, whatever another sends', () => {
    const { libp2p, bring } = fakeLibp2p()
    const { heard } = report(libp2p)
    for (let message = 0; message < 10; message += 1) bring(encodeTraceReports(some(32)), 'ann')
    bring(encodeTraceReports(some(1)), 'ben')
    bring(encodeTraceReports(some(1)), 'self')
    expect(heard.map(([by]) => by)).toEqual([...Array.from({ length: 128 }, () => 'ann'), 'ben'])
  })
})
