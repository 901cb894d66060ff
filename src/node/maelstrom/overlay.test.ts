import { describe, expect, test } from 'vitest'
import type { PeerId } from '../../base/peer.ts'
import type { Link } from './link.ts'
import { createOverlay, isSpare } from './overlay.ts'

interface FakeLink extends Link {
  isUp: boolean
  dials: number
  closed: number
  /** Whether it comes up when it is dialled. */
  answers: boolean
}

function fakeLink (peer: string): FakeLink {
  const link: FakeLink = {
    peer: peer as PeerId, isUp: false, dials: 0, closed: 0, answers: true,
    dial () {
      link.dials += 1
      link.isUp = link.answers
    },
    close () {
      link.closed += 1
      link.isUp = false
    },
    receive: () => undefined, send: () => false, sendSync: () => false, beat: () => undefined
  }
  return link
}

function bench (): { readonly links: readonly [FakeLink, FakeLink, FakeLink, FakeLink], run: (ms: number) => void, up: () => string } {
  const links = [fakeLink('n0'), fakeLink('n1'), fakeLink('n2'), fakeLink('n3')] as const
  let nowMs = 0
  const overlay = createOverlay({ links, linksWanted: 2, redialMs: 1_000, now: () => nowMs })
  return {
    links,
    up: () => links.filter(({ isUp }) => isUp).map(({ peer }) => peer).join(' '),
    run (ms) { for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 250) overlay.beat() }
  }
}

describe('whom a Maelstrom node links to', () => {
  test('[L10] the first two, and nobody else while they answer', () => {
    const { links, run, up } = bench()
    run(10_000)
    expect([up(), links.map(({ dials }) => dials)]).toEqual(['n0 n1', [1, 1, 0, 0]])
  })

  test('[L10] the next in the list instead of one that does not answer, until it does', () => {
    const { links, run, up } = bench()
    const [first, , third] = links
    first.answers = false
    run(3_000)
    expect(up()).toBe('n1 n2')
    run(10_000)
    expect(first.dials).toBeGreaterThanOrEqual(12)
    first.answers = true
    run(2_000)
    expect([up(), third.closed]).toEqual(['n0 n1 n2', 0])
    run(6_000)
    expect([up(), third.closed]).toEqual(['n0 n1', 1])
  })

  test('[L10] a link that the other side began is the other side\'s to close', () => {
    const { links: [, , , last], run, up } = bench()
    last.isUp = true
    run(20_000)
    expect([up(), last.closed]).toEqual(['n0 n1 n3', 0])
  })

  test('[L11] links to the second are spare, but for the one to the first', () => {
    const ids = ['n0', 'n1', 'n2', 'n3']
    const spare = ids.flatMap((one, at) => ids.slice(at + 1).filter(other => isSpare(ids, one, other) && isSpare(ids, other, one)).map(other => `${one}${other}`))
    expect(spare).toEqual(['n1n2', 'n1n3'])
  })
})
