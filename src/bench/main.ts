/**
 * `npm run bench -- NAME [options] [--json]`: runs one benchmark and prints what it measured, as JSON or as lines for people.
 * A new benchmark is a file beside this one and a line in `commands`.
 */
import '../node/compat.ts'
import { runCommandLine, type CommandFamily } from '../node/command-line.ts'
const commands: CommandFamily['commands'] = {
  bundle: async () => (await import('./bundle.ts')).bundle,
  connect: async () => (await import('./connect.ts')).connect,
  gossip: async () => (await import('./gossip.ts')).gossip,
  'hostile-app': async () => (await import('./hostile-app.ts')).hostileApp,
  idle: async () => (await import('./idle.ts')).idle,
  ingest: async () => (await import('./ingest.ts')).ingest,
  join: async () => (await import('./join.ts')).join,
  memory: async () => (await import('./memory.ts')).memory,
  'messages-view': async () => (await import('./messages-view.ts')).messagesView,
  'network-view': async () => (await import('./network-view.ts')).networkView,
  sync: async () => (await import('./sync.ts')).sync
}

await runCommandLine({ script: 'bench', noun: 'benchmark', commands }, process.argv.slice(2))
