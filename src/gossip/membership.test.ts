import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import { createMembership, type Membership, type MembershipEffect, type MembershipInput } from './membership.ts'
import { defaultMembershipConfig as config } from './membership-config.ts'

const self = 'm' as PeerId
const low = 'a' as PeerId
const high = 'z' as PeerId
/** Hubs that this one is to dial, ascending. */
const others = Array.from({ length: 60 }, (_, index) => `n${index.toString().padStart(2, '0')}` as PeerId)
const direct = { direct: true, relayed: true }
const noWay = { direct: false, relayed: false }

interface Setting {
  readonly membership: Membership
  readonly said: Map<PeerId, { readonly neighbours: ReadonlySet<PeerId>, readonly at: number }>
  readonly ways: Map<PeerId, typeof direct>
  /** Hears that these announced themselves, with so many links. */
  readonly hear: (peers: readonly PeerId[], links: number, nowMs: number) => MembershipEffect[]
  readonly give: (input: MembershipInput, nowMs: number) => readonly MembershipEffect[]
  readonly link: (peers: readonly PeerId[], nowMs: number) => MembershipEffect[]
}

function start (random: () => number = () => 0.5): Setting {
  const said: Setting['said'] = new Map()
  const ways: Setting['ways'] = new Map()
  const membership = createMembership({
    self, ways: peer => ways.get(peer) ?? direct, said: peer => said.get(peer), worth: peer => ({ eager: peer < 'n50', rttMs: Number(peer.slice(1)) }), random
  })
  return {
    membership, said, ways,
    give: membership.handle,
    hear: (peers, links, nowMs) => peers.flatMap((peer) => {
      said.set(peer, { neighbours: new Set(Array.from({ length: links }, (_, index) => `${peer} ${index}` as PeerId)), at: nowMs })
      return membership.handle({ type: 'announced', peer }, nowMs)
    }),
    link: (peers, nowMs) => peers.flatMap(peer => membership.handle({ type: 'linked', peer, path: 'direct' }, nowMs))
  }
}

const dialsOf = (effects: readonly MembershipEffect[]): PeerId[] => effects.flatMap(effect => effect.type === 'dial' ? [effect.peer] : [])
const partsOf = (effects: readonly MembershipEffect[]): PeerId[] => effects.flatMap(effect => effect.type === 'part' ? [effect.peer] : [])
const dueOf = ({ membership }: Setting): number => membership.nextDeadlineMs() ?? Infinity

