/**
 * Which author writes on which hub (network/SPEC.md N6, N7): a hub says it, and a device key of that author signs it together with the hub's peer id, so that
 * no other hub can say the same. Loaded when a hub signs its own, and when somebody asks for the hubs: until then nothing is checked.
 */
import { fromHex, toHex } from '../base/bytes.ts'
import { RecentMap } from '../base/bounded.ts'
import type { ReplicatedSet } from '../message/replicated-set.ts'
import type { SignatureCheck, Signer } from '../message/signing.ts'
import type { NetworkId, PublicKeyHex } from '../message/types.ts'
import type { HubView } from './api.ts'

/** A hub as it was heard of, what it says of its author unchecked. */
export interface HeardHub extends Omit<HubView, 'author' | 'authorProven'> {
  /** `author ‖ signer ‖ signature`. */
  readonly authorship: Uint8Array | null
}

const domain = new TextEncoder().encode('hubbub/hub/v1')
const keyBytes = 32
/** Checked claims that are remembered: one of every hub that is remembered (network/contacts.ts). */
const checkedMax = 1_024

/** What this hub announces: its bytes (N6). Codes: `key-unavailable`. */
export async function signAuthorship (author: PublicKeyHex, signer: Signer, network: NetworkId, peerId: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array([...keyOf(author), ...keyOf(signer.publicKey), ...await signer.sign(signingInput(network, peerId))])
}

/** The hubs with what holds of their claims (N7). `check`: by the strict reading. Rejects only when the platform fails. */
export function createAuthorships ({ set, network, check }: {
  readonly set: Pick<ReplicatedSet, 'signerMessages' | 'memberOf' | 'kindOf'>
  readonly network: NetworkId
  readonly check: SignatureCheck
}): (hubs: readonly HeardHub[]) => Promise<HubView[]> {
  /** By hub and claim: whether the signature holds, which never changes. What the set says of the signer does. */
  const checked = new RecentMap<string, boolean>(checkedMax)

  async function holds (peerId: string, signer: PublicKeyHex, claim: Uint8Array): Promise<boolean> {
    const key = `${peerId} ${toHex(claim)}`
    const known = checked.get(key)
    if (known != null) return known
    const found = await check(signer, claim.slice(2 * keyBytes), signingInput(network, peerId))
    checked.set(key, found)
    return found
  }

  function isDevice (author: PublicKeyHex, signer: PublicKeyHex): boolean {
    const kinds = set.signerMessages(author, signer).map(id => set.kindOf(set.memberOf(id)))
    return kinds.includes('signer-add') && !kinds.includes('signer-remove')
  }

  return async hubs => Promise.all(hubs.map(async ({ authorship: claim, ...hub }) => {
    if (claim == null) return { ...hub, author: null, authorProven: false }
    const author = toHex(claim.subarray(0, keyBytes)) as PublicKeyHex
    const signer = toHex(claim.subarray(keyBytes, 2 * keyBytes)) as PublicKeyHex
    if (!await holds(hub.peerId, signer, claim)) return { ...hub, author: null, authorProven: false }
    return { ...hub, author, authorProven: isDevice(author, signer) }
  }))
}

function signingInput (network: NetworkId, peerId: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...domain, ...keyOf(network), ...new TextEncoder().encode(peerId)])
}

function keyOf (hex: string): Uint8Array {
  const bytes = fromHex(hex, keyBytes)
  if (bytes == null) throw new Error('keys and network ids are 64 digits of hex')
  return bytes
}
