import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeMessages } from './message-window.ts'
import { samplePost } from '../../data/samples.ts'

const ids = (messages: ReadonlyArray<{ id: string }>): string[] => messages.map(({ id }) => id)
const posts = (...indexes: number[]) => indexes.map(index => samplePost(index))

describe('the window of messages', () => {
  test('is oldest first, by time and then by id, whatever the order of arrival', () => {
    const twins = [samplePost(7, { timestamp: 5 }), samplePost(6, { timestamp: 5 })]
    fc.assert(fc.property(fc.shuffledSubarray([...posts(1, 2, 3), ...twins], { minLength: 5 }), (arrival) => {
      const merged = arrival.reduce(({ messages }, message) => mergeMessages(messages, [message], 10), mergeMessages([], [], 10))
      expect(ids(merged.messages)).toEqual(ids([...twins.toReversed(), ...posts(1, 2, 3)]))
    }))
  })

  test('keeps the newest when there is no room, and says that it left some out', () => {
    const merged = mergeMessages(posts(1, 2, 3), posts(0, 4), 3)
    expect(ids(merged.messages)).toEqual(ids(posts(2, 3, 4)))
    expect(merged.dropped).toBe(true)
  })

  test('is the same array when nothing changed', () => {
    const shown = posts(1, 2)
    expect(mergeMessages(shown, posts(1), 10).messages).toBe(shown)
    expect(mergeMessages(shown, [], 10)).toEqual({ messages: shown, dropped: false })
  })

  test('takes a new state and a removal, and keeps the others as they are', () => {
    const shown = [samplePost(1, { state: 'here' }), samplePost(2)]
    const sent = mergeMessages(shown, [samplePost(1)], 10).messages
    expect(sent[0]?.state).toBe('sent')
    expect(sent[1]).toBe(shown[1])
    expect(mergeMessages(sent, [samplePost(2, { body: null })], 10).messages[1]?.body).toBeNull()
  })
})
