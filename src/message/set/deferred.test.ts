import { expect, test } from 'vitest'
import { createDeferred } from './deferred.ts'
import { hexOf } from './fixtures/build.ts'
import { aheadMsMax, deferredCountedMax } from './limits.ts'
import type { MessageId } from '../types.ts'

const idOf = (number: number): MessageId => hexOf(`deferred ${number}`) as MessageId

test('[R14] counts what is not due yet, each message once', () => {
  const deferred = createDeferred()
  expect(deferred.untilMs(idOf(1), 50 + aheadMsMax, 10)).toBe(50)
  expect(deferred.untilMs(idOf(1), 50 + aheadMsMax, 11)).toBe(50)
  expect(deferred.untilMs(idOf(2), 60 + aheadMsMax, 11)).toBe(60)
  expect([deferred.count(49), deferred.count(50), deferred.count(60)]).toEqual([2, 1, 0])
})

test('[R14] counts a bounded number, and makes room for what comes later', () => {
  const deferred = createDeferred()
  for (let number = 0; number < 2 * deferredCountedMax; number++) deferred.untilMs(idOf(number), 100 + aheadMsMax, 1)
  expect(deferred.count(1)).toBe(deferredCountedMax)
  deferred.untilMs(idOf(-1), 300 + aheadMsMax, 200)
  expect(deferred.count(200)).toBe(1)
})
