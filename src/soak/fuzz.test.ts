/** A small fixed share of the fuzz, and that it would tell. */
import { expect, test } from 'vitest'
import { HubError } from '../base/errors.ts'
import { accepted, bytesTarget, jsonTarget, orThrows, rejection, textTarget, type FuzzTarget } from './fuzz-target.ts'
import { createFuzz, fuzz, fuzzTargets } from './fuzz.ts'
import { createRandom } from '../base/seeded-random.ts'
import { soak } from './soak.ts'

const runs = 20_000
const untold = (): void => undefined

test('[M3 S6 G4] every decoder answers to damaged and random input, in time, and what it accepts has one encoding', async () => {
  const under = createFuzz()
  const result = await soak({ ...fuzz, start: async () => under }, { runs, seed: 20, first: 1 }, untold)
  expect(result).toEqual({ name: 'fuzz', runs, failed: 0, firstFailure: null })
  for (const { name } of fuzzTargets) {
    const codes = [...under.answers.get(name) ?? []].map(([code]) => code)
    expect(codes, `${name} accepts some`).toContain(accepted)
    expect(codes.length, `${name} refuses some`).toBeGreaterThan(1)
  }
}, 60_000)

test('[M8 to M41] damaged messages get past the first checks: nearly every rejection is met', async () => {
  const under = createFuzz()
  await soak({ ...fuzz, start: async () => under }, { runs, seed: 21, first: 1 }, untold)
  const codes = new Set([...under.answers.get('message') ?? []].map(([code]) => code))
  expect([...codes]).toEqual(expect.arrayContaining(['malformed', 'too-large', 'wrong-network', 'unknown-kind', 'bad-seq', 'body-mismatch', 'bad-body', 'wrong-key']))
}, 60_000)

test('the same seed and number are the same input', () => {
  const shown = (seed: number, number: number): string => {
    const random = createRandom(seed, number)
    return random.pick(fuzzTargets).make(random).shown()
  }
  const numbers = Array.from({ length: 200 }, (_, number) => number + 1)
  expect(numbers.map(number => shown(1, number))).toEqual(numbers.map(number => shown(1, number)))
  expect(new Set(numbers.flatMap(number => [shown(1, number), shown(2, number), shown(1 + 2 ** 40, number)])).size).toBeGreaterThan(500)
})

const sample = Uint8Array.of(0x0a, 3, 1, 2, 3)
const broken: ReadonlyArray<readonly [string, FuzzTarget]> = [
  ['throws', bytesTarget({ name: 'bytes', samples: [sample], judge: (bytes) => { if (bytes.length === 4) throw new RangeError('out of range'); return accepted } })],
  ['gives an undocumented code', bytesTarget({ name: 'bytes', samples: [sample], judge: bytes => rejection(bytes.length > 9 ? 'surprise' : 'malformed', ['malformed']) })],
  ['changes what it reads', bytesTarget({ name: 'bytes', samples: [sample], judge: (bytes) => { bytes.fill(0); return accepted } })],
  ['throws an undocumented code', textTarget({
    name: 'text', samples: ['abc'], judge: () => orThrows(['invalid-argument'], () => { throw new HubError('internal', 'an invariant') })
  })],
  ['throws what is no HubError', jsonTarget({
    name: 'json', samples: [{ a: 1 }], judge: value => orThrows([], () => { if (value == null) throw new TypeError('null has no properties') })
  })]
]

test.each(broken)('a decoder that %s fails its run, and the command that repeats it is told', async (_what, target) => {
  const run = (seed: number, number: number): void => { target.make(createRandom(seed, number)).judge() }
  const start = async () => ({ run, stop: async () => [] })
  const { failed, firstFailure } = await soak({ name: 'broken', sentence: '', runsDefault: 1, start }, { runs: 500, seed: 3, first: 1 }, untold)
  expect(failed).toBeGreaterThan(0)
  const number = Number(/^npm run soak -- broken --seed 3 --first (\d+) --runs 1$/.exec(firstFailure ?? '')?.[1])
  expect(() => { run(3, number) }).toThrow()
})
