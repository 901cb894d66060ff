import { expect, test } from 'vitest'
import { hexOf, keyOf } from './fixtures/build.ts'
import { bodyForgetMs, bodyWaitMs } from './limits.ts'
import { createWantedBodies } from './wanted-bodies.ts'
import type { MessageId } from '../types.ts'

const idOf = (name: string): MessageId => hexOf(name) as MessageId
const author = keyOf('ada')

test('[R10] asks for each body for its time, counted from the first offer, and remembers that it did', () => {
  const bodies = createWantedBodies()
  bodies.want(idOf('one'), author, 'peer', 0)
  bodies.want(idOf('one'), author, 'other peer', bodyWaitMs - 1)
  bodies.want(idOf('two'), author, 'peer', 5)
  expect(bodies.list(bodyWaitMs - 1)).toEqual([idOf('one'), idOf('two')])
  expect(bodies.isLost(idOf('one'), bodyWaitMs - 1)).toBe(false)
  expect(bodies.list(bodyWaitMs)).toEqual([idOf('two')])
  expect(bodies.isLost(idOf('one'), bodyWaitMs)).toBe(true)
  bodies.drop(idOf('one'))
  expect(bodies.isLost(idOf('one'), bodyWaitMs)).toBe(false)
})

test('[R10] forgets what nobody offered for a day', () => {
  const bodies = createWantedBodies()
  bodies.want(idOf('one'), author, 'peer', 0)
  expect(bodies.list(bodyForgetMs)).toEqual([])
  expect(bodies.isLost(idOf('one'), bodyForgetMs)).toBe(false)
})

test('[R10] a flood of invented headers from one peer leaves room for another\'s', () => {
  const bodies = createWantedBodies(8)
  for (let number = 0; number < 100; number++) bodies.want(idOf(`invented ${number}`), keyOf(`author ${number}`), 'flood', 0)
  bodies.want(idOf('honest'), author, 'peer', 0)
  expect(bodies.list(1)).toHaveLength(8)
  expect(bodies.list(1)).toContain(idOf('honest'))
})
