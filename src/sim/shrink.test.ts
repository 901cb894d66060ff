import { describe, expect, test } from 'vitest'
import { scenarios } from './scenarios.ts'
import { shrink } from './shrink.ts'
import { commandOf, vary } from './vary.ts'

const rolling = scenarios.find(({ name }) => name === 'rolling-partitions')!

describe('a failing run', () => {
  test('is made small: what it fails without is left out, what it fails for stays', async () => {
    const fails = async (variation: object): Promise<boolean> => {
      const { hubs, messages, faults } = vary(rolling, variation)
      return hubs >= 5 && messages >= 17 && faults.some(({ atMs }) => atMs === 8_500)
    }
    const smallest = await shrink(rolling, {}, fails)
    expect(await fails(smallest)).toBe(true)
    const { hubs, messages, faults } = vary(rolling, smallest)
    expect(faults).toHaveLength(1)
    expect(hubs).toBeLessThan(7)
    expect(messages).toBeLessThan(21)
    expect(commandOf(rolling, 9, smallest)).toBe(`npm run sim -- --scenario rolling-partitions --seed 9 --hubs ${hubs} --messages ${messages} --without 0,2,3`)
  })

  test('that cannot be smaller stays as it is', async () => {
    expect(await shrink(rolling, { hubs: 10 }, async () => false)).toEqual({ hubs: 10 })
  })
})