describe('who dials', () => {
  test('[V5] of two hubs that look for links the lower id, at once; the higher one after some 3 s', () => {
    const first = start()
    first.hear([high], 0, 1_000)
    expect(dueOf(first)).toBeLessThanOrEqual(1_300)
    expect(dialsOf(first.give({ type: 'deadline' }, 1_300))).toEqual([high])
    const second = start()
    second.hear([low], 0, 1_000)
    expect(dueOf(second)).toBe(1_000 + config.yieldMs)
  })

  test('[V5] a hub that has its links is dialled by who looks for some, whatever the ids', () => {
    const setting = start()
    setting.hear([low], config.linksWanted, 1_000)
    expect(dueOf(setting)).toBeLessThanOrEqual(1_300)
    const waiting = start()
    waiting.hear([low], 0, 1_000)
    waiting.hear([low], config.linksWanted, 1_500)
    expect(dueOf(waiting)).toBeLessThanOrEqual(1_800)
  })

  test('[V5] a hub that is dialling this one is left to it for 15 s', () => {
    const setting = start()
    setting.hear([low], 0, 1_000)
    setting.give({ type: 'calling', peer: low }, 1_100)
    setting.hear([low], config.linksWanted, 1_200)
    expect(dialsOf(setting.give({ type: 'deadline' }, 16_000))).toEqual([])
    expect(dialsOf(setting.give({ type: 'deadline' }, 16_100))).toEqual([low])
  })

  test('[V1] [V7] one is dialled after the other, six links looked for, and no more once they are there', () => {
    const setting = start()
    setting.hear(others.slice(0, 20), 0, 0)
    const first = dialsOf(setting.give({ type: 'deadline' }, 1_000))
    expect(first).toHaveLength(1)
    let links = 0
    for (let dialled = first; dialled.length > 0; dialled = dialsOf(setting.link(dialled, 1_100 + links))) {
      expect(dialled).toHaveLength(1)
      links += dialled.length
    }
    expect(links).toBe(config.linksWanted)
    expect(dialsOf(setting.give({ type: 'deadline' }, 20_000))).toEqual([])
    expect(setting.membership.linked()).toHaveLength(config.linksWanted)
    // One goes, and another one is found.
    setting.give({ type: 'unlinked', peer: first[0]! }, 21_000)
    expect(dialsOf(setting.give({ type: 'deadline' }, 21_300))).toHaveLength(1)
  })

  test('[V7] another one is dialled beside a dial that takes long, and no third one', () => {
    const setting = start()
    setting.hear(others.slice(0, 20), 0, 0)
    expect(dialsOf(setting.give({ type: 'deadline' }, 1_000))).toHaveLength(1)
    expect(setting.membership.nextDeadlineMs()).toBe(1_000 + config.patienceMs)
    expect(dialsOf(setting.give({ type: 'deadline' }, 999 + config.patienceMs))).toEqual([])
    expect(dialsOf(setting.give({ type: 'deadline' }, 1_000 + config.patienceMs))).toHaveLength(1)
    expect(dialsOf(setting.give({ type: 'deadline' }, 1_000 + 3 * config.patienceMs))).toEqual([])
  })

  test('[V7] the wait grows with failures, up to a limit, and a cause is kept', () => {
    const setting = start()
    setting.hear([high], 0, 0)
    const waits: number[] = []
    for (let nowMs = 300, attempt = 0; attempt < 10; attempt += 1) {
      expect(dialsOf(setting.give({ type: 'deadline' }, nowMs))).toEqual([high])
      setting.give({ type: 'dial-failed', peer: high, error: 'no path' }, nowMs)
      waits.push((setting.membership.candidates()[0]?.retryAt ?? 0) - nowMs)
      setting.hear([high], 0, nowMs)
      nowMs += waits.at(-1)!
    }
    expect(waits.slice(0, 7)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000])
    expect(waits.at(-1)).toBe(config.retryMaxMs)
    expect(setting.membership.candidates()).toMatchObject([{ peer: high, state: 'waiting', attempts: 10, lastError: 'no path' }])
  })

  test('[V8] the relayed way is tried in turn with the direct one, only where there is one, and a direct link goes on being looked for', () => {
    for (const relayed of [true, false]) {
      const setting = start()
      setting.ways.set(high, { direct: true, relayed })
      setting.hear([high], 0, 0)
      const paths: string[] = []
      for (let nowMs = 1_000; nowMs < 10_000; nowMs += 1_000) {
        for (const effect of setting.give({ type: 'deadline' }, nowMs)) {
          if (effect.type === 'dial') paths.push(effect.path)
          setting.give({ type: 'dial-failed', peer: high, error: 'no path' }, nowMs)
        }
        setting.hear([high], 0, nowMs)
      }
      expect(paths).toEqual(relayed ? ['direct', 'relayed', 'direct', 'relayed'] : ['direct', 'direct', 'direct', 'direct'])
      if (!relayed) continue
      setting.give({ type: 'linked', peer: high, path: 'relayed' }, 20_000)
      expect(setting.give({ type: 'deadline' }, dueOf(setting))).toEqual([{ type: 'dial', peer: high, path: 'direct' }])
    }
  })

  test('[V8] nobody is dialled to whom there is no way, until there is one', () => {
    const setting = start()
    setting.ways.set(high, noWay)
    setting.hear([high], 0, 0)
    expect(dialsOf(setting.give({ type: 'deadline' }, 10_000))).toEqual([])
    setting.ways.set(high, direct)
    expect(dialsOf(setting.give({ type: 'deadline' }, 10_001))).toEqual([high])
  })

  test('[V7] full hubs are passed over, but by one that has no link and knows nobody else: one at a time', () => {
    const setting = start()
    setting.hear(others.slice(0, 3), config.linksMax, 0)
    const asked = dialsOf(setting.give({ type: 'deadline' }, 1_000))
    expect(asked).toHaveLength(1)
    setting.link(asked, 1_100)
    expect(dialsOf(setting.give({ type: 'deadline' }, 5_000))).toEqual([])
    setting.hear([others[9]!], config.linksMax - 1, 5_000)
    expect(dialsOf(setting.give({ type: 'deadline' }, 6_000))).toEqual([others[9]])
  })

  test('hurry makes whoever failed due at once', () => {
    const setting = start()
    setting.hear([high], 0, 0)
    setting.give({ type: 'deadline' }, 1_000)
    setting.give({ type: 'dial-failed', peer: high, error: 'asleep' }, 1_000)
    expect(dialsOf(setting.give({ type: 'hurry' }, 1_001))).toEqual([high])
  })
})

