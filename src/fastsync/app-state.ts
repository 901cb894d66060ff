/**
 * States that apps make of a checkpoint's messages (SPEC.md, F29 to F31): what is attested of them apart from the checkpoint itself. The decoder is total.
 * It knows no reducers, and checks no signatures: WebCrypto is asynchronous.
 */
import { concat } from 'uint8arrays/concat'
import { blake3 } from '../base/blake3.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import { attestersMax } from '../message/limits.ts'
import type { PublicKeyHex } from '../message/types.ts'
import { checkpointBytes, decodeCertificate, encodeCheckpoint, type Attestation, type Checkpoint } from './checkpoint.ts'
import { reducerNameMax, stateBytesMax, statesToldMax } from './limits.ts'

/** F29. A function of an app; another version is another function. */
export interface Reducer {
  readonly name: string
  readonly version: number
}

export interface AppState {
  readonly checkpoint: Checkpoint
  readonly reducer: Reducer
  /** Bytes of the state, 1 or more. */
  readonly size: number
  /** Of its bytes, 32. */
  readonly hash: Uint8Array
}

export interface AttestedState {
  readonly state: AppState
  /** By whoever; whose count is the reader's to know. */
  readonly attestations: readonly Attestation[]
}

const hashBytes = 32
const signatureBytes = 64
const attestationBytes = hashBytes + signatureBytes
/** checkpoint ‖ version ‖ size ‖ hash ‖ length of the name. */
const headBytes = checkpointBytes + 4 + 4 + hashBytes + 1
export const statesBytesMax = statesToldMax * (headBytes + reducerNameMax + 1 + attestersMax * attestationBytes)

const domain = new TextEncoder().encode('hubbub/app-state/v1')
const nameForm = /^[a-z0-9][a-z0-9./-]*$/

export function isReducer ({ name, version }: { readonly name?: unknown, readonly version?: unknown }): boolean {
  return typeof name === 'string' && name.length <= reducerNameMax && nameForm.test(name) && Number.isInteger(version) && version as number >= 1 && version as number < 2 ** 32
}

/** F29. What a state's bytes are known by. */
export function stateHash (bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return blake3(domain, bytes)
}

/** F30. The bytes that an attestation's signature covers. */
export function stateInput (state: AppState): Uint8Array<ArrayBuffer> {
  return concat([domain, blake3(encodeState(state))])
}

/** What a checkpoint is known by among states, hex. */
export function checkpointName (checkpoint: Checkpoint): string {
  return toHex(blake3(encodeCheckpoint(checkpoint)))
}

/** The one form of a state's bytes. */
export function encodeState ({ checkpoint, reducer: { name, version }, size, hash }: AppState): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headBytes + name.length)
  const view = new DataView(bytes.buffer)
  bytes.set(encodeCheckpoint(checkpoint))
  view.setUint32(checkpointBytes, version)
  view.setUint32(checkpointBytes + 4, size)
  bytes.set(hash, checkpointBytes + 8)
  bytes[headBytes - 1] = name.length
  bytes.set(new TextEncoder().encode(name), headBytes)
  return bytes
}

export function encodeStates (states: readonly AttestedState[]): Uint8Array<ArrayBuffer> {
  return concat(states.map(({ state, attestations }) => {
    const head = encodeState(state)
    const bytes = new Uint8Array(head.length + 1 + attestations.length * attestationBytes)
    bytes.set(head)
    bytes[head.length] = attestations.length
    attestations.forEach(({ attester, signature }, index) => {
      bytes.set(fromHex(attester, hashBytes) ?? new Uint8Array(hashBytes), head.length + 1 + index * attestationBytes)
      bytes.set(signature, head.length + 1 + index * attestationBytes + hashBytes)
    })
    return bytes
  }))
}

/** At most `statesToldMax`; undefined for anything that is none. */
export function decodeStates (bytes: Uint8Array): AttestedState[] | undefined {
  const states: AttestedState[] = []
  for (let at = 0; at < bytes.length;) {
    const state = readState(bytes, at)
    if (state === undefined || states.length === statesToldMax) return undefined
    at += headBytes + state.reducer.name.length
    const end = at + 1 + (bytes[at] ?? 0) * attestationBytes
    if (at >= bytes.length || (bytes[at] ?? 0) > attestersMax || end > bytes.length) return undefined
    const attestations: Attestation[] = []
    for (let from = at + 1; from < end; from += attestationBytes) {
      const attester = toHex(bytes.subarray(from, from + hashBytes)) as PublicKeyHex
      attestations.push({ attester, signature: bytes.slice(from + hashBytes, from + attestationBytes) })
    }
    states.push({ state, attestations })
    at = end
  }
  return states
}

function readState (bytes: Uint8Array, at: number): AppState | undefined {
  const head = bytes.subarray(at, at + headBytes)
  const checkpoint = decodeCertificate(head.subarray(0, checkpointBytes))?.checkpoint
  if (checkpoint === undefined || head.length < headBytes) return undefined
  const view = new DataView(head.buffer, head.byteOffset)
  const nameBytes = bytes.subarray(at + headBytes, at + headBytes + (head[headBytes - 1] ?? 0))
  const reducer = { name: String.fromCharCode(...nameBytes), version: view.getUint32(checkpointBytes) }
  const size = view.getUint32(checkpointBytes + 4)
  if (nameBytes.length !== head[headBytes - 1] || !isReducer(reducer) || size < 1 || size > stateBytesMax) return undefined
  return { checkpoint, reducer, size, hash: head.slice(checkpointBytes + 8, headBytes - 1) }
}
