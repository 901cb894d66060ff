/**
 * `npm run replay` (CONTRACT "Commands"). The report goes to standard output, sentences to standard error. The exit code is 0 when the file was read to its
 * end and at least one of its lines was published.
 */
import '../compat.ts'
import { endWith } from '../command-process.ts'
import { helpText, parseReplayArguments } from './arguments.ts'
import type { ReplayReport } from './replay.ts'

async function main (): Promise<void> {
  const command = parseReplayArguments(process.argv.slice(2))
  if (command.type === 'help') {
    process.stdout.write(helpText)
    return
  }
  const { replay } = await import('./replay.ts') // brings libp2p with it, which takes seconds: wrong arguments are said at once
  const report = await replay(command.options)
  process.stdout.write(command.json ? `${JSON.stringify(report)}\n` : linesOf(report))
  const trouble = report.error ?? (report.published > 0 ? null : report.lines === 0 ? 'The file has no lines to publish.' : 'Nothing was published: none of the lines could be.')
  if (trouble == null) return
  process.stderr.write(`${trouble}\n`)
  process.exitCode = 1
}

/** For people; nothing when it did not begin. */
function linesOf ({ network, lines, authors, published, skipped, failed, seconds, perSecond, refused }: ReplayReport): string {
  if (network == null) return ''
  const named = refused.map(({ line, sentence }) => `line ${line} is skipped: ${sentence}`)
  if (skipped > refused.length) named.push(`${skipped - refused.length} more are skipped`)
  return [
    ...named,
    `${published} of ${lines} lines published by ${authors} authors in ${seconds} s (${perSecond} a second); ${skipped} skipped, ${failed} failed`,
    ''
  ].join('\n')
}

main().catch(endWith)
