import { describe, expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import type { MessageId } from '../message/types.ts'
import { createWantedMessages, wantedPerNeighbourMax } from './wanted.ts'

const [ann, ben] = ['ann', 'ben'] as [PeerId, PeerId]
const id = (name: string | number): MessageId => String(name) as MessageId

describe('wanted messages', () => {
  test('[G33] the share of one that is gone, or whose messages came, is free again', () => {
    const wanted = createWantedMessages()
    const fill = (name: string): void => { for (let index = 0; index < wantedPerNeighbourMax; index += 1) wanted.note(id(`${name}${index}`), ann, 0, 0, 10) }
    fill('a')
    wanted.note(id('one more'), ann, 0, 0, 10)
    expect(wanted.get(id('one more'))).toBeUndefined()
    wanted.delete(id('a0'))
    wanted.note(id('one more'), ann, 0, 0, 10)
    expect(wanted.get(id('one more'))).toBeDefined()
    expect(wanted.forget(ann)).toHaveLength(wantedPerNeighbourMax)
    fill('b')
    expect(wanted.size()).toBe(wantedPerNeighbourMax)
  })

  test('[G33] one whose first announcer is gone counts for the next', () => {
    const wanted = createWantedMessages()
    wanted.note(id('shared'), ann, 0, 0, 10)
    wanted.note(id('shared'), ben, 0, 0, 10)
    expect(wanted.forget(ann)).toEqual([])
    for (let index = 0; index < wantedPerNeighbourMax; index += 1) wanted.note(id(index), ben, 0, 0, 10)
    expect(wanted.size()).toBe(wantedPerNeighbourMax)
  })

  test('[G33] at most eight are remembered to have noted one, each once', () => {
    const wanted = createWantedMessages()
    for (let index = 0; index < 20; index += 1) wanted.note(id('m'), `p${index % 12}` as PeerId, 0, 0, 10)
    expect(wanted.get(id('m'))?.announcers.map(({ peer }) => peer)).toEqual(Array.from({ length: 8 }, (_, index) => `p${index}`))
  })

  test('[G33] more than 8,192 are not kept', () => {
    const wanted = createWantedMessages()
    for (let index = 0; index < 9_000; index += 1) wanted.note(id(index), `p${index % 20}` as PeerId, 0, 0, 10)
    expect(wanted.size()).toBe(8_192)
  })

  test('the earliest deadline is never later than the first that is due', () => {
    const wanted = createWantedMessages()
    wanted.note(id('late'), ann, 0, 0, 50)
    wanted.note(id('soon'), ann, 0, 0, 20)
    expect(wanted.earliestMs()).toBe(20)
    wanted.delete(id('soon'))
    expect(wanted.due(20)).toEqual([])
    expect(wanted.earliestMs()).toBe(50)
    expect(wanted.due(50).map(entry => entry.id)).toEqual(['late'])
  })
})