describe('who is let in', () => {
  test('[V3] eight; hubs without any link up to twelve; a neighbour always', () => {
    const setting = start()
    setting.hear(others.slice(20, 30), 2, 0)
    const admits = (links: number): boolean => setting.membership.admits(high, links, 1).ok
    for (let count = 0; count < 12; count += 1) {
      expect([count, admits(3), admits(0)]).toEqual([count, count < config.linksMax, true])
      setting.link([others[count]!], 0)
    }
    expect([admits(3), admits(0)]).toEqual([false, false])
    expect(setting.membership.admits(others[0]!, 9, 1)).toEqual({ ok: true })
    const answer = setting.membership.admits(high, 3, 1)
    if (answer.ok) throw new Error('there was a place')
    expect(answer.others).toHaveLength(6)
    expect(answer.others.every(other => others.slice(20, 30).includes(other))).toBe(true)
  })

  test('[V3] dials under way take places too', () => {
    const setting = start()
    setting.link(others.slice(0, 5), 0)
    setting.hear(others.slice(20, 30), 0, 0)
    expect(dialsOf(setting.give({ type: 'deadline' }, 1_000))).toHaveLength(1)
    setting.link(others.slice(5, 7), 1_000)
    expect(setting.membership.admits(high, 3, 1_000).ok).toBe(false)
  })

  test('[V4] a hub that is full is left alone for a minute, and those it names are dialled if there is a way', () => {
    const setting = start()
    setting.link([low], 0)
    setting.hear([others[0]!], 0, 0)
    expect(dialsOf(setting.give({ type: 'deadline' }, 1_000))).toEqual([others[0]])
    setting.ways.set(others[2]!, noWay)
    expect(dialsOf(setting.give({ type: 'full', peer: others[0]!, others: [self, others[1]!, others[2]!] }, 1_100))).toEqual([others[1]])
    setting.give({ type: 'dial-failed', peer: others[1]!, error: 'x' }, 1_500)
    setting.ways.set(others[1]!, noWay)
    setting.hear([others[0]!], 0, 50_000)
    expect(dialsOf(setting.give({ type: 'deadline' }, 61_000))).toEqual([])
    expect(dialsOf(setting.give({ type: 'deadline' }, 61_100))).toEqual([others[0]])
  })
})

test('[V4] full hubs that name each other are not dialled round and round', () => {
  const setting = start()
  setting.link([low], 0)
  const liars = others.slice(0, 4)
  setting.hear(liars, 0, 0)
  let dials = 0
  for (let nowMs = 0; nowMs < 60_000; nowMs += 100) {
    const dialled = dialsOf(setting.give({ type: 'deadline' }, nowMs))
    for (const peer of dialled) {
      dials += 1
      dialled.push(...dialsOf(setting.give({ type: 'full', peer, others: liars }, nowMs)))
    }
    setting.hear(liars, 0, nowMs)
  }
  expect(dials).toBeGreaterThanOrEqual(liars.length)
  expect(dials).toBeLessThanOrEqual(2 * liars.length)
})

test('[V7] a clock that is set back puts no dial off', () => {
  const setting = start()
  const hourMs = 3_600_000
  setting.link([low], hourMs)
  setting.hear([others[0]!], 0, hourMs)
  expect(dialsOf(setting.give({ type: 'deadline' }, hourMs + 1_000))).toEqual([others[0]])
  setting.give({ type: 'dial-failed', peer: others[0]!, error: 'no path' }, hourMs + 1_000)
  setting.give({ type: 'unlinked', peer: low }, hourMs + 1_000)
  setting.give({ type: 'deadline' }, 0)
  expect(dueOf(setting)).toBeLessThanOrEqual(config.retryFirstMs)
  expect(dialsOf(setting.give({ type: 'deadline' }, config.retryFirstMs))).toContain(others[0])
})

