/**
 * Ed25519 signatures (SPEC.md M30 to M34), the one impure file of this folder: WebCrypto is asynchronous. Verification goes by WebCrypto with
 * imported keys kept, and by @noble/curves where the platform lacks Ed25519 (slower, same answers). It does not know where keys
 * are stored or who may sign what (validate.ts).
 */
import { fromHex, toHex } from '../base/bytes.ts'
import { HubError } from '../base/errors.ts'
import { bytesOf, unshared } from './canonical.ts'
import type { UnsignedMessage } from './compose.ts'
import { isStrictKey, isStrictSignature } from './ed25519-strict.ts'
import { createKeyCache } from './key-cache.ts'
import { hashBytes } from './limits.ts'
import { signingInput } from './signing-input.ts'
import type { Message, PublicKeyHex, SignedBytes } from './types.ts'

const algorithm = 'Ed25519'
/**
 * Verifications that may be under way in one verifier that hands them to other threads (worker/verifier-pool.ts, node/verifier.ts). It is 0.2 s of
 * one thread's work: more would only wait. Whoever asks keeps below it; what is over it is refused, so that a bug shows and memory is bounded.
 */
export const verificationsMax = 4_096

/** A message as far as its signature goes. */
export type SignedMessage = Pick<Message, 'id'> & {
  readonly header: Pick<Message['header'], 'signer'>
  readonly bytes: Pick<SignedBytes, 'signature'>
}

export interface Verifier {
  /**
   * Whether the signature of a validated message is its signer's. Rejects only when the platform itself fails, or when too much is asked.
   * Codes: `insecure-context`; of those with other threads also `too-many` (`verificationsMax` are under way) and `stopped`.
   */
  readonly verify: (message: SignedMessage) => Promise<boolean>
}

/** Whether `signature` is that of `key` over `input`, by this network's strict reading (SPEC.md M31 to M33). Rejects only when the platform fails. */
export type SignatureCheck = (key: PublicKeyHex, signature: Uint8Array, input: Uint8Array<ArrayBuffer>) => Promise<boolean>

export interface VerifierOptions {
  /**
   * 'fallback' leaves the platform's own Ed25519 unused: for tests, and to compare.
   * @default the platform's where it has one, otherwise the fallback
   */
  readonly backend?: 'platform' | 'fallback'
}

