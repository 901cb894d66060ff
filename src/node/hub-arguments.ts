/** The line of `npm run hub`, read into typed options (CONTRACT "Commands"). Whether the address answers and the folder is usable is found out later. */
import { WebSockets, WebSocketsSecure } from '@multiformats/multiaddr-matcher'
import type { Multiaddr } from '@multiformats/multiaddr'
import { HubError } from '../base/errors.ts'
import { parseAddress } from '../network/address.ts'
import { notEmpty, parseHttpUrl, parseLogLevel, readOptions } from './options.ts'

/** Where another hub is: its own address, or that of an origin, whose /network.json names it. */
export type ConnectTo = { readonly type: 'address', readonly address: Multiaddr } | { readonly type: 'origin', readonly origin: string }

export interface HubOptions {
  readonly connect: ConnectTo
  readonly dataFolder: string
  /** undefined: the network of the data folder, that which the origin serves, or the built-in one. */
  readonly genesisFile: string | undefined
  /** Messages of others that are older are given up; null: all are kept. */
  readonly keepDays: number | null
  /** @default 'info' */
  readonly logLevel: string
}

export type HubCommand = { readonly type: 'help' } | { readonly type: 'hub', readonly options: HubOptions }

export const helpText = `Usage: npm run hub -- --connect ADDRESS --data FOLDER [options]
       npm run hub -- attesters --help

A hub without a page: it links to another hub, keeps all messages of the network in a folder, and links again when
the other was gone.

  --connect ADDRESS  the address that npm start printed (http://localhost:8080), or a multiaddr
                     of a hub that takes WebSockets (/dns4/hub.example.org/tcp/443/tls/ws)
  --data FOLDER      where its messages and keys are kept; a folder of its own
  --genesis FILE     the network of this genesis document (default: the folder's; that which the address
                     serves; the built-in one)
  --keep-days N      give up messages of others that are older than N days, for good (default: keep all)
  --log-level LEVEL  trace, debug, info, warn, error or silent (default: info)
  --help             show this
`

/**
 * Reads the arguments after the script's name.
 * @throws HubError `invalid-argument` or `address-invalid`, its message naming the option
 */
export function parseHubArguments (args: readonly string[]): HubCommand {
  const { values } = readOptions({
    connect: { type: 'string' },
    data: { type: 'string' },
    genesis: { type: 'string' },
    'keep-days': { type: 'string' },
    'log-level': { type: 'string', default: 'info' },
    help: { type: 'boolean', short: 'h', default: false }
  }, args)
  if (values.help) return { type: 'help' }
  if (values.connect == null) throw new HubError('invalid-argument', 'Say with --connect where another hub is: an address such as http://localhost:8080.')
  if (values.data == null) throw new HubError('invalid-argument', 'Name a folder for the messages with --data.')
  return {
    type: 'hub',
    options: {
      connect: parseConnect(values.connect),
      dataFolder: notEmpty(values.data, '--data'),
      genesisFile: values.genesis == null ? undefined : notEmpty(values.genesis, '--genesis'),
      keepDays: values['keep-days'] == null ? null : parseDays(values['keep-days']),
      logLevel: parseLogLevel(values['log-level'])
    }
  }
}

/** As in the settings of a page (hub/settings.ts). */
const keepDaysMax = 36_500

function parseDays (text: string): number {
  const days = Number(text)
  if (!/^\d+$/.test(text) || days < 1 || days > keepDaysMax) throw new HubError('invalid-argument', `--keep-days must be a whole number from 1 to ${keepDaysMax}, but is '${text}'.`)
  return days
}

function parseConnect (text: string): ConnectTo {
  if (!text.startsWith('/')) return { type: 'origin', origin: parseHttpUrl(text, '--connect').origin }
  const address = parseAddress(text)
  if (!WebSockets.exactMatch(address) && !WebSocketsSecure.exactMatch(address)) {
    throw new HubError('address-invalid', `--connect must be an address that takes WebSockets, such as /ip4/127.0.0.1/tcp/8080/ws, but is '${text}'.`)
  }
  return { type: 'address', address }
}
