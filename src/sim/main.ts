/**
 * `npm run sim -- --scenario NAME [--hubs N] [--seed S] [--seeds COUNT] [--json]`: one simulated run, or several seeds in a row; `--list` names the
 * scenarios; `compare` runs all of them and holds them against the accepted figures. A run that fails is made small and printed as one command.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { HubError, reasonOf } from '../base/errors.ts'
import { acceptedOf, baselineSeeds, worseThan, type Accepted, type Baseline } from './baseline.ts'
import { maelstrom } from './maelstrom/command.ts'
import { run, type Report } from './run.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'
import { shrink } from './shrink.ts'
import { commandOf, vary, type Variation } from './vary.ts'

const baselineFile = new URL('baseline.json', import.meta.url)

const usage = `Usage: npm run sim -- --scenario NAME [options]
       npm run sim -- compare [--accept] [--json]
       npm run sim -- maelstrom --help

  --scenario NAME      Which one; --list names them.
  --hubs N             As many hubs.
  --senders N          As many of them write.
  --messages N         As many messages.
  --history N          As many messages from before the run.
  --strategy NAME      tree or flood.
  --seed S             What all chance follows from (1).
  --seeds COUNT        So many runs, of this seed and those that follow.
  --without 0,2        Without these faults and hostile hubs, by their places.
  --lenient            Held to what every run must keep, and to no figure.
  --json               One line of JSON instead of lines for people.
`

const [first, ...others] = process.argv.slice(2)
try {
  if (first === 'maelstrom') await maelstrom(others)
  else await main(process.argv.slice(2))
} catch (thrown) {
  process.stderr.write(`${thrown instanceof HubError && thrown.code === 'invalid-argument' ? thrown.message : `The simulation failed: ${reasonOf(thrown)}`}\n`)
  process.exitCode = 1
}

async function main (given: readonly string[]): Promise<void> {
  const { values, positionals } = parse(given)
  if (values.help === true || given.length === 0) process.stdout.write(usage)
  else if (values.list === true) for (const { name, sentence } of scenarios) process.stdout.write(`${name.padEnd(20)} ${sentence}\n`)
  else if (positionals.length === 1 && positionals[0] === 'compare') await compare(values.accept === true, values.json === true)
  else if (positionals.length > 0) throw new HubError('invalid-argument', `The simulator does not know "${positionals.join(' ')}": --help says what it does.`)
  else {
    const scenario = scenarios.find(({ name }) => name === values.scenario)
    if (scenario == null) throw new HubError('invalid-argument', `There is no scenario "${values.scenario ?? ''}": --list names them all.`)
    const variation: Variation = {
      hubs: numberOf('hubs', values.hubs), senders: numberOf('senders', values.senders), messages: numberOf('messages', values.messages), history: numberOf('history', values.history),
      strategy: strategyOf(values.strategy), lenient: values.lenient, without: values.without?.split(',').map(Number)
    }
    const seed = numberOf('seed', values.seed) ?? 1
    if (values.seeds == null) await runOne(scenario, seed, variation, values.json === true)
    else await runSeeds(scenario, seed, numberOf('seeds', values.seeds) ?? 1, variation, values.json === true)
  }
}

function parse (given: readonly string[]) {
  const [text, flag] = [{ type: 'string' as const }, { type: 'boolean' as const }]
  try {
    return parseArgs({
      args: [...given], strict: true, allowPositionals: true,
      options: {
        scenario: text, hubs: text, senders: text, messages: text, history: text, strategy: text, seed: text, seeds: text, without: text,
        json: flag, lenient: flag, list: flag, accept: flag, help: flag
      }
    })
  } catch (thrown) {
    throw new HubError('invalid-argument', `${reasonOf(thrown)} (sim --help lists the options.)`, { cause: thrown })
  }
}

function numberOf (name: string, given: string | undefined): number | undefined {
  if (given == null) return undefined
  const number = Number(given)
  if (!Number.isSafeInteger(number) || number < 1) throw new HubError('invalid-argument', `--${name} wants a whole number above 0, not "${given}".`)
  return number
}

function strategyOf (given: string | undefined): Scenario['strategy'] | undefined {
  if (given == null || given === 'tree' || given === 'flood') return given
  throw new HubError('invalid-argument', `--strategy is tree or flood, not "${given}".`)
}

async function runOne (scenario: Scenario, seed: number, variation: Variation, json: boolean): Promise<void> {
  const report = await run(vary(scenario, variation), seed)
  if (report.failures.length > 0) {
    process.exitCode = 1
    for (const failure of report.failures) process.stderr.write(`${failure}\n`)
    process.stderr.write(`The smallest run that fails too: ${await smallest(scenario, seed, variation, report)}\n`)
  }
  print({ ...report }, json)
}

async function runSeeds (scenario: Scenario, first: number, runs: number, variation: Variation, json: boolean): Promise<void> {
  let failed = 0
  let firstFailure: string | null = null
  for (let seed = first; seed < first + runs; seed += 1) {
    const report = await run(vary(scenario, variation), seed)
    const { failures } = report
    if (failures.length === 0) continue
    failed += 1
    process.stderr.write(`Seed ${seed}: ${failures.join(' ')}\n`)
    firstFailure ??= await smallest(scenario, seed, variation, report)
  }
  if (failed > 0) process.exitCode = 1
  print({ scenario: scenario.name, runs, failed, firstFailure }, json)
}

/** It must fail for the same reason, whatever the figures: a run in which nothing happens fails for another one. */
async function smallest (scenario: Scenario, seed: number, variation: Variation, { failures }: Report): Promise<string> {
  const reasonIn = (sentence: string): string => sentence.replace(/[\d.]+/g, '')
  const reasons = new Set(failures.map(reasonIn))
  const fails = async (smaller: Variation): Promise<boolean> => {
    const { failures } = await run(vary(scenario, smaller), seed)
    return failures.some(failure => reasons.has(reasonIn(failure)))
  }
  return commandOf(scenario, seed, await shrink(scenario, variation, fails))
}

async function compare (accept: boolean, json: boolean): Promise<void> {
  const found = new Map<string, Accepted>()
  const failures: string[] = []
  for (const scenario of scenarios) {
    const reports: Report[] = []
    for (let seed = 1; seed <= baselineSeeds; seed += 1) reports.push(await run(scenario, seed))
    for (const { seed, failures: faults } of reports) failures.push(...faults.map(fault => `${scenario.name}, seed ${seed}: ${fault}`))
    found.set(scenario.name, acceptedOf(reports))
  }
  if (accept && failures.length === 0) {
    const rows = [...found].map(([scenario, figures]) => `  ${JSON.stringify(scenario)}: ${JSON.stringify(figures)}`)
    writeFileSync(baselineFile, `{\n${rows.join(',\n')}\n}\n`)
  } else if (!accept) {
    const known: ReadonlyMap<string, Accepted> = new Map(Object.entries(JSON.parse(readFileSync(baselineFile, 'utf8')) as Baseline))
    for (const [scenario, figures] of found) failures.push(...worseThan(known.get(scenario), scenario, figures))
  }
  if (failures.length > 0) process.exitCode = 1
  print({ scenarios: found.size, failed: failures.length, failures }, json)
}

function print (result: Readonly<Record<string, unknown>>, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : Object.entries(result).map(([field, value]) => `${field}: ${JSON.stringify(value)}\n`).join(''))
}
