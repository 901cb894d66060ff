/**
 * `npm run bench -- NAME [options] [--json]`: runs one benchmark and prints what it measured, as JSON or as lines for people.
 * A new benchmark is a file beside this one and a line in `benchmarks`.
 */
import '../node/compat.ts'
import { parseArgs } from 'node:util'
import { HubError, reasonOf } from '../base/errors.ts'
import type { Benchmark, BenchmarkOption } from './benchmark.ts'
import { connect } from './connect.ts'

const benchmarks: readonly Benchmark[] = [connect]

try {
  process.stdout.write(await answer(process.argv.slice(2)))
} catch (thrown) {
  process.stderr.write(`${thrown instanceof HubError && thrown.code === 'invalid-argument' ? thrown.message : `The benchmark failed: ${reasonOf(thrown)}`}\n`)
  process.exitCode = 1
}

/** All that is to be printed on standard output. */
async function answer ([name, ...rest]: readonly string[]): Promise<string> {
  if (name == null || name === '--help' || name === '-h') return usage()
  if (name === '--list') return benchmarks.map(benchmark => `${benchmark.name}\n`).join('')
  const benchmark = benchmarks.find(known => known.name === name)
  if (benchmark == null) throw new HubError('invalid-argument', `There is no benchmark "${name}": --list names them all.`)
  const { values, json, help } = parse(benchmark, rest)
  if (help) return usageOf(benchmark)
  const result = await benchmark.run(values)
  return json ? `${JSON.stringify(result)}\n` : Object.entries(result).map(([field, value]) => `${field}: ${JSON.stringify(value)}\n`).join('')
}

interface Parsed { readonly values: Readonly<Record<string, number | string>>, readonly json: boolean, readonly help: boolean }

function parse (benchmark: Benchmark, commandArguments: readonly string[]): Parsed {
  const own = Object.fromEntries(Object.keys(benchmark.options).map(name => [name, { type: 'string' as const }]))
  try {
    const { values } = parseArgs({ args: [...commandArguments], options: { ...own, json: { type: 'boolean' }, help: { type: 'boolean' } }, strict: true })
    const given: Readonly<Record<string, string | boolean | undefined>> = values
    const typed = Object.entries(benchmark.options).map(([name, option]) => [name, valueOf(name, option, given[name])] as const)
    return { values: Object.fromEntries(typed), json: given.json === true, help: given.help === true }
  } catch (thrown) {
    throw new HubError('invalid-argument', `${reasonOf(thrown)} (bench ${benchmark.name} --help lists the options.)`, { cause: thrown })
  }
}

function valueOf (name: string, option: BenchmarkOption, given: string | boolean | undefined): number | string {
  if (typeof given !== 'string') return option.default
  if (typeof option.default === 'string') return given
  const number = Number(given)
  if (!Number.isSafeInteger(number) || number < 1) throw new HubError('invalid-argument', `--${name} wants a whole number above 0, not "${given}".`)
  return number
}

function usage (): string {
  const lines = benchmarks.map(({ name, sentence }) => `  ${name.padEnd(10)} ${sentence}`)
  return ['Usage: npm run bench -- NAME [options] [--json]', '', ...lines, '', 'NAME --help lists the options of one, --list the names alone.', ''].join('\n')
}

function usageOf ({ name, sentence, options }: Benchmark): string {
  const lines = Object.entries(options).map(([option, { default: value, sentence: about }]) => `  --${`${option} ${value}`.padEnd(20)} ${about}`)
  return [`Usage: npm run bench -- ${name} [options] [--json]`, '', sentence, '', ...lines, `  --${'json'.padEnd(20)} One line of JSON instead of lines for people.`, ''].join('\n')
}
