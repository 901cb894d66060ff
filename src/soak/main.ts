/**
 * `npm run soak -- NAME [--runs N] [--seed S] [--first N] [--json]`: the long checks, of which the tests run a small fixed share. The exit code is 0
 * only if no run failed. A new check is a file beside this one and a line in `commands`.
 */
import '../node/compat.ts'
import { runCommandLine, type CommandFamily } from '../node/command-line.ts'
import { asCommand } from './soak.ts'

const commands: CommandFamily['commands'] = {
  fuzz: async () => asCommand((await import('./fuzz.ts')).fuzz),
  crash: async () => asCommand((await import('./crash.ts')).crash),
  join: async () => asCommand((await import('./join.ts')).join),
  'crash-node': async () => asCommand((await import('./crash-node.ts')).crashNode),
  maelstrom: async () => asCommand((await import('./maelstrom.ts')).maelstrom),
  'maelstrom-virtual': async () => asCommand((await import('./maelstrom.ts')).maelstromVirtual),
  mesh: async () => asCommand((await import('./mesh.ts')).mesh),
  seeds: async () => asCommand((await import('./seeds.ts')).seeds),
  tabs: async () => asCommand((await import('./tabs.ts')).tabs),
  'http-events': async () => asCommand((await import('./http-events.ts')).httpEvents)
}

await runCommandLine({ script: 'soak', noun: 'check', commands, isFailure: ({ failed }) => failed !== 0 }, process.argv.slice(2))
