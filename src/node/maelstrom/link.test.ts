import { describe, expect, test } from 'vitest'
import type { PeerId } from '../../base/peer.ts'
import type { Timer } from '../../base/timer.ts'
import { encodeFrame, gossipVersion } from '../../gossip/frames.ts'
import type { NetworkId } from '../../message/types.ts'
import type { Envelope } from './envelope.ts'
import { createLink, type Link, type LinkFrame } from './link.ts'
import { profiles } from './profile.ts'

const network = 'ab'.repeat(32) as NetworkId
const timing = profiles.latency.link
const batchMs = 50
const wayMs = 100

interface End {
  readonly link: Link
  readonly frames: LinkFrame[]
  readonly story: string[]
  readonly roundTrips: number[]
}

interface Pair {
  readonly one: End
  readonly other: End
  /** What each side sent, dropped or not. */
  readonly sent: Array<{ readonly from: 0 | 1, readonly envelope: Envelope, readonly atMs: number }>
  /** Whether what that side sends arrives. */
  readonly open: [boolean, boolean]
  /** Longer ways of single envelopes, by their number, from the first side. */
  readonly delays: Map<number, number>
  run: (ms: number) => void
}

/** Two ends with a network between them, and a clock that is moved by hand. */
function pair ({ agentNetwork = network }: { readonly agentNetwork?: NetworkId } = {}): Pair {
  let nowMs = 1_000
  let lives = 0
  const due: Array<{ readonly atMs: number, action: (() => void) | undefined }> = []
  const timer: Timer = (ms, action) => {
    const event: { atMs: number, action: (() => void) | undefined } = { atMs: nowMs + ms, action }
    due.push(event)
    return () => { event.action = undefined }
  }
  const sent: Pair['sent'] = []
  const open: Pair['open'] = [true, true]
  const delays = new Map<number, number>()

  function end (from: 0 | 1): End {
    const frames: LinkFrame[] = []
    const story: string[] = []
    const roundTrips: number[] = []
    const link = createLink({
      peer: `n${1 - from}` as PeerId, network: from === 0 ? network : agentNetwork, agent: 'test', links: () => 1, timing, batchMs, now: () => nowMs, timer,
      newLife: () => { lives += 1; return lives },
      transmit: (envelope) => {
        sent.push({ from, envelope, atMs: nowMs })
        timer(wayMs + (from === 0 ? delays.get(envelope.number) ?? 0 : 0), () => { if (open[from]) ends[1 - from]?.link.receive(envelope) })
      },
      onUp: () => story.push('up'),
      onDown: sentence => story.push(`down: ${sentence}`),
      onFrame: frame => frames.push(frame),
      onSync: () => undefined,
      onRoundTrip: rttMs => roundTrips.push(rttMs),
      onRefused: sentence => story.push(`refused: ${sentence}`)
    })
    return { link, frames, story, roundTrips }
  }
  const ends = [end(0), end(1)] as const

  function run (ms: number): void {
    const endMs = nowMs + ms
    for (;;) {
      due.sort((a, b) => a.atMs - b.atMs)
      const next = due[0]
      if (next === undefined || next.atMs > endMs) break
      due.shift()
      nowMs = next.atMs
      next.action?.()
    }
    nowMs = endMs
  }
  const beat = (): void => {
    for (const { link } of ends) link.beat()
    timer(timing.beatMs, beat)
  }
  timer(timing.beatMs, beat)
  return { one: ends[0], other: ends[1], sent, open, delays, run }
}

function linked (): Pair {
  const made = pair()
  made.one.link.dial()
  made.run(1_000)
  return made
}

const prune = (counter: number): LinkFrame => ({ type: 'prune', counter })

