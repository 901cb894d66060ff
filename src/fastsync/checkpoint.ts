/**
 * Checkpoints and their certificates (SPEC.md, F1, F5 and F6): what attesters sign, whose signatures count, and how many are enough.
 * Signatures themselves are checked by whoever asks: WebCrypto is asynchronous.
 */
import { blake3 } from '../base/blake3.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import { epochOf } from '../message/epoch.ts'
import type { NetworkId, PublicKeyHex } from '../message/types.ts'
import { compareBytes } from './chunk-key.ts'
import { lagEpochs, signaturesMax } from './limits.ts'
import { decodeManifest, manifestHash, messagesIn, type Manifest } from './manifest.ts'

export interface Checkpoint {
  readonly network: NetworkId
  /** The last epoch in it. */
  readonly height: number
  readonly messages: number
  /** F4. 32 bytes. */
  readonly manifest: Uint8Array
}

export interface Attestation {
  readonly attester: PublicKeyHex
  /** 64 bytes. */
  readonly signature: Uint8Array
}

export interface Certificate {
  readonly checkpoint: Checkpoint
  /** At most `signaturesMax`, by whoever; whose count is the reader's to know. */
  readonly attestations: readonly Attestation[]
}

const version = 1
const hashBytes = 32
const signatureBytes = 64
/** version ‖ network ‖ height ‖ messages (8, a double) ‖ manifest. */
export const checkpointBytes = 1 + hashBytes + 4 + 8 + hashBytes
const attestationBytes = hashBytes + signatureBytes
export const certificateBytesMax = checkpointBytes + signaturesMax * attestationBytes

const signingDomain = new TextEncoder().encode('hubbub/checkpoint/v1')

/** F5. The bytes that an attestation's signature covers. */
export function attestationInput (checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const hash = blake3(encodeCheckpoint(checkpoint))
  const input = new Uint8Array(signingDomain.length + hash.length)
  input.set(signingDomain)
  input.set(hash, signingDomain.length)
  return input
}

export function encodeCheckpoint ({ network, height, messages, manifest }: Checkpoint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(checkpointBytes)
  const view = new DataView(bytes.buffer)
  bytes[0] = version
  bytes.set(fromHex(network, hashBytes) ?? new Uint8Array(hashBytes), 1)
  view.setUint32(1 + hashBytes, height)
  view.setFloat64(5 + hashBytes, messages)
  bytes.set(manifest, 13 + hashBytes)
  return bytes
}

export function encodeCertificate ({ checkpoint, attestations }: Certificate): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(checkpointBytes + attestations.length * attestationBytes)
  bytes.set(encodeCheckpoint(checkpoint))
  attestations.forEach(({ attester, signature }, index) => {
    bytes.set(fromHex(attester, hashBytes) ?? new Uint8Array(hashBytes), checkpointBytes + index * attestationBytes)
    bytes.set(signature, checkpointBytes + index * attestationBytes + hashBytes)
  })
  return bytes
}

/** Undefined for anything that is not a certificate. */
export function decodeCertificate (bytes: Uint8Array): Certificate | undefined {
  const rest = bytes.byteLength - checkpointBytes
  if (rest < 0 || rest % attestationBytes !== 0 || bytes.byteLength > certificateBytesMax || bytes[0] !== version) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const messages = view.getFloat64(5 + hashBytes)
  if (!Number.isSafeInteger(messages) || messages < 0) return undefined
  const checkpoint = {
    network: toHex(bytes.subarray(1, 1 + hashBytes)) as NetworkId, height: view.getUint32(1 + hashBytes), messages,
    manifest: bytes.slice(13 + hashBytes, checkpointBytes)
  }
  const attestations: Attestation[] = []
  for (let at = checkpointBytes; at < bytes.byteLength; at += attestationBytes) {
    const attester = toHex(bytes.subarray(at, at + hashBytes)) as PublicKeyHex
    attestations.push({ attester, signature: bytes.slice(at + hashBytes, at + attestationBytes) })
  }
  return { checkpoint, attestations }
}

/** F6. How many of so many attesters are enough; Infinity where there are none, as then nothing is certified. */
export function thresholdOf (attesters: number): number {
  return attesters === 0 ? Infinity : attesters < 4 ? attesters : Math.floor(attesters / 3) + 1
}

/** F6. What counts in a certificate: of each attester that this hub knows, the first attestation. */
export function countingIn ({ attestations }: Certificate, attesters: ReadonlySet<PublicKeyHex>): Attestation[] {
  const counting = new Map<PublicKeyHex, Attestation>()
  for (const attestation of attestations) {
    if (attesters.has(attestation.attester) && !counting.has(attestation.attester)) counting.set(attestation.attester, attestation)
  }
  return [...counting.values()]
}

/** F4. A manifest, if it is the one that the checkpoint names and says the same as it. */
export function manifestOf (bytes: Uint8Array, checkpoint: Checkpoint): Manifest | undefined {
  if (compareBytes(manifestHash(bytes), checkpoint.manifest) !== 0) return undefined
  const manifest = decodeManifest(bytes)
  if (manifest === undefined || manifest.network !== checkpoint.network || manifest.height !== checkpoint.height) return undefined
  return messagesIn(manifest) === checkpoint.messages ? manifest : undefined
}

/** F22. Which of two checkpoints of one height attesters go on signing: the one that more of them signed, then the one with the smaller hash. */
export function isAhead (one: Signed, other: Signed): boolean {
  return one.signed !== other.signed ? one.signed > other.signed : compareBytes(one.checkpoint.manifest, other.checkpoint.manifest) < 0
}

interface Signed {
  readonly checkpoint: Checkpoint
  /** Known attesters whose attestations are valid. */
  readonly signed: number
}

/** F1. Whether a checkpoint may have this height at this time, with an epoch's difference between clocks. */
export function mayHaveHeight (height: number, nowMs: number): boolean {
  return height >= 0 && height <= epochOf(nowMs) - lagEpochs + 1
}

/** F1. The height of a checkpoint that is proposed now. */
export function heightAt (nowMs: number): number {
  return epochOf(nowMs) - lagEpochs
}
