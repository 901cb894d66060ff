import { describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import type { MessageId } from '../message/types.ts'
import { createTraces, earlyMax, holdersMax, reportsMax, waysMax, type TraceReport, type Traces } from './traces.ts'

const [ann, ben, cleo] = ['ann', 'ben', 'cleo'] as [PeerId, PeerId, PeerId]
const idOf = (number: number): MessageId => number.toString(16).padStart(64, '0') as MessageId
const id = idOf(7)
const reportOf = (about = id): TraceReport => ({ id: about, from: ann, hops: 2, atMs: 5 })

function arrive (traces: Traces, about = id, traced = false): void {
  traces.arrived(about, { by: 'gossip', from: ann, hops: 1, traced })
}

describe('the way of a message', () => {
  test('is that of its first arrival; what comes later is counted', () => {
    let nowMs = 100
    const traces = createTraces(() => nowMs)
    arrive(traces, id, true)
    nowMs = 200
    traces.arrived(id, { by: 'comparison', from: ben, hops: null, traced: false })
    traces.duplicate(id, cleo)
    expect(traces.wayOf(id)).toMatchObject({ by: 'gossip', from: ann, hops: 1, arrivalMs: 100, traced: true, duplicates: 1 })
    expect([traces.isTraced(id), traces.isTraced(idOf(8))]).toEqual([true, false])
  })

  test('[T5] is forgotten after 4,096 newer messages', () => {
    const traces = createTraces(() => 0)
    for (let number = 0; number <= waysMax; number += 1) arrive(traces, idOf(number))
    expect(traces.wayOf(idOf(0))).toBeUndefined()
    expect(traces.wayOf(idOf(1))).toBeDefined()
  })
})

describe('[T6] who holds a message', () => {
  test('is told by the first evidence of each, also by what came ahead of the message', () => {
    const traces = createTraces(() => 0)
    traces.noted([id, idOf(8)], ben)
    traces.asked(id, cleo)
    arrive(traces)
    traces.duplicate(id, ben)
    traces.asked(id, cleo)
    traces.reported(reportOf(), 'dora' as PeerId)
    expect([...traces.seenOf(id)!.holders]).toEqual([[ben, 'noted'], [ann, 'sent'], [cleo, 'asked'], ['dora', 'reported']])
    expect([...traces.seenOf(idOf(8))!.holders]).toEqual([[ben, 'noted']])
  })

  test('[T5] is bounded for a message, and for messages that never come', () => {
    const traces = createTraces(() => 0)
    arrive(traces)
    for (let number = 0; number < 2 * holdersMax; number += 1) traces.noted([id], `peer ${number}` as PeerId)
    expect(traces.seenOf(id)!.holders.size).toBe(holdersMax)
    traces.noted(Array.from({ length: earlyMax + 1 }, (_, number) => idOf(100 + number)), ben)
    expect(traces.seenOf(idOf(100))).toBeUndefined()
    expect(traces.seenOf(idOf(101))).toBeDefined()
  })
})

describe('reports', () => {
  test('[T4] count once a hub and message', () => {
    const traces = createTraces(() => 0)
    arrive(traces)
    traces.reported(reportOf(), ben)
    traces.reported({ ...reportOf(), hops: 9 }, ben)
    expect([...traces.wayOf(id)!.seen.reports]).toEqual([[ben, { from: ann, hops: 2, atMs: 5 }]])
  })

  test('[T5] of the oldest messages go first when there are too many', () => {
    const traces = createTraces(() => 0)
    const messages = reportsMax / holdersMax + 1
    for (let number = 0; number < messages; number += 1) {
      arrive(traces, idOf(number))
      for (let hub = 0; hub < holdersMax; hub += 1) traces.reported(reportOf(idOf(number)), `hub ${hub}` as PeerId)
    }
    const counts = Array.from({ length: messages }, (_, number) => traces.wayOf(idOf(number))!.seen.reports.size)
    expect(counts).toEqual([0, ...Array.from({ length: messages - 1 }, () => holdersMax)])
  })

  test('[T5] of messages that never come are bounded as well, and leave no holders behind', () => {
    const traces = createTraces(() => 0)
    const messages = 2 * reportsMax / holdersMax
    for (let number = 0; number < messages; number += 1) {
      for (let hub = 0; hub < holdersMax; hub += 1) traces.reported(reportOf(idOf(number)), `hub ${hub}` as PeerId)
    }
    const all = Array.from({ length: messages }, (_, number) => traces.seenOf(idOf(number))!)
    expect(all.reduce((sum, { reports }) => sum + reports.size, 0)).toBe(reportsMax)
    expect(all.reduce((sum, { holders }) => sum + holders.size, 0)).toBe(reportsMax)
    arrive(traces)
    traces.reported(reportOf(), ben)
    expect(traces.wayOf(id)!.seen.reports.size, 'what came keeps its reports').toBe(1)
  })
})
