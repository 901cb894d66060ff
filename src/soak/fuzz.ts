/**
 * Every decoder that takes bytes or text from outside, fed with what nobody would send who means well. What it holds each of them to:
 * 1. an answer, or an error that its documentation names; 2. within a bound of time; 3. what is accepted comes back the same from its own
 * encoding (message/SPEC.md M3). Signatures are not among them: message/signing.test.ts has the crafted ones.
 */
import { messageTargets } from './fuzz-message-targets.ts'
import { textTargets } from './fuzz-text-targets.ts'
import type { FuzzInput } from './fuzz-target.ts'
import { syncTargets } from './fuzz-sync-targets.ts'
import { fastSyncTargets } from './fuzz-fastsync-targets.ts'
import { wireTargets } from './fuzz-wire-targets.ts'
import { createRandom } from '../base/seeded-random.ts'
import type { Soak, SoakCheck } from './soak.ts'

export const fuzz: SoakCheck = {
  name: 'fuzz',
  sentence: 'Damaged and random input for every decoder: no crash, no hang, one encoding for what is accepted.',
  runsDefault: 1_000_000,
  start: async () => createFuzz()
}

/** How often each target answered what: the proof that inputs get past the first check. */
export interface Fuzz extends Soak {
  readonly answers: ReadonlyMap<string, ReadonlyMap<string, number>>
}

/** Milliseconds that one input of at most 16 KiB may take. A page that stops for longer drops frames; the slowest honest input takes a tenth. */
const inputMsMax = 50
/** A slow answer is measured again: a busy machine is slow once, a bad decoder always. */
const measurementsMax = 5
/** Of an input, in characters, in the text of a failure; the command that repeats it has the rest. */
const shownCharactersMax = 2_000

export const fuzzTargets = [...messageTargets, ...wireTargets, ...syncTargets, ...fastSyncTargets, ...textTargets]

export function createFuzz (): Fuzz {
  const answers = new Map(fuzzTargets.map(({ name }) => [name, new Map<string, number>()]))
  return {
    answers,
    run (seed, number) {
      const random = createRandom(seed, number)
      const { name, make } = random.pick(fuzzTargets)
      const input = make(random)
      try {
        const code = judgeInTime(input)
        const counts = answers.get(name)
        counts?.set(code, (counts.get(code) ?? 0) + 1)
      } catch (thrown) {
        throw new Error(`${name}: ${String(thrown)}\n  input: ${input.shown().slice(0, shownCharactersMax)}`, { cause: thrown })
      }
    },
    stop: async () => [...answers].map(([name, counts]) =>
      `${name.padEnd(22)} ${[...counts].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`).join(', ')}`)
  }
}

function judgeInTime (input: FuzzInput): string {
  let fastestMs = Infinity
  for (let measured = 0; measured < measurementsMax; measured += 1) {
    const start = performance.now()
    const code = input.judge()
    fastestMs = Math.min(fastestMs, performance.now() - start)
    if (fastestMs <= inputMsMax) return code
  }
  throw new Error(`The answer took ${Math.round(fastestMs)} ms; ${inputMsMax} ms are allowed.`)
}
