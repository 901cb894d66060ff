/**
 * The genesis document (SPEC.md M50 to M54): what all hubs of one network agree on before the first message. Its bytes make the network
 * id; its JSON form is what people write in a file and what a relay hands out. It does not know how a hub came to trust one.
 */
import { toHex } from '../base/bytes.ts'
import { blake3 } from '../base/blake3.ts'
import { HubError } from '../base/errors.ts'
import { decodeCanonical, encodeOwned, textOf, utf8Of } from './canonical.ts'
import { rejected } from './codec.ts'
import { admissionBitsMax, attestersMax, genesisBytesMax, genesisNameBytesMax, messageVersion, timestampEndMs } from './limits.ts'
import { Genesis as WireGenesis } from './message.pb.ts'
import type { Decoded, Genesis, NetworkGenesis, NetworkId } from './types.ts'

/** The network of a hub that was not told about another one. Changing a letter of it founds a new network. */
export const builtInGenesis: Genesis = {
  name: 'hubbub',
  // 2000-01-01: early, so that imported history keeps its times; an empty epoch costs nothing.
  genesisTime: 946_684_800_000,
  // Some milliseconds of one core a device: nobody notices it, and a million invented devices take hours.
  admissionBits: 12,
  attesters: []
}

/** A genesis with its network id. */
export function networkOf (genesis: Genesis): NetworkGenesis {
  return { network: networkIdOf(genesis), genesis }
}

/** BLAKE3-256 of the document's bytes, hex. */
export function networkIdOf (genesis: Genesis): NetworkId {
  return toHex(blake3(encodeGenesis(genesis))) as NetworkId
}

/** The document's bytes, the caller's own. Codes: `genesis-invalid`. */
export function encodeGenesis (genesis: Genesis): Uint8Array<ArrayBuffer> {
  checkGenesis(genesis)
  const { name, genesisTime, admissionBits, attesters } = genesis
  return encodeOwned<Wire>(WireGenesis, {
    version: messageVersion, name: utf8Of(name) ?? nothing, genesisTime, admissionBits,
    attesters: attesters.map(peer => utf8Of(peer) ?? nothing)
  })
}

/** Total. Codes: `too-large`, `malformed`, `unsupported-version`. */
export function decodeGenesis (bytes: Uint8Array): Decoded<Genesis> {
  if (bytes.byteLength > genesisBytesMax) return rejected('too-large')
  const wire = decodeCanonical<Wire>(WireGenesis, bytes)
  if (wire == null) return rejected('malformed')
  if (wire.version !== messageVersion) return rejected(wire.version > messageVersion ? 'unsupported-version' : 'malformed')
  const name = textOf(wire.name, 1, genesisNameBytesMax)
  const attesters = wire.attesters.map(peer => textOf(peer, 1, peerIdLength) ?? '')
  if (name == null) return rejected('malformed')
  const genesis = { name, genesisTime: wire.genesisTime, admissionBits: wire.admissionBits, attesters }
  return faultOf(genesis) == null ? { ok: true, value: genesis } : rejected('malformed')
}

/**
 * A genesis from its JSON form `{"name", "genesisTime", "admissionBits", "attesters"}`: the parsed value, from a file or a relay. The last
 * two may be left out (open, none). Attesters may come in any order; unknown fields are refused, a misspelt one would found another network.
 *
 * Codes: `genesis-invalid`.
 */
export function genesisFromJson (json: unknown): Genesis {
  if (typeof json !== 'object' || json == null || Array.isArray(json)) throw invalid('it must be one JSON object')
  const { name, genesisTime, admissionBits = 0, attesters = [], ...others } = json as { [field: string]: unknown }
  const unknown = Object.keys(others)[0]
  if (unknown != null) throw invalid(`the field ${JSON.stringify(unknown.slice(0, 64))} is unknown`)
  if (typeof name !== 'string') throw invalid('name must be a text')
  if (typeof genesisTime !== 'number') throw invalid('genesisTime must be a number, in milliseconds since 1970')
  if (typeof admissionBits !== 'number') throw invalid('admissionBits must be a number')
  if (!Array.isArray(attesters) || !attesters.every(peer => typeof peer === 'string')) throw invalid('attesters must be a list of peer ids')
  const genesis = { name, genesisTime, admissionBits, attesters: [...attesters].sort() }
  checkGenesis(genesis)
  return genesis
}

/** The JSON form; `genesisFromJson` gives the same genesis back. */
export function genesisToJson (genesis: Genesis): GenesisJson {
  return { ...genesis, attesters: [...genesis.attesters] }
}

export interface GenesisJson {
  name: string
  genesisTime: number
  admissionBits: number
  attesters: string[]
}

type Wire = WireGenesis

const nothing = new Uint8Array(0)
/** Characters of an Ed25519 peer id, which holds its public key: an attestation can be checked against the genesis alone. */
const peerIdLength = 52
const peerIdForm = /^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/

function checkGenesis (genesis: Genesis): void {
  const fault = faultOf(genesis)
  if (fault != null) throw invalid(fault)
}

function faultOf ({ name, genesisTime, admissionBits, attesters }: Genesis): string | undefined {
  const nameBytes = utf8Of(name)?.byteLength ?? 0
  if (nameBytes < 1 || nameBytes > genesisNameBytesMax) return `name must have 1 to ${genesisNameBytesMax} bytes of text`
  if (!isWhole(genesisTime, timestampEndMs - 1)) return 'genesisTime must be whole milliseconds since 1970, below 2^48'
  if (!isWhole(admissionBits, admissionBitsMax)) return `admissionBits must be a whole number from 0 to ${admissionBitsMax}`
  if (attesters.length > attestersMax) return `attesters must be at most ${attestersMax}`
  if (!attesters.every(peer => peerIdForm.test(peer))) return 'attesters must be Ed25519 peer ids (12D3KooW…)'
  if (attesters.some((peer, index) => index > 0 && peer <= (attesters[index - 1] ?? ''))) return 'attesters must be different, in ascending order'
  return undefined
}

function isWhole (value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= max
}

function invalid (reason: string): HubError {
  return new HubError('genesis-invalid', `The genesis document cannot be used: ${reason}.`)
}
