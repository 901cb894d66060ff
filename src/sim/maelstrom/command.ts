/** `npm run sim -- maelstrom`: one Maelstrom test of our own node, in real processes or in virtual time; the exit code is 0 if what it saw is valid. */
import { parseArgs } from 'node:util'
import { HubError, reasonOf } from '../../base/errors.ts'
import { profileOf } from '../../node/maelstrom/profile.ts'
import { builtNode } from './built-node.ts'
import { createProcessWorld } from './processes.ts'
import { runTest, type TestReport } from './test.ts'
import { createVirtualWorld } from './virtual-nodes.ts'
import type { TestOptions, Workload } from './world.ts'

const usage = `Usage: npm run sim -- maelstrom [options]

  --workload NAME      echo, unique-ids or broadcast (broadcast).
  --nodes N            Nodes (25).
  --latency MS         Between nodes, one way (100).
  --latency-dist NAME  constant, uniform or exponential (constant).
  --rate N             Operations a second, of all clients together (100).
  --seconds N          How long clients ask; a broadcast test then waits 10 s and reads (20).
  --profile NAME       latency or throughput (latency).
  --partitions         With partitions that drop what crosses them, silently.
  --virtual            In virtual time, in this process: repeats exactly, by its seed.
  --seed S             What operations, partitions and latencies follow from (1).
  --bin FILE           Another node than ours, in real processes.
  --log                What nodes write to their standard error.
  --json               One line of JSON instead of lines for people.
`

export interface MaelstromRun extends TestOptions {
  readonly virtual: boolean
  readonly bin?: string | undefined
  readonly log?: boolean
}

/** Runs one test in a world of its own. */
export async function runMaelstrom ({ virtual, bin, log = false, ...options }: MaelstromRun): Promise<TestReport> {
  const world = virtual
    ? createVirtualWorld(options.profile, options.seed)
    : createProcessWorld({
        bin: bin ?? await builtNode(),
        environment: { HUBBUB_PROFILE: options.profile },
        onLog: (node, line) => { if (log) process.stderr.write(`${node}: ${line}\n`) }
      })
  try {
    return await runTest(world, options)
  } finally {
    await world.stop()
  }
}

export async function maelstrom (given: readonly string[]): Promise<void> {
  const { values } = parse(given)
  if (values.help === true) { process.stdout.write(usage); return }
  const virtual = values.virtual === true
  if (virtual && values.bin != null) throw new HubError('invalid-argument', '--virtual runs our own node: leave out --bin.')
  const report = await runMaelstrom({
    workload: oneOf('workload', values.workload, ['echo', 'unique-ids', 'broadcast'] satisfies Workload[]),
    nodes: numberOf('nodes', values.nodes, 1),
    latencyMs: numberOf('latency', values.latency, 0),
    latencyDistribution: oneOf('latency-dist', values['latency-dist'], ['constant', 'uniform', 'exponential']),
    rate: numberOf('rate', values.rate, 1),
    seconds: numberOf('seconds', values.seconds, 1),
    profile: profileOf(values.profile).name,
    partitions: values.partitions === true,
    seed: numberOf('seed', values.seed, 0),
    virtual, bin: values.bin, log: values.log === true
  })
  if (!report.valid) process.exitCode = 1
  const result = { time: virtual ? 'virtual' : 'real', ...report }
  process.stdout.write(values.json === true ? `${JSON.stringify(result)}\n` : Object.entries(result).map(([field, value]) => `${field}: ${JSON.stringify(value)}\n`).join(''))
}

function parse (given: readonly string[]) {
  const text = (value: string) => ({ type: 'string' as const, default: value })
  const flag = { type: 'boolean' as const }
  try {
    return parseArgs({
      args: [...given], strict: true,
      options: {
        workload: text('broadcast'), nodes: text('25'), latency: text('100'), 'latency-dist': text('constant'), rate: text('100'), seconds: text('20'),
        profile: text('latency'), seed: text('1'), bin: { type: 'string' }, partitions: flag, virtual: flag, log: flag, json: flag, help: flag
      }
    })
  } catch (thrown) {
    throw new HubError('invalid-argument', `${reasonOf(thrown)} (sim maelstrom --help lists the options.)`, { cause: thrown })
  }
}

function numberOf (name: string, given: string, least: number): number {
  const number = Number(given)
  if (given.trim() === '' || !Number.isSafeInteger(number) || number < least) {
    throw new HubError('invalid-argument', `--${name} wants a whole number, at least ${least}, not "${given}".`)
  }
  return number
}

function oneOf<Name extends string> (option: string, given: string, names: readonly Name[]): Name {
  const name = names.find(known => known === given)
  if (name === undefined) throw new HubError('invalid-argument', `--${option} is one of ${names.join(', ')}, not "${given}".`)
  return name
}
