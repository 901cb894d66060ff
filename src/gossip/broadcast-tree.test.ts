import { describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import { createRandom } from '../base/seeded-random.ts'
import type { MessageId } from '../message/types.ts'
import type { Broadcast, BroadcastEffect, BroadcastInput } from './broadcast.ts'
import { createBroadcastTree, thawAfterMs, thawHoldMs, unkeptMax } from './broadcast-tree.ts'
import { idsMax } from './frames.ts'
import { defaultTreeConfig } from './tree-config.ts'
import { counterJumpMax } from './tree-link.ts'
import { wantedPerNeighbourMax } from './wanted.ts'

const [ann, ben, cem] = ['ann', 'ben', 'cem'] as [PeerId, PeerId, PeerId]
/** Ids that prune at any rate, and one that does so only where messages are rare. */
const [m1, m2, m3] = ['00000000-1', '00000000-2', '00000000-3'] as [MessageId, MessageId, MessageId]
const seldom = 'ffffffff-4' as MessageId
/** Longer than any wait for a graft. */
const longMs = 4_000

interface Hub extends Pick<Broadcast, 'linkOf'> {
  readonly has: Set<MessageId>
  give: (input: BroadcastInput, nowMs?: number) => readonly BroadcastEffect[]
  /** A message comes from a neighbour, or is written here. */
  takes: (id: MessageId, from?: PeerId, hops?: number, nowMs?: number) => readonly BroadcastEffect[]
  notes: (from: PeerId, ids: readonly MessageId[], nowMs?: number, hops?: number) => readonly BroadcastEffect[]
  /** All deadlines until then, one by one, as a runtime gives them. */
  until: (endMs: number) => BroadcastEffect[]
}

function hubWith (...peers: PeerId[]): Hub {
  const has = new Set<MessageId>()
  const tree = createBroadcastTree({ has: id => has.has(id) }, createRandom(1))
  for (const peer of peers) tree.handle({ type: 'link-up', peer, rttMs: 100 }, 0)
  const give: Hub['give'] = (input, nowMs = 0) => tree.handle(input, nowMs)
  return {
    has,
    linkOf: tree.linkOf,
    give,
    takes (id, from, hops = 0, nowMs = 0) {
      has.add(id)
      return give({ type: 'delivered', id, epoch: 1, from, hops, by: 'gossip' }, nowMs)
    },
    notes: (from, ids, nowMs = 0, hops = 0) => give({ type: 'ihave', from, notes: ids.map(id => ({ id, epoch: 1, hops })) }, nowMs),
    until (endMs) {
      const effects: BroadcastEffect[] = []
      for (let dueMs = tree.nextDeadlineMs(); dueMs != null && dueMs <= endMs; dueMs = tree.nextDeadlineMs()) effects.push(...give({ type: 'deadline' }, dueMs))
      return effects
    }
  }
}

/** Effects in few words. */
function told (effects: readonly BroadcastEffect[]): unknown[] {
  return effects.map((effect) => {
    switch (effect.type) {
      case 'send-payload': return ['payload', effect.peer, effect.id]
      case 'send-ihave': return ['ihave', effect.peer, effect.notes.map(({ id }) => id)]
      case 'send-graft': return ['graft', effect.peer, effect.counter, effect.ids]
      case 'send-prune': return ['prune', effect.peer, effect.counter]
      case 'missing': return ['missing', effect.ids]
      case 'compare': return ['compare']
      case 'offence': return ['offence', effect.peer, effect.code]
    }
  })
}

/** A hub whose link to ben is lazy: ann brought what ben brought too. */
function hubWithLazyBen (...more: PeerId[]): Hub {
  const hub = hubWith(ann, ben, ...more)
  hub.takes(m1, ann)
  expect(told(hub.give({ type: 'duplicate', id: m1, from: ben }))).toEqual([['prune', ben, 1]])
  return hub
}

describe('links', () => {
  test('[G21] links come up eager, and a message goes to all but whoever sent it, one hop further', () => {
    const effects = hubWith(ann, ben, cem).takes(m1, ann, 3)
    expect(effects).toEqual([{ type: 'send-payload', peer: ben, id: m1, hops: 4 }, { type: 'send-payload', peer: cem, id: m1, hops: 4 }])
    expect(hubWith(ann).takes(m1)).toEqual([{ type: 'send-payload', peer: ann, id: m1, hops: 0 }])
  })

  test('[G21] a lazy link carries a note instead', () => {
    const hub = hubWithLazyBen()
    expect(hub.linkOf(ben)).toBe('lazy')
    expect(hub.takes(m2, ann, 2)).toEqual([])
    expect(hub.until(longMs)).toEqual([{ type: 'send-ihave', peer: ben, notes: [{ id: m2, epoch: 1, hops: 3 }] }])
  })

  test('[G21] a link that both ends know for a spare comes up lazy', () => {
    const hub = hubWith(ann)
    hub.give({ type: 'link-up', peer: ben, rttMs: 100, eager: false })
    expect([hub.linkOf(ann), hub.linkOf(ben)]).toEqual(['eager', 'lazy'])
    expect(told(hub.takes(m1))).toEqual([['payload', ann, m1]])
  })

  test('[G22] nothing goes to who noted it, sent it, or was sent it', () => {
    const hub = hubWith(ann, ben, cem)
    hub.notes(ben, [m1])
    expect(told(hub.takes(m1, ann))).toEqual([['payload', cem, m1]])
    expect(hub.takes(m1, ann)).toEqual([])
  })

  test('[G23] PRUNE makes a link lazy and GRAFT eager again', () => {
    const hub = hubWith(ann, ben)
    hub.give({ type: 'prune', from: ben, counter: 1 })
    expect(hub.linkOf(ben)).toBe('lazy')
    hub.give({ type: 'graft', from: ben, counter: 2, ids: [] })
    expect(hub.linkOf(ben)).toBe('eager')
  })

  test('[G24] of crossing GRAFT and PRUNE with one counter the GRAFT holds, in whatever order they come', () => {
    const hub = hubWithLazyBen()
    hub.give({ type: 'graft', from: ben, counter: 1, ids: [] })
    expect(hub.linkOf(ben)).toBe('eager')
    hub.give({ type: 'prune', from: ben, counter: 1 })
    expect(hub.linkOf(ben)).toBe('eager')
  })

  test('[G24] what is older than the link\'s counter changes nothing', () => {
    const hub = hubWith(ann, ben)
    hub.give({ type: 'prune', from: ben, counter: 5 })
    hub.give({ type: 'graft', from: ben, counter: 4, ids: [] })
    expect(hub.linkOf(ben)).toBe('lazy')
  })

  test('[G24] a counter far above the link\'s is an offence', () => {
    const hub = hubWith(ann)
    expect(told(hub.give({ type: 'prune', from: ann, counter: counterJumpMax + 1 }))).toEqual([['offence', ann, 'counter-jump']])
    expect(told(hub.give({ type: 'graft', from: ann, counter: counterJumpMax + 1, ids: [] }))).toEqual([['offence', ann, 'counter-jump']])
    expect(hub.linkOf(ann)).toBe('eager')
  })

  test('[G25] two messages that come first over different links never prune both', () => {
    const hub = hubWithLazyBen()
    hub.takes(`${seldom}0` as MessageId, ben)
    expect(hub.give({ type: 'duplicate', id: `${seldom}0` as MessageId, from: ann })).toEqual([])
    expect(hub.linkOf(ann)).toBe('eager')
  })

  test('[G25] a pruning message that comes first over a lazy link grafts it, for others cut by the way that it took', () => {
    const hub = hubWithLazyBen()
    expect(told(hub.takes(m2, ben, 0, 10))).toEqual([['payload', ann, m2], ['graft', ben, 2, []]])
    expect(hub.linkOf(ben)).toBe('eager')
    expect(told(hub.give({ type: 'duplicate', id: m2, from: ann }, 20))).toEqual([['prune', ann, 1]])
    expect([hub.linkOf(ann), hub.linkOf(ben)]).toEqual(['lazy', 'eager'])
  })

  test('[G25] one\'s own message that comes back prunes, if another link is eager', () => {
    const hub = hubWith(ann, ben)
    hub.takes(m1)
    expect(told(hub.give({ type: 'duplicate', id: m1, from: ann }))).toEqual([['prune', ann, 1]])
    expect(hub.give({ type: 'duplicate', id: m1, from: ben })).toEqual([])
  })

  test('[G25] among many messages only those prune whose ids say so', () => {
    const hub = hubWith(ann, ben)
    for (let count = 0; count < 20; count += 1) hub.takes(`00000000-x${count}` as MessageId, ann, 0, count * 10)
    hub.takes(seldom, ann, 0, 200)
    expect(hub.give({ type: 'duplicate', id: seldom, from: ben }, 200)).toEqual([])
    hub.takes(m1, ann, 0, 210)
    expect(told(hub.give({ type: 'duplicate', id: m1, from: ben }, 210))).toEqual([['prune', ben, 1]])
  })

  test('[G25] PRUNE goes again to a neighbour that has not heard, and not before it can have', () => {
    const hub = hubWithLazyBen()
    for (const id of [m2, m3]) hub.takes(id, ann)
    expect(hub.give({ type: 'duplicate', id: m2, from: ben }, 199)).toEqual([])
    expect(told(hub.give({ type: 'duplicate', id: m3, from: ben }, 200))).toEqual([['prune', ben, 2]])
  })

  test('[G26] a hub that is pruned everywhere grafts the nearest other link, once a second', () => {
    const hub = hubWith(ann, ben, cem)
    hub.give({ type: 'round-trip', peer: cem, rttMs: 1 })
    hub.give({ type: 'prune', from: ann, counter: 1 })
    hub.give({ type: 'prune', from: ben, counter: 1 })
    expect(told(hub.give({ type: 'prune', from: cem, counter: 1 }))).toEqual([['graft', ann, 2, []]])
    expect(hub.give({ type: 'prune', from: ann, counter: 3 }, 999)).toEqual([])
    expect(told(hub.give({ type: 'prune', from: ann, counter: 4 }, 1_000))).toEqual([['graft', cem, 2, []]])
  })

  test('[G26] a hub whose last eager link goes down grafts another, and the only one is grafted again', () => {
    const hub = hubWithLazyBen()
    expect(told(hub.give({ type: 'link-down', peer: ann }))).toEqual([['graft', ben, 2, []]])
    expect(told(hub.give({ type: 'prune', from: ben, counter: 3 }, 2_000))).toEqual([['graft', ben, 4, []]])
  })

  test('[G27] a congested neighbour gets notes until it has drained', () => {
    const hub = hubWith(ann, ben)
    hub.give({ type: 'congested', peer: ben })
    expect(hub.takes(m1, ann)).toEqual([])
    expect(told(hub.until(longMs))).toEqual([['ihave', ben, [m1]]])
    hub.give({ type: 'drained', peer: ben })
    expect(told(hub.takes(m2, ann))).toEqual([['payload', ben, m2]])
  })

  test('[G27] notes wait for the newest messages, and no more of them than a limit', () => {
    const hub = hubWith(ann, ben)
    hub.give({ type: 'congested', peer: ben })
    const ids = Array.from({ length: 1_030 }, (_, index) => `ffffffff-${index}` as MessageId)
    for (const id of ids) hub.takes(id, ann)
    const noted = hub.until(longMs).flatMap(effect => effect.type === 'send-ihave' ? effect.notes.map(({ id }) => id) : [])
    expect(noted).toEqual(ids.slice(6))
  })

  test('[G35] a link whose notes come from much nearer for eight messages is grafted, one message of another mind and it is not', () => {
    const ids = Array.from({ length: 16 }, (_, index) => `ffffffff-${index}` as MessageId)
    const grafts = (hopsOf: (index: number) => number): unknown[] => {
      const hub = hubWithLazyBen()
      return told(ids.flatMap((id, index) => {
        hub.notes(ben, [id], index * 1_000, 1)
        return hub.takes(id, ann, hopsOf(index), index * 1_000 + 100)
      }))
    }
    expect(grafts(() => 4)).toEqual([['graft', ben, 2, []]])
    expect(grafts(index => index === 7 ? 3 : 4)).toEqual([['graft', ben, 2, []]])
    expect(grafts(index => index % 8 === 7 ? 3 : 4)).toEqual([])
  })
})

describe('notes', () => {
  test('[G28] wait for each other, and are dropped when the neighbour turns out to have the message', () => {
    const hub = hubWithLazyBen(cem)
    for (const id of [m2, m3]) hub.takes(id, ann)
    hub.notes(ben, [m3])
    expect(told(hub.until(defaultTreeConfig.noteDelayMs))).toEqual([['ihave', ben, [m2]]])
    expect(hub.until(longMs)).toEqual([])
  })

  test('[G28] of many messages fill frames', () => {
    const hub = hubWithLazyBen()
    for (let count = 0; count <= idsMax; count += 1) hub.takes(`ffffffff-${count}` as MessageId, ann)
    expect(hub.until(longMs).map(effect => effect.type === 'send-ihave' ? effect.notes.length : effect.type)).toEqual([idsMax, 1])
  })

  test('[G29] of a message that does not come are grafted, not before messages lately came after their notes; a message that comes is not', () => {
    const hub = hubWith(ann, ben)
    hub.notes(ben, [m1, m2])
    expect(hub.until(624)).toEqual([])
    hub.takes(m2, ann, 0, 624)
    expect(told(hub.until(longMs).slice(0, 1))).toEqual([['graft', ben, 1, [m1]]])
  })

  test('[G29] of what this hub has are passed over', () => {
    const hub = hubWith(ann)
    hub.has.add(m1)
    hub.notes(ann, [m1])
    expect(hub.until(longMs)).toEqual([])
  })

  test('[G30] are asked for together, of as few neighbours as may be, the eager ones first', () => {
    const hub = hubWithLazyBen(cem)
    hub.notes(ben, [m2], 0)
    hub.notes(cem, [m2, m3], 1)
    expect(told(hub.give({ type: 'deadline' }, 1_000))).toEqual([['graft', cem, 1, [m2, m3]]])
  })

  test('[G31] go to the next who noted when the first does not answer, [G32] and are handed over when nobody is left', () => {
    const hub = hubWith(ann, ben)
    hub.notes(ann, [m1])
    hub.notes(ben, [m1])
    expect(told(hub.until(longMs))).toEqual([['graft', ann, 1, [m1]], ['graft', ben, 1, [m1]], ['missing', [m1]]])
    expect(hub.until(2 * longMs)).toEqual([])
  })

  test('[G32] of neighbours that are gone are handed over at once', () => {
    const hub = hubWith(ann, ben)
    hub.notes(ann, [m1, m2])
    hub.notes(ben, [m2])
    expect(told(hub.give({ type: 'link-down', peer: ann }))).toEqual([['missing', [m1]]])
    expect(told(hub.until(longMs))).toEqual([['graft', ben, 1, [m2]], ['missing', [m2]]])
  })

  test('[G33] beyond a neighbour\'s share are passed over, and another neighbour has its own', () => {
    const hub = hubWith(ann, ben)
    const many = (name: string): MessageId[] => Array.from({ length: wantedPerNeighbourMax + 1 }, (_, index) => `ffffffff-${name}${index}` as MessageId)
    hub.notes(ann, many('a'))
    hub.notes(ben, many('b'))
    const asked = (peer: PeerId, effects: readonly BroadcastEffect[]): number => effects.reduce((sum, effect) => sum + (effect.type === 'send-graft' && effect.peer === peer ? effect.ids.length : 0), 0)
    const effects = hub.until(1_000)
    expect([asked(ann, effects), asked(ben, effects)]).toEqual([wantedPerNeighbourMax, wantedPerNeighbourMax])
  })

  test('[G33] that are never kept end the link, and one that is kept starts the count anew', () => {
    const offences = (answers: boolean): unknown[] => {
      const hub = hubWith(ann)
      const effects: BroadcastEffect[] = []
      for (let count = 0; count < unkeptMax; count += 1) {
        const startMs = count * longMs
        hub.notes(ann, [`ffffffff-${count}` as MessageId], startMs)
        effects.push(...hub.until(startMs + longMs - 1))
        if (answers && count === 100) hub.takes(m1, ann, 0, startMs + longMs - 1)
      }
      return told(effects).filter(effect => (effect as unknown[])[0] === 'offence')
    }
    expect(offences(false)).toEqual([['offence', ann, 'notes-unkept']])
    expect(offences(true)).toEqual([])
  })

  test('[G34] of what was decided, or lies below retention, are not asked for', () => {
    const hub = hubWith(ann)
    hub.notes(ann, [m1])
    hub.give({ type: 'refused', id: m1 })
    hub.notes(ann, [m1])
    hub.give({ type: 'retention', minEpoch: 2 })
    hub.notes(ann, [m2])
    expect(hub.until(longMs)).toEqual([])
  })

  test('[G36] of before a freeze wait for a comparison', () => {
    const hub = hubWith(ann)
    hub.notes(ann, [m1, m2])
    const thawMs = 625 * 1.25 + 20 + thawAfterMs
    expect(told(hub.give({ type: 'deadline' }, thawMs))).toEqual([['compare']])
    expect(hub.until(thawMs + thawHoldMs - 1)).toEqual([])
    hub.give({ type: 'delivered', id: m1, epoch: 1, from: ann, hops: 0, by: 'comparison' }, thawMs + 1_000)
    expect(told(hub.until(thawMs + thawHoldMs))).toEqual([['graft', ann, 1, [m2]]])
  })

  test('[G37] what is grafted is sent if it is there, and again only so often', () => {
    const hub = hubWith(ann)
    hub.has.add(m1)
    const graft = (ids: readonly MessageId[]): number => hub.give({ type: 'graft', from: ann, counter: 1, ids }).length
    expect(graft([m1, m2])).toBe(1)
    expect(graft(Array.from({ length: 300 }, () => m1))).toBe(256)
  })

  test('[G38] what a comparison brought is noted, not pushed, and not to whom it came from', () => {
    const hub = hubWith(ann, ben)
    expect(hub.give({ type: 'delivered', id: m1, epoch: 1, from: ann, hops: 0, by: 'comparison' })).toEqual([])
    expect(told(hub.until(longMs))).toEqual([['ihave', ben, [m1]]])
  })

  test('a deadline that is too early does nothing', () => {
    const hub = hubWith(ann)
    hub.notes(ann, [m1])
    expect(hub.give({ type: 'deadline' }, 1)).toEqual([])
  })

  test('frames of a neighbour without a link do nothing', () => {
    const hub = hubWith()
    hub.has.add(m1)
    const strange: BroadcastInput[] = [
      { type: 'graft', from: ann, counter: 1, ids: [m1] }, { type: 'prune', from: ann, counter: 1 },
      { type: 'ihave', from: ann, notes: [{ id: m2, epoch: 1, hops: 0 }] }, { type: 'duplicate', id: m1, from: ann }, { type: 'link-down', peer: ann }
    ]
    expect(strange.flatMap(input => hub.give(input))).toEqual([])
    expect(hub.until(longMs)).toEqual([])
  })
})