describe('what is given up', () => {
  /** Links to all of these, which are all linked with each other. */
  function clique (setting: Setting, peers: readonly PeerId[], nowMs: number): void {
    for (const peer of peers) setting.said.set(peer, { neighbours: new Set([self, ...peers.filter(other => other !== peer)]), at: nowMs })
    setting.link(peers, nowMs)
  }

  test('[V9] with more links than wanted a spare one, every 5 s, the least useful first', () => {
    const setting = start()
    clique(setting, others.slice(44, 53), 0)
    const given: PeerId[] = []
    for (let nowMs = 0; nowMs <= 30_000; nowMs += 1_000) {
      for (const peer of partsOf(setting.give({ type: 'deadline' }, nowMs))) {
        given.push(peer)
        setting.give({ type: 'unlinked', peer }, nowMs)
      }
    }
    // Three too many. Lazy ones are n50 to n52, of those the longest round trip first; which of them are spare is in the order of all links.
    expect(given).toHaveLength(3)
    expect([...given].sort((a, b) => Number(b >= 'n50') - Number(a >= 'n50') || b.localeCompare(a))).toEqual(given)
  })

  test('[V9] nothing on which another hub depends, nothing on old news, nothing from who has few', () => {
    const fresh = (neighbours: (peer: PeerId) => PeerId[], at: number): PeerId[] => {
      const setting = start()
      for (const peer of others.slice(0, 9)) setting.said.set(peer, { neighbours: new Set(neighbours(peer)), at })
      setting.link(others.slice(0, 9), 0)
      return partsOf(setting.give({ type: 'deadline' }, 31_000))
    }
    const star = others.slice(30, 40)
    expect(fresh(() => star, 31_000)).toEqual([])
    expect(fresh(() => others.slice(0, 9), 31_000)).toHaveLength(1)
    expect(fresh(() => others.slice(0, 9), 0)).toEqual([])
    expect(fresh(peer => [self, others[(others.indexOf(peer) + 1) % 9]!], 31_000)).toEqual([])
  })

  test('[V9] nothing because of links that one end alone announces', () => {
    const setting = start()
    const honest = others.slice(40, 44)
    const liars = others.slice(4, 12)
    const elsewhere = others.slice(20, 28)
    for (const peer of honest) setting.said.set(peer, { neighbours: new Set([self, ...elsewhere]), at: 0 })
    for (const peer of liars) setting.said.set(peer, { neighbours: new Set([self, ...honest, ...liars.filter(other => other !== peer)]), at: 0 })
    setting.link([...honest, ...liars], 0)
    const given: PeerId[] = []
    for (let nowMs = 0; nowMs <= 30_000; nowMs += 1_000) {
      for (const peer of partsOf(setting.give({ type: 'deadline' }, nowMs))) {
        given.push(peer)
        setting.give({ type: 'unlinked', peer }, nowMs)
      }
    }
    expect(given.length).toBeGreaterThan(0)
    expect(given.filter(peer => honest.includes(peer))).toEqual([])
  })

  test('[V10] once in a while one link is made for another', () => {
    const setting = start()
    clique(setting, others.slice(0, 6), 0)
    setting.hear([others[30]!], 3, 0)
    expect(dialsOf(setting.give({ type: 'deadline' }, config.swapMs - 1))).toEqual([])
    for (const peer of others.slice(0, 6)) setting.said.set(peer, { neighbours: setting.said.get(peer)!.neighbours, at: config.swapMs })
    expect(dialsOf(setting.give({ type: 'deadline' }, config.swapMs))).toEqual([others[30]])
    const effects = setting.link([others[30]!], config.swapMs + 100)
    expect(partsOf(effects)).toHaveLength(1)
    expect(partsOf(effects)).not.toContain(others[30])
    setting.give({ type: 'unlinked', peer: partsOf(effects)[0]! }, config.swapMs + 200)
    expect(setting.membership.linked()).toHaveLength(config.linksWanted)
    expect(dialsOf(setting.give({ type: 'deadline' }, config.swapMs + 10_000)), 'whose link was given up is left alone').toEqual([])
  })
})

