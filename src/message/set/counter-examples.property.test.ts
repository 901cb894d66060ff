import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createReplicatedSet } from '../replicated-set.ts'
import { genesis, network, startMs } from './fixtures/build.ts'
import { counterExamples } from './fixtures/counter-examples.ts'
import { referenceSet } from './fixtures/reference.ts'

const runs = { numRuns: Number(process.env.HUBBUB_RUNS ?? 150), seed: Number(process.env.HUBBUB_SEED ?? 1) }

const offers = fc.string({ maxLength: 4 }).map(counterExamples).chain(bag => fc.record({
  bag: fc.constant(bag),
  order: fc.shuffledSubarray([...bag, ...bag], { minLength: bag.length, maxLength: bag.length * 2 })
}))

test('[R1] the counter-examples together, in any order and with any of them twice, end as the definition says', () => {
  const seen = { twice: 0, barred: 0, removedMeanwhile: 0, displaced: 0, held: 0, bodyWanted: 0 }
  fc.assert(fc.property(offers, ({ bag, order }) => {
    const set = createReplicatedSet({ network, genesis })
    // Whatever the shuffle left out comes last.
    for (const message of [...order, ...bag]) {
      const { outcome, changes } = set.offer(message, startMs + 1)
      if (outcome.type === 'duplicate') seen.twice++
      if (outcome.type === 'pending') seen.held++
      if (outcome.type === 'excluded' && outcome.reason === 'body-wanted') seen.bodyWanted++
      for (const change of changes) {
        if (change.type === 'displaced') seen.displaced++
        if (change.type === 'standing' && change.standing === 'removed') seen.removedMeanwhile++
      }
    }
    for (let before = -1; before !== set.size();) {
      before = set.size()
      const wanted = new Set(set.closuresWanted())
      for (const message of bag) if (wanted.has(message.id)) set.offer(message, startMs + 1)
    }
    const expected = referenceSet(bag)
    expect(set.size()).toBe(expected.size)
    for (const { id } of bag) expect(set.standing(id)).toBe(expected.get(id))
    for (const standing of expected.values()) if (standing === 'barred') seen.barred++
  }), runs)
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20)
})
