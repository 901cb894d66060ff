/**
 * The process of a Maelstrom node: lines from standard input, lines to standard output, everything else to standard error. It ends when its input does.
 * `npm run build` makes one executable file of it, dist/node/maelstrom.js.
 */
import { HubError, reasonOf } from '../../base/errors.ts'
import { randomBytes } from '../../base/random.ts'
import { platformTimer } from '../../base/timer.ts'
import { createNodeVerifier } from '../verifier.ts'
import { createLineSplitter } from './line-splitter.ts'
import { createMaelstromNode } from './node.ts'
import { profileOf } from './profile.ts'

const warn = (sentence: string): void => { process.stderr.write(`${sentence}\n`) }

try {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    process.stdout.write('A Maelstrom node: one JSON message a line on standard input and output. HUBBUB_PROFILE is latency (the default) or throughput.\n')
  } else run()
} catch (thrown) {
  if (!(thrown instanceof HubError)) throw thrown
  warn(thrown.message)
  process.exitCode = 1
}

function run (): void {
  const node = createMaelstromNode({
    profile: profileOf(process.env.HUBBUB_PROFILE),
    write: (line) => { process.stdout.write(`${line}\n`) },
    warn,
    now: () => Date.now(),
    timer: platformTimer,
    random: randomBytes,
    verify: createNodeVerifier().verify,
    tell: ({ type, peer, sentence }) => { warn(`${type}${peer == null ? '' : ` ${peer}`}: ${sentence}`) }
  })
  const split = createLineSplitter((line) => { void node.receive(line) }, warn)
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (chunk: string) => { split(chunk) })
  process.stdin.on('end', () => {
    node.stop().catch((thrown: unknown) => { warn(`The node did not stop in order: ${reasonOf(thrown)}`) })
      .finally(() => { process.exit() })
  })
  // Whoever reads it is gone, and so is the reason for this process.
  process.stdout.on('error', () => { process.exit(1) })
}
