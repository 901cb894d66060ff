/** The replay command's line, read into typed options (CONTRACT "Commands"). Whether the file can be read and the address answers is found out later. */
import { HubError } from '../../base/errors.ts'
import { notEmpty, parseHttpUrl, readOptions } from '../options.ts'
import type { ReplayOptions } from './replay.ts'

export type ReplayCommand = { readonly type: 'help' } | { readonly type: 'replay', readonly options: ReplayOptions, readonly json: boolean }

/** More a second is no pace: without a rate it is as fast as it goes. */
const rateMax = 1_000_000

export const helpText = `Usage: npm run replay -- FILE.jsonl [options]

Publishes a file in a network, a post a line, each with the time and under the author that its line names:

  {"author": "Ada", "at": "2024-05-01T12:00:00Z", "text": "hello"}

"at" is a number of milliseconds since 1970, or an ISO 8601 date (in UTC where it names no zone). A line may have
an "id", and others after it "parent" with that id: then they are answers to it. Every author gets new keys, made for
this replay and thrown away after it, and a profile with the name. Lines that cannot be published are skipped, counted, and
the first of them named. The replay ends when the hub was shown to have stored everything.

  --to URL   the address that npm start printed (default: http://localhost:8080)
  --rate N   posts a second (default: as fast as the hub takes them)
  --json     print one JSON object instead of lines for people
  --help     show this
`

/**
 * Reads the arguments after the script's name.
 * @throws HubError `invalid-argument`, its message naming the option
 */
export function parseReplayArguments (args: readonly string[]): ReplayCommand {
  const { values, positionals } = readOptions({
    to: { type: 'string', default: 'http://localhost:8080' },
    rate: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false }
  }, args, true)
  if (values.help) return { type: 'help' }
  const [file, ...others] = positionals
  if (file == null || others.length > 0) throw new HubError('invalid-argument', 'Name one file to replay: npm run replay -- FILE.jsonl (--help says what is in it).')
  return {
    type: 'replay',
    options: { file: notEmpty(file, 'The file\'s name'), to: parseHttpUrl(values.to, '--to').origin, rate: values.rate == null ? undefined : parseRate(values.rate) },
    json: values.json
  }
}

function parseRate (text: string): number {
  const rate = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0
  if (!(rate > 0 && rate <= rateMax)) throw new HubError('invalid-argument', `--rate must be a number of posts a second above 0, at most ${rateMax}, but is '${text}'.`)
  return rate
}