describe('a link over Maelstrom', () => {
  test('[L6] is up at both ends after one greeting each way, and knows the round trip', () => {
    const { one, other, sent } = linked()
    expect([one.story, other.story]).toEqual([['up'], ['up']])
    expect(sent.filter(({ envelope }) => envelope.number === 0)).toHaveLength(2)
    expect(one.roundTrips).toEqual([2 * wayMs])
  })

  test('[L6] is up once when both sides begin it at the same moment', () => {
    const { one, other, run } = pair()
    one.link.dial()
    other.link.dial()
    run(1_000)
    expect([one.story, other.story]).toEqual([['up'], ['up']])
  })

  test('[L6] is not made by one direction alone, and is once the other one works', () => {
    const { one, other, open, run } = pair()
    open[1] = false
    for (let tries = 0; tries < 5; tries += 1) {
      one.link.dial()
      run(timing.redialMs)
    }
    expect([one.link.isUp, other.link.isUp]).toEqual([false, false])
    open[1] = true
    one.link.dial()
    run(1_000)
    expect([one.story, other.story]).toEqual([['up'], ['up']])
  })

  test('[L6] refuses a hub of another network', () => {
    const { one, other, run } = pair({ agentNetwork: 'cd'.repeat(32) as NetworkId })
    one.link.dial()
    run(1_000)
    expect([one.link.isUp, other.link.isUp, other.story]).toEqual([false, false, [expect.stringMatching(/another network/)]])
  })

  test('[L7] hands on in order what was overtaken on the way', () => {
    const { one, other, sent, delays, run } = linked()
    delays.set(1 + Math.max(...sent.filter(({ from }) => from === 0).map(({ envelope }) => envelope.number)), 300)
    for (const counter of [1, 2, 3]) {
      one.link.send(prune(counter))
      run(batchMs + 10)
    }
    expect(other.frames).toEqual([])
    run(1_000)
    expect(other.frames).toEqual([1, 2, 3].map(prune))
    expect(other.story).toEqual(['up'])
  })

  test('[L7] ends and begins anew when something was lost, and the frames after it belong to nobody', () => {
    const { one, other, open, run } = linked()
    open[0] = false
    one.link.send(prune(1))
    run(wayMs + batchMs)
    open[0] = true
    one.link.send(prune(2))
    run(3_000)
    expect(other.frames).toEqual([])
    expect(other.story).toEqual(['up', expect.stringMatching(/lost/), 'up'])
    expect(one.story).toEqual(['up', expect.stringMatching(/anew/), 'up'])
    one.link.send(prune(3))
    run(1_000)
    expect(other.frames).toEqual([prune(3)])
  })

  test('[L7] a loss after which nothing is sent is found by the ping', () => {
    const { one, other, open, run } = linked()
    open[0] = false
    one.link.send(prune(1))
    run(wayMs + batchMs)
    open[0] = true
    run(timing.pingAfterMs + 2_500)
    expect(other.story).toEqual(['up', expect.stringMatching(/lost/), 'up'])
  })

  test('[L8] ends after silence, and costs a ping now and then while there is nothing to say', () => {
    const { one, other, sent, open, run } = linked()
    const before = sent.length
    run(20_000)
    expect([one.story, other.story]).toEqual([['up'], ['up']])
    expect(sent.length - before).toBeLessThanOrEqual(2 * 2 * 20_000 / timing.pingAfterMs)
    open[0] = open[1] = false
    run(timing.deadAfterMs + 1_000)
    expect([one.story, other.story]).toEqual([['up', expect.stringMatching(/Nothing came/)], ['up', expect.stringMatching(/Nothing came/)]])
    expect(one.link.send(prune(1))).toBe(false)
  })

  test('[L5] an envelope of an earlier life is not taken, and its sender learns that the life is over', () => {
    const { one, other, open, run } = linked()
    open[1] = false
    other.link.close('for a test')
    run(wayMs)
    open[1] = true
    one.link.send(prune(1))
    run(1_000)
    expect(other.frames).toEqual([])
    expect(one.story).toEqual(['up', expect.stringMatching(/closed/)])
  })

  test('[L9] sends at once after a pause, and then once a slice; a ping does not wait', () => {
    const { one, other, sent, run } = linked()
    const before = sent.length
    for (let counter = 1; counter <= 20; counter += 1) {
      one.link.send(prune(counter))
      run(10)
    }
    const times = sent.slice(before).map(({ atMs }) => atMs)
    expect(times.length).toBeLessThanOrEqual(1 + 200 / batchMs)
    expect(times.slice(1).every(atMs => atMs % batchMs === 0)).toBe(true)
    run(1_000)
    expect(other.frames).toHaveLength(20)
  })

  test('what is no frame for a link ends it', () => {
    const { one, other, sent, run } = linked()
    const last = sent.filter(({ from }) => from === 0).at(-1)?.envelope
    if (last === undefined) throw new Error('Nothing was sent.')
    for (const gossip of [[new Uint8Array([255, 255])], [encodeFrame({ type: 'hello', version: gossipVersion, network, agent: 'again', links: 1 })]]) {
      other.link.receive({ ...last, number: last.number + 1, gossip })
      expect(other.link.isUp).toBe(false)
      expect(other.story.at(-1)).toMatch(/no hub sends/)
      one.link.dial()
      run(7_000)
    }
  })
})
