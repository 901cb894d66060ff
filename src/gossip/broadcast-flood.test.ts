import { describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import type { MessageId } from '../message/types.ts'
import type { Broadcast } from './broadcast.ts'
import { createBroadcastFlood } from './broadcast-flood.ts'

const [ann, ben, cem] = ['ann', 'ben', 'cem'] as [PeerId, PeerId, PeerId]
const id = (name: string): MessageId => name as MessageId

function linked (...peers: PeerId[]): { readonly flood: Broadcast, readonly has: Set<MessageId> } {
  const has = new Set<MessageId>()
  const flood = createBroadcastFlood({ has: known => has.has(known) })
  for (const peer of peers) flood.handle({ type: 'link-up', peer }, 0)
  return { flood, has }
}

const delivered = (name: string, from?: PeerId, hops = 0): Parameters<Broadcast['handle']>[0] => ({ type: 'delivered', id: id(name), epoch: 1, from, hops, by: 'gossip' })

describe('flood as a strategy', () => {
  test('[G12] a message goes to every neighbour but those that have it, [G14] one hop further', () => {
    const { flood } = linked(ann, ben, cem)
    flood.handle({ type: 'duplicate', id: id('m'), from: ben }, 0)
    expect(flood.handle(delivered('m', ann, 3), 0)).toEqual([{ type: 'send-payload', peer: cem, id: 'm', hops: 4 }])
    expect(flood.handle(delivered('m', ann, 3), 0)).toEqual([])
  })

  test('[G13] what a neighbour has is forgotten beyond its last 4,096 messages', () => {
    const { flood } = linked(ann)
    for (let index = 0; index < 4_096; index += 1) flood.handle({ type: 'duplicate', id: id(`m${index}`), from: ann }, 0)
    expect(flood.handle(delivered('m0'), 0)).toEqual([])
    flood.handle({ type: 'duplicate', id: id('one more'), from: ann }, 0)
    expect(flood.handle(delivered('m0'), 0)).toHaveLength(1)
  })

  test('[G18] what is missing is asked of whoever noted it, and what is asked for is sent if it is there', () => {
    const { flood, has } = linked(ann)
    has.add(id('here'))
    const notes = ['here', 'there'].map(name => ({ id: id(name), epoch: 1, hops: 0 }))
    expect(flood.handle({ type: 'ihave', from: ann, notes }, 0)).toEqual([{ type: 'send-graft', peer: ann, counter: 0, ids: ['there'] }])
    expect(flood.handle({ type: 'graft', from: ann, counter: 0, ids: notes.map(note => note.id) }, 0)).toEqual([{ type: 'send-payload', peer: ann, id: 'here', hops: 0 }])
  })

  test('a neighbour that is gone gets nothing', () => {
    const { flood } = linked(ann, ben)
    flood.handle({ type: 'link-down', peer: ann }, 0)
    expect([flood.linkOf(ann), flood.linkOf(ben)]).toEqual(['none', 'eager'])
    expect(flood.handle(delivered('m'), 0)).toHaveLength(1)
  })
})
