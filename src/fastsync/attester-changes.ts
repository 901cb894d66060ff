/**
 * How the attesters of a network change (SPEC.md, F25 to F27): a chain of changes from the genesis on, each signed by more than two thirds of those before it.
 * It says who attests at a height, and whether a change may be the next one; signatures are checked by whoever asks: WebCrypto is asynchronous.
 *
 * Invariant: what was said of a height at which a change holds is said of it for ever. Nothing is taken out of the chain.
 */
import { blake3 } from '../base/blake3.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import { attestersMax } from '../message/limits.ts'
import type { NetworkId, PublicKeyHex } from '../message/types.ts'
import type { Attestation } from './checkpoint.ts'
import { compareBytes } from './chunk-key.ts'
import { changesMax } from './limits.ts'

export interface AttesterChange {
  readonly network: NetworkId
  /** From 1, one after the other. */
  readonly number: number
  /** F25. Of the change before it, 32 bytes; zeros for the first. */
  readonly before: Uint8Array
  /** The first height at which it holds. */
  readonly height: number
  readonly kind: 'joins' | 'leaves'
  readonly attester: PublicKeyHex
}

export interface SignedChange {
  readonly change: AttesterChange
  /** By whoever; whose count is the reader's to know. */
  readonly attestations: readonly Attestation[]
}

/** Why a change may not be the next one. */
export type ChangeFault =
  | 'wrong-network' | 'out-of-order' | 'height-not-later' | 'already-attester' | 'no-attester' | 'last-attester' | 'too-many' | 'too-few-signatures'

export interface AttesterChain {
  /** F26. Who attests at a height. */
  at (height: number): ReadonlySet<PublicKeyHex>
  /** Who signs the next change. */
  readonly last: ReadonlySet<PublicKeyHex>
  readonly changes: readonly SignedChange[]
  /** Of the last change, as `before` has it. */
  readonly head: Uint8Array
  /** Whether it may be the next one, whoever signed it. */
  faultOf (change: AttesterChange): ChangeFault | undefined
  /** Takes it if it may be the next and enough of those before it signed; `valid`: its valid attestations, nobody's twice. undefined: it was taken. */
  take (change: AttesterChange, valid: readonly Attestation[]): ChangeFault | undefined
}

const version = 1
const hashBytes = 32
const signatureBytes = 64
const attestationBytes = hashBytes + signatureBytes
const kinds = ['joins', 'leaves'] as const
/** version ‖ network ‖ number ‖ before ‖ height ‖ kind ‖ attester. */
export const changeBytes = 1 + hashBytes + 4 + hashBytes + 4 + 1 + hashBytes
/** The change ‖ how many signed ‖ each key and signature. */
export const signedChangeBytesMax = changeBytes + 1 + attestersMax * attestationBytes

const domain = new TextEncoder().encode('hubbub/attesters/v1')
const noChange = new Uint8Array(hashBytes)

/** F25. More than two thirds of so many. */
export function majorityOf (attesters: number): number {
  return Math.floor(attesters * 2 / 3) + 1
}

export function createAttesterChain (network: NetworkId, genesis: ReadonlySet<PublicKeyHex>): AttesterChain {
  const changes: SignedChange[] = []
  /** Before the first change, after it, and so on. */
  const sets: Array<ReadonlySet<PublicKeyHex>> = [genesis]
  const last = (): ReadonlySet<PublicKeyHex> => sets.at(-1) ?? genesis
  const head = (): Uint8Array => {
    const newest = changes.at(-1)
    return newest === undefined ? noChange : hashOfChange(newest.change)
  }

  function faultOf (change: AttesterChange): ChangeFault | undefined {
    if (change.network !== network) return 'wrong-network'
    if (changes.length >= changesMax) return 'too-many'
    if (change.number !== changes.length + 1 || compareBytes(change.before, head()) !== 0) return 'out-of-order'
    if (change.height <= (changes.at(-1)?.change.height ?? -1)) return 'height-not-later'
    const attesters = last()
    if (change.kind === 'leaves') return !attesters.has(change.attester) ? 'no-attester' : attesters.size === 1 ? 'last-attester' : undefined
    return attesters.has(change.attester) ? 'already-attester' : attesters.size >= attestersMax ? 'too-many' : undefined
  }

  return {
    at: height => sets[changes.findLastIndex(({ change }) => change.height <= height) + 1] ?? genesis,
    get last () { return last() },
    get changes () { return changes },
    get head () { return head() },
    faultOf,
    take (change, valid) {
      const fault = faultOf(change)
      if (fault !== undefined) return fault
      const before = last()
      const counting = new Map(valid.filter(({ attester }) => before.has(attester)).map(attestation => [attestation.attester, attestation]))
      if (counting.size < majorityOf(before.size)) return 'too-few-signatures'
      changes.push({ change, attestations: [...counting.values()] })
      const after = new Set(before)
      if (change.kind === 'joins') after.add(change.attester)
      else after.delete(change.attester)
      sets.push(after)
      return undefined
    }
  }
}

