import { describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import type { Message, MessageId } from '../message/types.ts'
import { createFlood, type Gossip } from './flood.ts'

const [ann, ben, cem] = ['ann', 'ben', 'cem'] as [PeerId, PeerId, PeerId]
const message = (id: string): Message => ({ id: id as MessageId } as Message)

function linked (...peers: PeerId[]): Gossip {
  const flood = createFlood()
  for (const peer of peers) flood.handle({ type: 'link-up', peer })
  return flood
}

describe('flood', () => {
  test('[G12] a message written here goes to every neighbour, with no hops', () => {
    const effects = linked(ann, ben).handle({ type: 'delivered', message: message('m'), from: undefined, hops: 0 })
    expect(effects.map(({ peer, hops }) => [peer, hops])).toEqual([[ann, 0], [ben, 0]])
  })

  test('[G12] a message never goes back to where it came from, nor to who sent it meanwhile', () => {
    const flood = linked(ann, ben, cem)
    flood.handle({ type: 'duplicate', id: 'm' as MessageId, from: ben })
    const effects = flood.handle({ type: 'delivered', message: message('m'), from: ann, hops: 1 })
    expect(effects.map(({ peer }) => peer)).toEqual([cem])
  })

  test('[G12] a message goes once to a neighbour, however often it is delivered', () => {
    const flood = linked(ann)
    flood.handle({ type: 'delivered', message: message('m'), from: undefined, hops: 0 })
    expect(flood.handle({ type: 'delivered', message: message('m'), from: undefined, hops: 0 })).toEqual([])
  })

  test('[G13] what a neighbour has is forgotten beyond its last 4,096 messages', () => {
    const flood = linked(ann)
    flood.handle({ type: 'duplicate', id: 'old' as MessageId, from: ann })
    for (let index = 0; index < 4_095; index += 1) flood.handle({ type: 'duplicate', id: `m${index}` as MessageId, from: ann })
    expect(flood.handle({ type: 'delivered', message: message('old'), from: undefined, hops: 0 })).toEqual([])
    flood.handle({ type: 'duplicate', id: 'one more' as MessageId, from: ann })
    flood.handle({ type: 'duplicate', id: 'and another' as MessageId, from: ann })
    expect(flood.handle({ type: 'delivered', message: message('m0'), from: undefined, hops: 0 })).toHaveLength(1)
  })

  test('[G14] what is passed on has one hop more', () => {
    expect(linked(ann, ben).handle({ type: 'delivered', message: message('m'), from: ann, hops: 3 })).toMatchObject([{ peer: ben, hops: 4 }])
  })

  test('a neighbour that is gone gets nothing', () => {
    const flood = linked(ann, ben)
    flood.handle({ type: 'link-down', peer: ann })
    expect(flood.handle({ type: 'delivered', message: message('m'), from: undefined, hops: 0 }).map(({ peer }) => peer)).toEqual([ben])
  })
})
