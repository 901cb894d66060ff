import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTimeOrder } from './time-order.ts'

/** Members are numbers whose time is the number itself divided by ten: some come at one time. */
const timeOf = (member: number): number => Math.floor(member / 10)
const isBefore = (one: number, other: number): boolean => timeOf(one) === timeOf(other) ? one < other : timeOf(one) < timeOf(other)

interface Step { readonly add: boolean, readonly member: number }

const steps = fc.array(fc.record<Step>({ add: fc.boolean(), member: fc.nat(3_000) }), { maxLength: 3_000, size: 'max' })

test('walks give what sorting all members would, from and to any bound, whatever was added and removed', () => {
  let walked = 0
  fc.assert(fc.property(steps, fc.nat(3_000), (history, bound) => {
    const order = createTimeOrder(isBefore)
    const members = new Set<number>()
    for (const { add, member } of history) {
      if (add && !members.has(member)) order.add(member)
      if (add) members.add(member)
      else {
        order.remove(member, other => timeOf(other) >= timeOf(member), other => timeOf(other) > timeOf(member))
        members.delete(member)
      }
    }
    const sorted = [...members].sort((one, other) => isBefore(one, other) ? -1 : 1)
    expect(order.size).toBe(sorted.length)
    const up: number[] = []
    order.ascending(member => member >= bound, (member) => { up.push(member); return up.length >= 700 })
    expect(up).toEqual(sorted.filter(member => member >= bound).slice(0, 700))
    const down: number[] = []
    order.descending(member => member > bound, (member) => { down.push(member); return false })
    expect(down).toEqual(sorted.filter(member => member <= bound).reverse())
    walked += up.length + down.length
  }), { numRuns: 60 })
  expect(walked).toBeGreaterThan(5_000)
})

test('members that come in order fill their pages: 4 bytes each', () => {
  const order = createTimeOrder((one, other) => one < other)
  for (let member = 0; member < 10_240; member += 1) order.add(member)
  expect(order.memoryBytes).toBe(10_240 * 4)
})