/** F25. The bytes that a signature of it covers. */
export function changeInput (change: AttesterChange): Uint8Array<ArrayBuffer> {
  const input = new Uint8Array(domain.length + hashBytes)
  input.set(domain)
  input.set(blake3(encodeChange(change)), domain.length)
  return input
}

/** What the next change names it by. */
export function hashOfChange (change: AttesterChange): Uint8Array<ArrayBuffer> {
  return blake3(domain, encodeChange(change))
}

function encodeChange ({ network, number, before, height, kind, attester }: AttesterChange): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(changeBytes)
  const view = new DataView(bytes.buffer)
  bytes[0] = version
  bytes.set(fromHex(network, hashBytes) ?? noChange, 1)
  view.setUint32(1 + hashBytes, number)
  bytes.set(before, 5 + hashBytes)
  view.setUint32(5 + 2 * hashBytes, height)
  bytes[9 + 2 * hashBytes] = 1 + kinds.indexOf(kind)
  bytes.set(fromHex(attester, hashBytes) ?? noChange, 10 + 2 * hashBytes)
  return bytes
}

export function encodeChanges (signed: readonly SignedChange[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(signed.reduce((sum, { attestations }) => sum + changeBytes + 1 + attestations.length * attestationBytes, 0))
  let at = 0
  for (const { change, attestations } of signed) {
    bytes.set(encodeChange(change), at)
    bytes[at + changeBytes] = attestations.length
    at += changeBytes + 1
    for (const { attester, signature } of attestations) {
      bytes.set(fromHex(attester, hashBytes) ?? noChange, at)
      bytes.set(signature, at + hashBytes)
      at += attestationBytes
    }
  }
  return bytes
}

/** Changes one after the other, at most `changesMax`; undefined for anything that is none. */
export function decodeChanges (bytes: Uint8Array): SignedChange[] | undefined {
  const signed: SignedChange[] = []
  for (let at = 0; at < bytes.byteLength;) {
    const count = bytes[at + changeBytes] ?? 255
    const end = at + changeBytes + 1 + count * attestationBytes
    const change = readChange(bytes, at)
    if (change === undefined || count > attestersMax || end > bytes.byteLength || signed.length === changesMax) return undefined
    const attestations: Attestation[] = []
    for (let from = at + changeBytes + 1; from < end; from += attestationBytes) {
      const attester = toHex(bytes.subarray(from, from + hashBytes)) as PublicKeyHex
      attestations.push({ attester, signature: bytes.slice(from + hashBytes, from + attestationBytes) })
    }
    signed.push({ change, attestations })
    at = end
  }
  return signed
}

function readChange (bytes: Uint8Array, at: number): AttesterChange | undefined {
  if (bytes.byteLength < at + changeBytes || bytes[at] !== version) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at)
  const kind = kinds[view.getUint8(9 + 2 * hashBytes) - 1]
  return kind && {
    network: toHex(bytes.subarray(at + 1, at + 1 + hashBytes)) as NetworkId,
    number: view.getUint32(1 + hashBytes),
    before: bytes.slice(at + 5 + hashBytes, at + 5 + 2 * hashBytes),
    height: view.getUint32(5 + 2 * hashBytes),
    kind,
    attester: toHex(bytes.subarray(at + 10 + 2 * hashBytes, at + changeBytes)) as PublicKeyHex
  }
}
