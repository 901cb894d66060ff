/** What a person may set of a hub (CONTRACT's `configure`), checked by hand because scripts call it too. Loaded when it is first changed. */
import { HubError } from '../base/errors.ts'
import type { CatchUp, HubSettings, IceServer } from './api.ts'
import { objectOf, textOf, wholeOf } from './arguments.ts'

/** As many as are kept connected besides those of the page (network/relay-keeper.ts). */
const relaysMax = 4
/** Browsers warn of five and more: gathering takes longer with each. */
const iceServersMax = 4
/** A hundred years. */
const keepDaysMax = 36_500

const catchUps: readonly CatchUp[] = ['optimistic', 'asynchronous', 'in-order', 'comparing']

const fields: ReadonlySet<string> = new Set(['relays', 'iceServers', 'keepDays', 'catchUp'])

/** The settings with these changes. `checkAddress` throws for what is no multiaddr. Codes: `invalid-argument`, `address-invalid`. */
export function changedSettings (current: HubSettings, given: unknown, checkAddress: (address: string) => unknown): HubSettings {
  if (given == null) throw new HubError('invalid-argument', 'The settings must be an object.')
  const changes: Readonly<Record<string, unknown>> = objectOf(given, 'settings')
  for (const field of Object.keys(changes)) {
    if (!fields.has(field)) throw new HubError('invalid-argument', `There is no setting "${field.slice(0, 40)}": relays, iceServers, keepDays and catchUp can be given.`)
  }
  const { relays, iceServers, keepDays, catchUp } = changes
  return {
    relays: relays === undefined ? current.relays : relaysOf(relays, checkAddress),
    iceServers: iceServers === undefined ? current.iceServers : iceServersOf(iceServers),
    keepDays: keepDays === undefined ? current.keepDays : keepDays === null ? null : wholeOf(keepDays, 'keepDays', { from: 1, to: keepDaysMax, otherwise: 1 }),
    catchUp: catchUp === undefined ? current.catchUp : catchUpOf(catchUp)
  }
}

function catchUpOf (given: unknown): CatchUp {
  const found = catchUps.find(known => known === given)
  if (found === undefined) throw new HubError('invalid-argument', `catchUp must be one of ${catchUps.join(', ')}.`)
  return found
}

function relaysOf (given: unknown, checkAddress: (address: string) => unknown): readonly string[] {
  if (!Array.isArray(given) || given.length > relaysMax) throw new HubError('invalid-argument', `relays must be a list of at most ${relaysMax} multiaddrs.`)
  const addresses = given.map(address => textOf(address, 'The address of a relay').trim())
  for (const address of addresses) checkAddress(address)
  return [...new Set(addresses)]
}

function iceServersOf (given: unknown): readonly IceServer[] {
  if (!Array.isArray(given) || given.length > iceServersMax) throw new HubError('invalid-argument', `iceServers must be a list of at most ${iceServersMax} servers.`)
  return given.map((server) => {
    const { url, username = null, credential = null } = objectOf<{ url?: unknown, username?: unknown, credential?: unknown }>(server as object, 'ICE server')
    const address = textOf(url, 'The url of an ICE server').trim()
    if (!/^(?:stuns?|turns?):[^\s/?]+(?:\?transport=(?:udp|tcp))?$/.test(address)) {
      throw new HubError('invalid-argument', `"${address.slice(0, 80)}" is no ICE server: it must be like stun:stun.example.org:3478 or turn:turn.example.org:3478?transport=tcp.`)
    }
    if (!address.startsWith('turn')) return { url: address, username: null, credential: null }
    if (typeof username !== 'string' || username === '' || typeof credential !== 'string' || credential === '') {
      throw new HubError('invalid-argument', `A TURN server lets nobody in without a name and a password: give both for ${address.slice(0, 80)}.`)
    }
    return { url: address, username: textOf(username, 'The name for a TURN server'), credential: textOf(credential, 'The password for a TURN server') }
  })
}
