/** Multiaddrs as people and programs give them, read without libp2p. */
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { HubError, reasonOf } from '../base/errors.ts'

/** Characters of an address: several hops stay far below, and the library's reader takes the square of a long one's time. */
const addressLengthMax = 1_024

/** A multiaddr from outside. Codes: `address-invalid`. */
export function parseAddress (address: string): Multiaddr {
  try {
    if (address.length > addressLengthMax) throw new Error(`it is longer than ${addressLengthMax} characters`)
    const parsed = multiaddr(address)
    if (parsed.getComponents().length === 0) throw new Error('it is empty')
    return parsed
  } catch (thrown) {
    throw new HubError('address-invalid', `"${address.slice(0, 200)}" is not a multiaddr such as /dns4/example.org/tcp/443/tls/ws/p2p/…: ${reasonOf(thrown)}`, { cause: thrown })
  }
}