describe('[V6] the passive view', () => {
  const known = ({ membership }: Setting): number => membership.candidates().length

  test('has 40 at most; who is silent, out of reach or failing makes room, and else one in a while', () => {
    const setting = start()
    setting.link(['a', 'b', 'c', 'd', 'e', 'f'] as PeerId[], 0)
    setting.hear(others.slice(0, 41), 8, 0)
    expect(known(setting)).toBe(config.passiveMax)
    const isKnown = (peer: PeerId): boolean => setting.membership.candidates().some(each => each.peer === peer)
    expect(isKnown(others[40]!)).toBe(false)
    setting.ways.set(others[3]!, noWay)
    setting.hear([others[40]!], 8, 1)
    expect([isKnown(others[3]!), isKnown(others[40]!)]).toEqual([false, true])
    setting.hear(others.filter(peer => peer !== others[3] && peer !== others[7]).slice(0, 39), 8, 31_000)
    setting.hear([others[50]!], 8, 31_001)
    expect([isKnown(others[7]!), isKnown(others[50]!)]).toEqual([false, true])
    expect(known(setting)).toBe(config.passiveMax)
  })

  test('who is not heard for two minutes is forgotten, a linked hub is not', () => {
    const setting = start()
    setting.hear([high], 8, 0)
    setting.link([low], 0)
    setting.give({ type: 'deadline' }, 120_001)
    expect(known(setting)).toBe(0)
    expect(setting.membership.linked()).toEqual([low])
    setting.give({ type: 'unlinked', peer: low }, 120_002)
    expect(known(setting)).toBe(1)
  })
})

test('[V1] [V6] [V7] whatever happens, dials, links and the passive view stay bounded, and time moves on', () => {
  const peers = fc.nat(150).map(number => `peer${number}` as PeerId)
  const step = fc.record({ type: fc.constantFrom('heard', 'linked', 'unlinked', 'failed', 'full', 'calling', 'asks', 'deadline'), peer: peers, links: fc.nat(12) })
  let dialled = 0
  fc.assert(fc.property(fc.array(step, { maxLength: 400, size: 'max' }), fc.nat(), (steps, seed) => {
    let state = seed
    const setting = start(() => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31
      return state / 2 ** 31
    })
    const dialling = new Set<PeerId>()
    const linked = new Set<PeerId>()
    let nowMs = 0
    const take = (effects: readonly MembershipEffect[]): void => {
      for (const effect of effects) {
        if (effect.type === 'part') {
          linked.delete(effect.peer)
          take(setting.give({ type: 'unlinked', peer: effect.peer }, nowMs))
          continue
        }
        expect(dialling.has(effect.peer) || linked.has(effect.peer)).toBe(false)
        dialling.add(effect.peer)
        dialled += 1
      }
      expect(dialling.size).toBeLessThanOrEqual(config.dialsMax)
      expect(linked.size).toBeLessThanOrEqual(config.linksMax + config.guestsMax + 1)
      expect(setting.membership.candidates().length - dialling.size).toBeLessThanOrEqual(config.passiveMax + linked.size)
    }
    for (const { type, peer, links } of steps) {
      nowMs += 700
      const answered = [...dialling][0]
      if (type === 'heard') take(setting.hear([peer], links, nowMs))
      else if (type === 'deadline') {
        take(setting.give({ type }, nowMs))
        expect(setting.membership.nextDeadlineMs()).toBeGreaterThan(nowMs)
      } else if (type === 'calling') take(setting.give({ type, peer }, nowMs))
      else if (type === 'asks') {
        if (linked.has(peer) || !setting.membership.admits(peer, links, nowMs).ok) continue
        linked.add(peer)
        dialling.delete(peer)
        take(setting.link([peer], nowMs))
      } else if (type === 'unlinked') {
        if (linked.delete(peer)) take(setting.give({ type, peer }, nowMs))
      } else if (answered != null) {
        dialling.delete(answered)
        if (type === 'linked') linked.add(answered)
        take(type === 'failed' ? setting.give({ type: 'dial-failed', peer: answered, error: 'x' }, nowMs)
          : type === 'full' ? setting.give({ type: 'full', peer: answered, others: [peer] }, nowMs) : setting.link([answered], nowMs))
      }
    }
  }), { numRuns: 100 })
  expect(dialled).toBeGreaterThan(200)
})