/** Who signs: a device or a root key. */
export interface Signer {
  readonly publicKey: PublicKeyHex
  /** The 64 bytes of an Ed25519 signature over `input`, the caller's own. */
  sign (input: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
}

/** A verifier with its own key cache, which checks on the calling thread; one a thread is enough. */
export function createVerifier (options: VerifierOptions = {}): Verifier {
  const check = createSignatureCheck(options)
  return {
    verify: async ({ id, header, bytes }) => check(header.signer, bytes.signature, signingInput(id))
  }
}

/** What a verifier does for each message, for those who have its parts in their hands. */
export function createSignatureCheck ({ backend }: VerifierOptions = {}): SignatureCheck {
  const usesPlatform = backend == null ? platformHasEd25519() : Promise.resolve(backend === 'platform')
  /** A key that cannot be imported is kept too: asking again gives the same answer. */
  const keys = createKeyCache(key => importKey(bytesOf(key)).catch((error: unknown) => {
    keys.forget(key) // The platform failed, which says nothing of the key.
    throw error
  }))
  return async (key, signature, input) => {
    if (!isStrictSignature(signature)) return false
    if (!await usesPlatform) return verifyWithFallback(bytesOf(key), signature, input)
    const imported = await keys.get(key)
    return imported != null && await subtle().verify(algorithm, imported, unshared(signature), input)
  }
}

async function verifyWithFallback (key: Uint8Array, signature: Uint8Array, input: Uint8Array): Promise<boolean> {
  if (!isStrictKey(key)) return false
  const { verifyFallback } = await import('./ed25519-fallback.ts')
  const challenge = await subtle().digest('SHA-512', new Uint8Array([...signature.subarray(0, hashBytes), ...key, ...input]))
  return verifyFallback(key, signature, new Uint8Array(challenge))
}

/** The bytes of a signed message. Codes: `key-unavailable` (the signer is not the one the message names). */
export async function signMessage ({ id, header, headerBytes, bodyBytes }: UnsignedMessage, signer: Signer): Promise<SignedBytes> {
  if (signer.publicKey !== header.signer) throw new HubError('key-unavailable', 'This message names another signer than the key at hand.')
  return { header: headerBytes, body: bodyBytes, signature: await signer.sign(signingInput(id)) }
}

/** A new device key whose private half never leaves the platform: not to scripts, not to backups. Codes: `key-unavailable`, `insecure-context`. */
export async function generateDeviceKey (): Promise<CryptoKeyPair> {
  const pair = await withPlatformKey(() => subtle().generateKey({ name: algorithm }, false, ['sign', 'verify']))
  if (!('privateKey' in pair)) throw new HubError('key-unavailable', noEd25519)
  return pair
}

/** Signs with a device key, as `generateDeviceKey` or a store gave it. Codes: `key-unavailable`, `insecure-context`. */
export async function deviceSigner ({ privateKey, publicKey }: CryptoKeyPair): Promise<Signer> {
  const raw = await withPlatformKey(() => subtle().exportKey('raw', publicKey))
  return platformSigner(privateKey, new Uint8Array(raw))
}

/**
 * Signs with the root key of a 32-byte seed (RFC 8032's private key). The seed is copied and not kept.
 *
 * Codes: `invalid-argument`, `key-unavailable`, `insecure-context`.
 */
export async function rootSigner (seed: Uint8Array): Promise<Signer> {
  if (seed.byteLength !== hashBytes) throw new HubError('invalid-argument', 'A root key\'s seed has 32 bytes.')
  const pkcs8 = new Uint8Array([...pkcs8Prefix, ...seed])
  try {
    // A private key does not say its public half except as JWK, for which this first import must be extractable.
    const { x } = await withPlatformKey(async () => subtle().exportKey('jwk', await subtle().importKey('pkcs8', pkcs8, algorithm, true, ['sign'])))
    const privateKey = await withPlatformKey(() => subtle().importKey('pkcs8', pkcs8, algorithm, false, ['sign']))
    return platformSigner(privateKey, base64UrlBytes(x ?? ''))
  } finally {
    pkcs8.fill(0)
  }
}

/** RFC 8410: everything of a PKCS #8 Ed25519 private key before its seed. */
const pkcs8Prefix = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
/** A strict, valid key, to ask the platform whether it knows the algorithm at all: the base point. */
const basePoint = fromHex(`58${'66'.repeat(31)}`) ?? new Uint8Array(hashBytes)
const noEd25519 = 'This browser cannot make Ed25519 keys: update it (Chromium 137, Firefox 129, Safari 17 or later).'

function subtle (): SubtleCrypto {
  const { subtle } = globalThis.crypto as { readonly subtle?: SubtleCrypto }
  if (subtle == null) throw new HubError('insecure-context', 'Keys and signatures need a secure page: open it over https, or on localhost.')
  return subtle
}

async function platformHasEd25519 (): Promise<boolean> {
  try {
    await subtle().importKey('raw', basePoint, algorithm, false, ['verify'])
    return true
  } catch {
    return false // No Ed25519, or no WebCrypto at all, which the fallback's digest then reports as `insecure-context`.
  }
}

/** The imported key; undefined when the 32 bytes are no key that a signature could be valid under. */
async function importKey (bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey | undefined> {
  if (!isStrictKey(bytes)) return undefined
  try {
    return await subtle().importKey('raw', bytes, algorithm, false, ['verify'])
  } catch (error) {
    // Some platforms refuse bytes off the curve here, others say no to every signature: the same answer.
    if (error instanceof DOMException && error.name === 'DataError') return undefined
    throw error
  }
}

function platformSigner (privateKey: CryptoKey, publicKey: Uint8Array): Signer {
  return {
    publicKey: toHex(publicKey) as PublicKeyHex,
    async sign (input) {
      return new Uint8Array(await withPlatformKey(() => subtle().sign(algorithm, privateKey, input)))
    }
  }
}

async function withPlatformKey<T> (use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (cause) {
    if (cause instanceof HubError) throw cause
    throw new HubError('key-unavailable', cause instanceof DOMException && cause.name === 'NotSupportedError' ? noEd25519 : 'The key cannot be used.', { cause })
  }
}

function base64UrlBytes (text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), character => character.charCodeAt(0))
}
