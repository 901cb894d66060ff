import { describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import { createRandom } from '../base/seeded-random.ts'
import { createAsking } from './asking.ts'
import { everyId, heldBy, joinWorld, lies, newest, type Behaviour } from './fixtures/join-world.ts'
import { answerWithinMs, askedMax, askedMessagesMax, askedOfPeerMax, chunkMessagesMax } from './limits.ts'

/** Seeds of each kind; the SPEC's "Checks" says how to run more. */
const runs = Number(process.env.HUBBUB_RUNS ?? 40)
const firstSeed = Number(process.env.HUBBUB_SEED ?? 1)
const seeds = Array.from({ length: runs }, (_, number) => firstSeed + number)
const isEverything = (held: ReadonlySet<string>): boolean => held.size === everyId.size && [...held].every(id => everyId.has(id))
const isTrue = (shown: ReadonlySet<string>): boolean => [...shown].every(id => everyId.has(id))
const liarsOf = (seed: number, count: number, choice: readonly Behaviour[] = lies): Behaviour[] => {
  const random = createRandom(seed, 77)
  return Array.from({ length: count }, () => random.pick(choice))
}

describe('a join', () => {
  test('[F10] [F12] from honest peers has every message, with few chunks under way', () => {
    const joined = joinWorld({ seed: 1, peers: ['honest', 'honest', 'honest'] })
    expect(joined).toMatchObject({ outcome: 'taken', reason: 'Every signature of the snapshot was verified.' })
    expect(isEverything(joined.held)).toBe(true)
    expect(joined.offenders.size).toBe(0)
    expect(joined.peakStagedAtOnce).toBeLessThanOrEqual(askedMax)
    expect(joined.peakStagedAtOnce).toBeGreaterThan(1)
  })

  test.each(lies)('[F10] [F11] [F13] from an honest peer and one that is %s has every message', (lie) => {
    for (const seed of [1, 2, 3]) {
      const joined = joinWorld({ seed, peers: seed % 2 === 0 ? ['honest', lie] : [lie, 'honest'] })
      expect(joined, `seed ${seed}`).toMatchObject({ outcome: 'taken' })
      expect(isEverything(joined.held)).toBe(true)
      expect([...joined.offenders]).not.toContain(seed % 2 === 0 ? 'peer 0' : 'peer 1')
    }
  })

  test('[F10] to [F14] while all but one of its peers lie has every message, and blames nobody who is honest', () => {
    let blamed = 0
    for (const seed of seeds) {
      const peers = liarsOf(seed, 1 + seed % 6)
      const honest = seed % (peers.length + 1)
      peers.splice(honest, 0, 'honest')
      const joined = joinWorld({ seed, peers })
      expect(joined, `seed ${seed}: ${peers.join(', ')}`).toMatchObject({ outcome: 'taken' })
      expect(isEverything(joined.held), `seed ${seed}: ${peers.join(', ')}`).toBe(true)
      expect(isTrue(joined.shown), `seed ${seed}: ${peers.join(', ')}`).toBe(true)
      expect([...joined.offenders], `seed ${seed}`).not.toContain(`peer ${honest}`)
      blamed += joined.offenders.size
    }
    expect(blamed).toBeGreaterThan(runs / 4)
  })

  test('[F10] an old certificate that is offered again does not take the place of what is newer, and is no offence', () => {
    const joined = joinWorld({ seed: 3, peers: ['stale', 'unsigned'], stages: false })
    expect(joined).toMatchObject({ outcome: 'taken', reason: 'Every chunk was verified and taken.' })
    expect([isEverything(joined.held), joined.offenders.size]).toEqual([true, 0])
  })

  test('[F14] while all of its peers lie is refused with a reason, and leaves nothing behind', () => {
    for (const seed of seeds) {
      const peers = liarsOf(seed, 1 + seed % 5, lies.filter(lie => lie !== 'stale'))
      const joined = joinWorld({ seed, peers })
      const note = `seed ${seed}: ${peers.join(', ')}`
      expect(joined.outcome, note).not.toBe('stuck')
      expect(joined.reason, note).not.toBe('')
      expect(isTrue(joined.shown), note).toBe(true)
      // Liars who lie in different ways can complete one another: then what is held is what was certified.
      if (joined.outcome === 'taken') expect(isTrue(joined.held), note).toBe(true)
      else expect([joined.held.size, joined.staged], note).toEqual([0, 0])
    }
  })

  test('[F15] without attesters holds nothing that was not verified, whoever lies', () => {
    let taken = 0
    for (const seed of seeds) {
      const peers: Behaviour[] = ['honest', ...liarsOf(seed, 1 + seed % 4)]
      const joined = joinWorld({ seed, peers, certified: false })
      expect(isTrue(joined.held), `seed ${seed}: ${peers.join(', ')}`).toBe(true)
      expect([...joined.offenders]).not.toContain('peer 0')
      if (isEverything(joined.held)) taken += 1
    }
    expect(taken).toBeGreaterThan(runs * 0.8)
  })

  test('[F10] [F15] that stages nothing takes what is certified before all else, and verifies it as it comes', () => {
    for (const seed of seeds) {
      const peers: Behaviour[] = ['honest', ...liarsOf(seed, 1 + seed % 4)]
      const joined = joinWorld({ seed, peers, stages: false })
      expect(joined, `seed ${seed}: ${peers.join(', ')}`).toMatchObject({ outcome: 'taken', staged: 0 })
      expect(isEverything(joined.held), `seed ${seed}: ${peers.join(', ')}`).toBe(true)
      expect(joined.shown.size, 'what was shown before it was verified').toBe(0)
      expect([...joined.offenders]).not.toContain('peer 0')
    }
  })

  test('[F24] from a hub that keeps all and others that keep less has everything, and asks nobody for what it gave up', () => {
    let asked = 0
    for (const seed of seeds) {
      const keeping = [undefined, { fromEpoch: newest - 20 }, { fromEpoch: newest - seed % 40 }]
      const joined = joinWorld({ seed, peers: ['honest', 'honest', 'honest'], keeping, stages: false })
      expect(joined, `seed ${seed}`).toMatchObject({ outcome: 'taken', reason: 'Every chunk was verified and taken.', refusals: 0 })
      expect(isEverything(joined.held), `seed ${seed}`).toBe(true)
      asked += joined.steps
    }
    expect(asked).toBeGreaterThan(runs * 20)
  })

  test('[F24] from hubs that all keep less has everything that one of them holds, whatever they say of it, and lies of others', () => {
    let missing = 0
    for (const seed of seeds) {
      const random = createRandom(seed, 24)
      const keeping = Array.from({ length: 3 }, () => ({ fromEpoch: newest - random.below(45), told: newest - random.below(45) }))
      const note = `seed ${seed}: ${keeping.map(({ fromEpoch, told }) => `${newest - fromEpoch}, told ${newest - told}`).join('; ')}`
      const joined = joinWorld({ seed, peers: ['honest', 'honest', 'honest', ...liarsOf(seed, seed % 3, ['silent', 'gone', 'wrong-chunk', 'junk'])], keeping, stages: false })
      const held = heldBy(keeping)
      if (seed % 3 === 0) {
        expect([...held].filter(id => !joined.held.has(id)), note).toEqual([])
        missing += everyId.size - held.size
      }
      expect(isTrue(joined.held), note).toBe(true)
      expect([0, 1, 2].filter(number => joined.offenders.has(`peer ${number}` as PeerId)), note).toEqual([])
    }
    expect(missing, 'some of it was with nobody').toBeGreaterThan(0)
  })

  test('[F16] that is killed after any of its steps goes on, and ends with the same', () => {
    const { steps } = joinWorld({ seed: 5, peers: ['honest', 'honest'] })
    expect(steps).toBeGreaterThan(30)
    for (let crashAfter = 1; crashAfter <= steps; crashAfter += 1) {
      const joined = joinWorld({ seed: 5, peers: ['honest', 'honest'], crashAfter })
      expect(joined, `killed after ${crashAfter}`).toMatchObject({ outcome: 'taken' })
      expect(isEverything(joined.held)).toBe(true)
    }
  })
})

describe('asking', () => {
  const [ann, ben] = ['ann', 'ben'] as [PeerId, PeerId]
  const chunksOf = (messages: number, count: number): number[] => Array.from({ length: count }, () => messages)

  test('[F12] asks each peer for as many messages as two full chunks have, in order, and what one is silent about of another', () => {
    const asking = createAsking(8)
    for (const peer of [ann, ben]) asking.add(peer)
    asking.begin(chunksOf(chunkMessagesMax, 6), new Set([0]))
    expect(asking.next(0)).toEqual([{ peer: ann, index: 1 }, { peer: ben, index: 2 }, { peer: ann, index: 3 }, { peer: ben, index: 4 }])
    expect(asking.answered(ben, 2)).toBe(true)
    expect(asking.answered(ben, 2), 'twice').toBe(false)
    asking.refused(ben, 4)
    asking.expire(answerWithinMs)
    expect(asking.next(answerWithinMs).map(({ peer, index }) => `${peer} ${index}`).sort()).toEqual(['ann 1', 'ann 4', 'ben 3', 'ben 5'])
    asking.remove(ann)
    expect(asking.unavailable).toEqual([4])
  })

  test('[F12] asks for more chunks where they are small, up to as many messages and chunks as may be under way', () => {
    const asking = createAsking(askedMax)
    for (let peer = 0; peer < 8; peer += 1) asking.add(`peer ${peer}` as PeerId)
    const few = chunkMessagesMax / 16
    asking.begin(chunksOf(few, 100), new Set())
    const asks = asking.next(0)
    expect(asks).toHaveLength(askedMax)
    expect(asks.filter(({ peer }) => peer === 'peer 0')).toHaveLength(askedMax / 8)
    const alone = createAsking(askedMax)
    alone.add(ann)
    alone.begin(chunksOf(few, 100), new Set())
    expect(alone.next(0)).toHaveLength(askedOfPeerMax)
    const larger = createAsking(askedMax)
    for (let peer = 0; peer < 20; peer += 1) larger.add(`peer ${peer}` as PeerId)
    larger.begin(chunksOf(chunkMessagesMax / 2, 100), new Set())
    expect(larger.next(0)).toHaveLength(askedMessagesMax / (chunkMessagesMax / 2))
  })

  test('[F24] asks a peer for what it may not have only where nobody else is left for it', () => {
    const asking = createAsking(8)
    for (const peer of [ann, ben]) asking.add(peer)
    asking.begin(chunksOf(chunkMessagesMax, 4), new Set(), (peer, index) => peer === ann || index >= 2)
    expect(asking.next(0)).toEqual([{ peer: ann, index: 0 }, { peer: ben, index: 2 }, { peer: ann, index: 1 }, { peer: ben, index: 3 }])
    asking.refused(ann, 0)
    expect(asking.next(0)).toEqual([])
    asking.answered(ben, 2)
    asking.kept(2)
    expect(asking.next(0), 'ann has it not').toEqual([{ peer: ben, index: 0 }])
    asking.refused(ben, 0)
    expect(asking.unavailable).toEqual([0])
  })

  test('[F15] asks for nothing from where it is to stop', () => {
    const asking = createAsking(8)
    asking.add(ann)
    asking.begin(chunksOf(chunkMessagesMax, 3), new Set())
    expect(asking.next(0, 1)).toEqual([{ peer: ann, index: 0 }])
    expect(asking.next(0, 3)).toEqual([{ peer: ann, index: 1 }])
  })

  test('[F12] one at a time is block by block, in order', () => {
    const asking = createAsking(1)
    for (const peer of [ann, ben]) asking.add(peer)
    asking.begin(chunksOf(chunkMessagesMax, 3), new Set())
    const order: number[] = []
    for (let [ask] = asking.next(0); ask !== undefined; [ask] = asking.next(0)) {
      expect(asking.next(0)).toEqual([])
      order.push(ask.index)
      asking.answered(ask.peer, ask.index)
      expect(asking.next(0), 'not kept yet').toEqual([])
      asking.kept(ask.index)
    }
    expect(order).toEqual([0, 1, 2])
  })
})
