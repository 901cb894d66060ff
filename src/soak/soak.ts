/**
 * What a long check is: runs that follow from a seed and a number, so that any of them can be repeated by itself, and a count of those
 * that failed. It knows nothing of what is checked.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import type { Command } from '../node/command-line.ts'

/** A check that is under way. */
export interface Soak {
  /** One run, by what it throws: nothing when all is well. The same seed and number try the same thing. Runs do not depend on each other. */
  run: (seed: number, number: number) => Promise<void> | void
  /** Ends everything that was started. What it returns is logged. */
  stop: () => Promise<readonly string[]>
}

export interface SoakCheck {
  readonly name: string
  readonly sentence: string
  /** @default for `--runs` */
  readonly runsDefault: number
  readonly start: () => Promise<Soak>
}

/** CONTRACT's JSON of a soak. */
export interface SoakResult {
  readonly name: string
  readonly runs: number
  readonly failed: number
  /** The command that repeats the first run that failed. */
  readonly firstFailure: string | null
}

/** Failures told in full: a broken build fails in one way, mostly. */
const failuresShownMax = 10
/** How often the log says how far it is. */
const progressMs = 15_000

export interface SoakRange {
  readonly runs: number
  readonly seed: number
  /** The number of the first run. */
  readonly first: number
}

/** Runs the check; a run that fails is counted, a check that cannot start or stop rejects. `tell` gets lines for people. @default standard error */
export async function soak (check: SoakCheck, { runs, seed, first }: SoakRange, tell: (line: string) => void = log): Promise<SoakResult> {
  const { name } = check
  let failed = 0
  let firstFailure: string | null = null
  let lastProgressMs = Date.now()
  const started = await check.start()
  try {
    for (let number = first; number < first + runs; number += 1) {
      try {
        const run = started.run(seed, number)
        if (run != null) await run
      } catch (thrown) {
        failed += 1
        firstFailure ??= `npm run soak -- ${name} --seed ${seed} --first ${number} --runs 1`
        if (failed <= failuresShownMax) tell(`${name}: run ${number} failed: ${thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown)}`)
      }
      if (Date.now() - lastProgressMs < progressMs) continue
      lastProgressMs = Date.now()
      tell(`${name}: ${number - first + 1} of ${runs} runs, ${failed} failed`)
      await breathe() // runs may be synchronous: signals and output get their turn
    }
  } finally {
    for (const line of await started.stop()) tell(`${name}: ${line}`)
  }
  return { name, runs, failed, firstFailure }
}

/** The check as a command of `npm run soak`. */
export function asCommand (check: SoakCheck): Command {
  const { name, sentence, runsDefault } = check
  const options = {
    runs: { default: runsDefault, sentence: 'How many runs.' },
    seed: { default: 1, sentence: 'What all chance follows from.' },
    first: { default: 1, sentence: 'The number of the first run: with --runs 1, that run alone.' }
  }
  const command: Command<typeof options> = { name, sentence, options, run: async values => ({ ...await soak(check, values) }) }
  return command
}

function log (line: string): void {
  process.stderr.write(`${line}\n`)
}
