import { expect, test } from 'vitest'
import { packBlock, repackBlock } from './blocks.ts'
import { numbered, sampleMessages, withoutBody } from './fixtures/sample-messages.ts'
import { mergeBlocks, rewriteBlock } from './rewriting.ts'

const events = numbered(sampleMessages(9))
const whole = packBlock(1, events).bytes

test('[S10] [S11] a block without some bodies or messages', () => {
  const erased = events.map(event => event.event === 2 ? withoutBody(event) : event)
  expect(rewriteBlock(1, whole, 'erase-bodies', new Set([2]))).toEqual({ type: 'replaced', by: repackBlock(erased) })
  expect(rewriteBlock(1, whole, 'drop', new Set([1, 3]))).toEqual({ type: 'replaced', by: repackBlock(events.filter(({ event }) => event !== 1 && event !== 3)) })
  expect(rewriteBlock(1, whole, 'drop', new Set(events.map(({ event }) => event)))).toEqual({ type: 'replaced', by: undefined })
})

test('[S10] [S11] a block that has nothing of what is to go is left alone', () => {
  // The fourth sample has no body.
  expect(rewriteBlock(1, whole, 'erase-bodies', new Set([4, 20]))).toEqual({ type: 'unchanged' })
  expect(rewriteBlock(1, whole, 'drop', new Set([20]))).toEqual({ type: 'unchanged' })
})

test('[S6] damage is told', () => {
  expect(rewriteBlock(2, whole, 'drop', new Set([2]))).toEqual({ type: 'damaged', code: 'malformed' })
  expect(rewriteBlock(1, whole.subarray(1), 'drop', new Set([2]))).toEqual({ type: 'damaged', code: 'checksum-mismatch' })
})

test('[S7] neighbours become one, with the gaps in them; others do not', () => {
  const left = packBlock(1, [events[0], undefined, events[2]]).bytes
  const right = packBlock(4, [events[3]]).bytes
  expect(mergeBlocks([1, 4], [left, right])).toEqual(packBlock(1, [events[0], undefined, events[2], events[3]]))
  expect(mergeBlocks([1, 5], [left, packBlock(5, [events[4]]).bytes])).toBeUndefined()
  expect(mergeBlocks([1, 4], [left, undefined])).toBeUndefined()
  expect(mergeBlocks([1, 4], [left, right.subarray(1)])).toBeUndefined()
})
