import { describe, expect, test } from 'vitest'
import { followLinks, type LinksSeen } from '../../data/link-samples.ts'
import { samplePeer, sampleTime } from '../../data/samples.ts'
import { flightsBetween, fly, hopMs, rippleMs } from './flights.ts'

const counted = (messagesIn: number, messagesOut: number, before: LinksSeen | null = null): LinksSeen =>
  followLinks(before, [samplePeer({ peerId: 'a', messagesIn, messagesOut })], sampleTime + messagesIn + messagesOut)

describe('comets', () => {
  test('stand for messages that were counted, in their direction', () => {
    const before = counted(5, 5)
    expect(flightsBetween('me', before, counted(6, 7, before), 0, 900).map(({ from, to }) => `${from} ${to}`)).toEqual(['a me', 'me a', 'me a'])
    expect(flightsBetween('me', before, before, 0, 900)).toEqual([])
    expect(flightsBetween('me', null, before, 0, 900), 'the first answer says nothing of now').toEqual([])
  })

  test('a stream is not drawn one by one, and a counter that began anew draws nothing', () => {
    const before = counted(5, 5)
    expect(flightsBetween('me', before, counted(5_000, 5, before), 0, 900)).toHaveLength(3)
    expect(flightsBetween('me', before, counted(0, 0, before), 0, 900)).toEqual([])
  })

  test('end when they have rippled out', () => {
    const flight = { from: 'a', to: 'b', startsAt: 0 }
    expect(fly([flight], [], hopMs)).toHaveLength(1)
    expect(fly([flight], [], hopMs + rippleMs)).toEqual([])
    expect(fly([], Array.from({ length: 500 }, () => flight), 0)).toHaveLength(60)
  })
})
