import { expect, test } from 'vitest'
import { standForElection, type Election } from './election.ts'
import { createLocks } from './fixtures/locks.ts'

/** Pages at one lock, and who leads of them; what each was told must alternate. */
function createPages () {
  const locks = createLocks()
  const leading = new Set<string>()
  const stand = (name: string): Election => standForElection({
    lock: 'hub',
    locks,
    onLead () {
      expect(leading.has(name)).toBe(false)
      leading.add(name)
    },
    onStop () { expect(leading.delete(name)).toBe(true) }
  })
  return { locks, stand, leads: async (...names: string[]) => expect.poll(() => [...leading], { interval: 1 }).toEqual(names) }
}

test('[T1] one page leads, and the next one when it leaves', async () => {
  const { stand, leads } = createPages()
  const one = stand('one')
  const two = stand('two')
  stand('three')
  await leads('one')
  one.leave()
  await leads('two')
  two.leave()
  await leads('three')
})

test('[T2] a page that left is not handed the lead, and stands in line again when it is back', async () => {
  const { stand, leads } = createPages()
  const one = stand('one')
  const two = stand('two')
  const three = stand('three')
  await leads('one')
  two.leave()
  one.leave()
  await leads('three')
  two.rejoin()
  two.rejoin()
  three.leave()
  await leads('two')
})

test('[T2] leaving twice, or before it was its turn, is harmless', async () => {
  const { stand, leads, locks } = createPages()
  const one = stand('one')
  one.leave()
  one.leave()
  await expect.poll(() => locks.isHeld('hub'), { interval: 1 }).toBe(false)
  one.rejoin()
  await leads('one')
})

test('[T3] a page that takes the lead has it, and the other one is told and stands in line', async () => {
  const { stand, leads } = createPages()
  stand('one')
  const two = stand('two')
  await leads('one')
  two.takeOver()
  await leads('two')
  two.leave()
  await leads('one')
})
