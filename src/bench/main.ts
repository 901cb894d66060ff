/**
 * `npm run bench -- NAME [options] [--json]`: runs one benchmark and prints what it measured, as JSON or as lines for people.
 * A new benchmark is a file beside this one and a line in `commands`.
 */
import '../node/compat.ts'
import { runCommandLine } from '../node/command-line.ts'
import { bundle } from './bundle.ts'
import { connect } from './connect.ts'
import { gossip } from './gossip.ts'
import { idle } from './idle.ts'
import { ingest } from './ingest.ts'
import { join } from './join.ts'
import { memory } from './memory.ts'
import { messagesView } from './messages-view.ts'
import { networkView } from './network-view.ts'
import { sync } from './sync.ts'

await runCommandLine({ script: 'bench', noun: 'benchmark', commands: [bundle, connect, gossip, idle, ingest, join, memory, messagesView, networkView, sync] }, process.argv.slice(2))
