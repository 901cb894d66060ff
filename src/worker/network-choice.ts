/**
 * Which network this hub belongs to and where its relays are (DESIGN.md 3): a hub stays for ever in the network in which it was made; a
 * new one takes the network that its link pins, or the one that its origin serves, or the one built in. A relay of another network
 * is refused, and the page says so.
 */
import { HubError } from '../base/errors.ts'
import { builtInGenesis, networkOf } from '../message/genesis.ts'
import type { NetworkGenesis, NetworkId } from '../message/types.ts'
import type { HubStatus } from '../hub/api.ts'

export interface NetworkChoice {
  readonly chosen: NetworkGenesis
  readonly trust: HubStatus['networkTrust']
  /** Set when the origin serves another network: its relays are of no use. A sentence. */
  readonly refused: string | undefined
}

/** Codes: `wrong-network` when the link pins a network that neither this hub nor its origin has. */
export function chooseNetwork ({ remembered, pinned, served }: {
  readonly remembered: NetworkGenesis | undefined
  readonly pinned: string | undefined
  readonly served: NetworkGenesis | undefined
}): NetworkChoice {
  const builtIn = networkOf(builtInGenesis)
  if (remembered != null) {
    if (pinned != null && pinned !== remembered.network) {
      throw new HubError('wrong-network', `This address asks for the network ${short(pinned)}, but this hub belongs to ${short(remembered.network)}: open it under another name, such as ?hub=${pinned.slice(0, 8)}.`)
    }
    return { chosen: remembered, trust: pinned == null ? 'remembered' : 'pinned', refused: refusalOf(remembered.network, served?.network) }
  }
  const offered = [served, builtIn].find(candidate => candidate != null && (pinned == null || candidate.network === pinned))
  if (offered == null) {
    const other = served == null ? 'its relay does not answer' : `its relay serves ${short(served.network)}`
    throw new HubError('wrong-network', `This address asks for the network ${short(pinned ?? '')}, but ${other}: check the address, or open the one that belongs to that network.`)
  }
  const trust = pinned != null ? 'pinned' : offered.network === builtIn.network ? 'built-in' : 'first-use'
  return { chosen: offered, trust, refused: refusalOf(offered.network, served?.network) }
}

/** Why the relays of an origin that serves `served` are not used by a hub of `chosen`; undefined when they are. */
export function refusalOf (chosen: NetworkId, served: NetworkId | undefined): string | undefined {
  if (served == null || served === chosen) return undefined
  return `This hub belongs to the network ${short(chosen)}, and the relay here serves ${short(served)}: it is not used. Open another hub for that network, with ?hub= and a name.`
}

function short (network: string): string {
  return `${network.slice(0, 8)}…`
}
