/** Reading a command's line: options by their table, and what several commands ask of a value. Every refusal is one sentence that names the option. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { HubError, reasonOf } from '../base/errors.ts'

type OptionTable = NonNullable<ParseArgsConfig['options']>

/**
 * The options and, where there may be some, the other arguments.
 * @throws HubError `invalid-argument`
 */
export function readOptions<Table extends OptionTable> (options: Table, args: readonly string[], allowPositionals = false) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals })
  } catch (cause) {
    // Node's text goes on with advice about positional arguments after its first sentence.
    const [sentence = ''] = reasonOf(cause).split(/\.\s/)
    throw new HubError('invalid-argument', `${sentence.replace(/\.$/, '')}. Run it with --help to see what there is.`, { cause })
  }
}

export function notEmpty (text: string, name: string): string {
  if (text.trim() === '') throw new HubError('invalid-argument', `${name} must not be empty.`)
  return text
}

/** An address without path: `http://localhost:8080`. */
export function parseHttpUrl (text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url == null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new HubError('invalid-argument', `${name} must be an address like https://hub.example.org, but is '${text}'.`)
  }
  return url
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent']

/** How much is logged, in pino's words. */
export function parseLogLevel (text: string): string {
  if (!logLevels.includes(text)) throw new HubError('invalid-argument', `--log-level must be one of ${logLevels.join(', ')}, but is '${text}'.`)
  return text
}
