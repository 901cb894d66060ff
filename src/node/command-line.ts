/**
 * The command line of a family of small commands (`npm run bench -- NAME …`, `npm run soak -- NAME …`): names, `--list`, `--help`, typed options
 * and `--json` (CONTRACT "Commands"). It knows nothing of what a command does.
 */
import { parseArgs } from 'node:util'
import { HubError, reasonOf } from '../base/errors.ts'

export interface CommandOption {
  /** Its type is the option's type. Numbers are whole and above 0. */
  readonly default: number | string
  /** For `--help`: what it counts or chooses. */
  readonly sentence: string
}

export type CommandOptions = Readonly<Record<string, CommandOption>>

export type CommandValues<Options extends CommandOptions> = {
  readonly [Name in keyof Options]: Options[Name]['default'] extends number ? number : Options[Name]['default'] extends string ? string : number | string
}

export type CommandResult = Readonly<Record<string, unknown>>

export interface Command<Options extends CommandOptions = CommandOptions> {
  readonly name: string
  /** What it does, in one sentence. */
  readonly sentence: string
  readonly options: Options
  /** The fields of the JSON, as documented with the command. Ends everything that it started, also when it fails. */
  run (values: CommandValues<Options>): Promise<CommandResult>
}

export interface CommandFamily {
  /** The script in package.json that runs them. */
  readonly script: string
  /** What one of them is called: `benchmark`. */
  readonly noun: string
  /** By name, in the order of the list. Loaded when one is asked for: some bring libp2p, browsers and simulators with them. */
  readonly commands: Readonly<Record<string, () => Promise<Command>>>
  /** Whether the process ends with an exit code that says failure although there is a result. @default never */
  readonly isFailure?: (result: CommandResult) => boolean
}

/** Runs what `given` (the arguments after the script's name) asks for: the answer on standard output, sentences on standard error, and the exit code. */
export async function runCommandLine (family: CommandFamily, given: readonly string[]): Promise<void> {
  try {
    process.stdout.write(await answer(family, given))
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof HubError && thrown.code === 'invalid-argument' ? thrown.message : `The ${family.noun} failed: ${reasonOf(thrown)}`}\n`)
    process.exitCode = 1
  }
}

/** All that is to be printed on standard output. */
async function answer (family: CommandFamily, [name, ...rest]: readonly string[]): Promise<string> {
  const { noun, commands, isFailure = () => false } = family
  if (name == null || name === '--help' || name === '-h') return usage(family)
  if (name === '--list') return Object.keys(commands).map(known => `${known}\n`).join('')
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load == null) throw new HubError('invalid-argument', `There is no ${noun} "${name}": --list names them all.`)
  const command = await load()
  const { values, json, help } = parse(family, command, rest)
  if (help) return usageOf(family, command)
  const result = await command.run(values)
  if (isFailure(result)) process.exitCode = 1
  return json ? `${JSON.stringify(result)}\n` : Object.entries(result).map(([field, value]) => `${field}: ${JSON.stringify(value)}\n`).join('')
}

interface Parsed { readonly values: Readonly<Record<string, number | string>>, readonly json: boolean, readonly help: boolean }

function parse ({ script }: CommandFamily, command: Command, commandArguments: readonly string[]): Parsed {
  const own = Object.fromEntries(Object.keys(command.options).map(name => [name, { type: 'string' as const }]))
  try {
    const { values } = parseArgs({ args: [...commandArguments], options: { ...own, json: { type: 'boolean' }, help: { type: 'boolean' } }, strict: true })
    const given: Readonly<Record<string, string | boolean | undefined>> = values
    const typed = Object.entries(command.options).map(([name, option]) => [name, valueOf(name, option, given[name])] as const)
    return { values: Object.fromEntries(typed), json: given.json === true, help: given.help === true }
  } catch (thrown) {
    throw new HubError('invalid-argument', `${reasonOf(thrown)} (${script} ${command.name} --help lists the options.)`, { cause: thrown })
  }
}

function valueOf (name: string, option: CommandOption, given: string | boolean | undefined): number | string {
  if (typeof given !== 'string') return option.default
  if (typeof option.default === 'string') return given
  const number = Number(given)
  if (!Number.isSafeInteger(number) || number < 1) throw new HubError('invalid-argument', `--${name} wants a whole number above 0, not "${given}".`)
  return number
}

async function usage ({ script, commands }: CommandFamily): Promise<string> {
  const lines = (await Promise.all(Object.values(commands).map(load => load()))).map(({ name, sentence }) => `  ${name.padEnd(18)} ${sentence}`)
  return [`Usage: npm run ${script} -- NAME [options] [--json]`, '', ...lines, '', 'NAME --help lists the options of one, --list the names alone.', ''].join('\n')
}

function usageOf ({ script }: CommandFamily, { name, sentence, options }: Command): string {
  const lines = Object.entries(options).map(([option, { default: value, sentence: about }]) => `  --${`${option} ${value}`.padEnd(20)} ${about}`)
  return [`Usage: npm run ${script} -- ${name} [options] [--json]`, '', sentence, '', ...lines, `  --${'json'.padEnd(20)} One line of JSON instead of lines for people.`, ''].join('\n')
}
