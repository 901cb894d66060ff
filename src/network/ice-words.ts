/** Why no path between two hubs opened, in a sentence that claims no more than what was seen of the search (rtc/ice-record.ts). Pure. */
import type { CandidateCounts, CandidateKind, IceRecord } from './rtc/ice-record.ts'

const candidateKinds: readonly CandidateKind[] = ['host', 'srflx', 'prflx', 'relay']
const kindWords = { host: 'of its own network', srflx: 'seen from outside', prflx: 'seen from outside', relay: 'at a TURN server' } as const

export function pathFailure ({ here, there, errors }: Pick<IceRecord, 'here' | 'there' | 'errors'>): string {
  const server = serverFailure(errors)
  if (total(here) === 0) return `this side had no address at all to offer.${server} Its browser, or a policy, a VPN or an extension in it, gives none away.`
  if (total(there) === 0) return `the other side offered no address at all: its browser, or a policy, a VPN or an extension in it, gives none away.${server}`
  return `this side offered ${addresses(here)}, the other one ${addresses(there)}, and no pair of them answered.${server}`
}

function serverFailure (errors: IceRecord['errors']): string {
  const refused = errors.find(({ errorCode }) => errorCode === 401 || errorCode === 403)
  if (refused != null) return ` The server ${refused.url} refused the name or password it was given.`
  // 701 comes for each address of this machine that does not reach the server, so it says nothing where another one did.
  const unreached = errors.find(({ errorCode }) => errorCode === 701)
  return unreached == null ? '' : ` The server ${unreached.url} did not answer at least one address of this machine.`
}

function addresses (counts: CandidateCounts): string {
  const number = total(counts)
  const kinds = [...new Set(candidateKinds.filter(kind => counts[kind] > 0).map(kind => kindWords[kind]))]
  return `${number} ${number === 1 ? 'address' : 'addresses'} (${kinds.join(', ')})`
}

function total (counts: CandidateCounts): number {
  return candidateKinds.reduce((sum, kind) => sum + counts[kind], 0)
}
