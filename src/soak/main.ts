/**
 * `npm run soak -- NAME [--runs N] [--seed S] [--first N] [--json]`: the long checks, of which the tests run a small fixed share. The exit code is 0
 * only if no run failed. A new check is a file beside this one and a line in `checks`.
 */
import '../node/compat.ts'
import { runCommandLine } from '../node/command-line.ts'
import { crash } from './crash.ts'
import { crashNode } from './crash-node.ts'
import { fuzz } from './fuzz.ts'
import { httpEvents } from './http-events.ts'
import { maelstrom, maelstromVirtual } from './maelstrom.ts'
import { mesh } from './mesh.ts'
import { seeds } from './seeds.ts'
import { asCommand } from './soak.ts'
import { tabs } from './tabs.ts'

const checks = [fuzz, crash, crashNode, maelstrom, maelstromVirtual, mesh, seeds, tabs, httpEvents]

await runCommandLine({ script: 'soak', noun: 'check', commands: checks.map(asCommand), isFailure: ({ failed }) => failed !== 0 }, process.argv.slice(2))
