/**
 * Who writes here (DESIGN.md 9): a root key, which is the author and signs nothing but devices, and a device key, which signs
 * messages. Made on the first visit and kept in the store. In a browser the device key is a CryptoKey that cannot be read out, and
 * the root key's entropy lies under another such key; a Node hub keeps both as bytes in its data folder.
 *
 * The root key follows from entropy that can be written down as a phrase (recovery-phrase.ts). It is opened only to sign or to be
 * backed up, and not kept in memory.
 *
 * Invariants
 * 1. The store never holds parts of two identities: all of one is a single value, and changes of it are written one after another.
 * 2. What is read from an `Identity` is what was last stored.
 * 3. A device key is used by one hub only: whoever adopts a root key makes a new one (DESIGN.md 3, forks).
 */
import { HubError, reasonOf } from '../base/errors.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import { randomBytes } from '../base/random.ts'
import { deviceSigner, generateDeviceKey, rootSigner, type Signer } from '../message/signing.ts'
import type { PublicKeyHex } from '../message/types.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { IdentityView } from './api.ts'
import { entropyBytes, rootSeedOf } from './recovery-phrase.ts'

/** Live: after `adopt` it is another author with another device. */
export interface Identity {
  readonly author: PublicKeyHex
  readonly device: PublicKeyHex
  readonly deviceName: string
  /** 32 bytes: the key of this hub's peer id, which is no author's, and stays when the identity changes. */
  readonly peerKeySeed: Uint8Array
  readonly signer: Signer
  /** Opens the root key. Codes: `key-unavailable`. */
  openRoot: () => Promise<Signer>
  /** Hands out the root key's entropy, 16 bytes, until `use` ends; they are erased then. Codes: `key-unavailable`, and what `use` throws. */
  withEntropy: <T>(use: (entropy: Uint8Array<ArrayBuffer>) => Promise<T>) => Promise<T>
  /** Remembers that the root key of `author` was saved elsewhere, if it is still this one. Codes: those of the store. */
  markBackedUp: (author: PublicKeyHex) => Promise<void>
  /**
   * The identity that this hub would have with the root key of `entropy` (16 bytes): with a new device key, and backed up, because the entropy came
   * from outside. Stores nothing. Codes: `key-unavailable`.
   */
  prepare: (entropy: Uint8Array<ArrayBuffer>) => Promise<NextIdentity>
  show: () => IdentityView
  /** A device key for somebody else, as the store keeps it; and who signs with one. */
  makeDeviceKey: () => Promise<CryptoKeyPair | string>
  signerOf: (deviceKey: CryptoKeyPair | string) => Promise<Signer>
}

export interface NextIdentity {
  readonly author: PublicKeyHex
  readonly device: PublicKeyHex
  readonly root: Signer
  /** Stores it in place of the one there is, whose keys are gone then. Codes: those of the store; the old one stays in that case. */
  adopt: () => Promise<void>
}

export interface IdentityOptions {
  readonly store: Pick<MessageStore, 'getValue' | 'putValue'>
  /** What this device is called when it is made. */
  readonly deviceName: string
  /** Whether the store holds CryptoKey objects; otherwise keys are kept as bytes. */
  readonly keysAsObjects: boolean
  /** How keys are made. @default the platform's; a simulated world has its own, which wait for no thread */
  readonly keys?: KeySource
}

export interface KeySource {
  /** Bytes that nobody can guess. */
  readonly random: (length: number) => Uint8Array<ArrayBuffer>
  /** The 32 bytes of the root's private key. */
  readonly rootSeedOf: (entropy: Uint8Array) => Promise<Uint8Array>
  /** Signs with the key of a 32-byte seed. */
  readonly signerOf: (seed: Uint8Array) => Promise<Signer>
}

const platformKeys: KeySource = { random: randomBytes, rootSeedOf, signerOf: rootSigner }

/** Where the identity lies in the store. */
const identityKey = 'identity'
const keyBytes = 32

interface StoredIdentity {
  readonly version: 1
  readonly author: string
  readonly device: string
  readonly deviceName: string
  readonly backedUp: boolean
  readonly peerKeySeed: string
  readonly deviceKey: CryptoKeyPair | string
  readonly root: { readonly wrappingKey: CryptoKey, readonly iv: string, readonly wrapped: string } | string
}

/** Reads the identity, or makes one. Codes: `key-unavailable`, `insecure-context`, those of the store. */
export async function openIdentity ({ store, deviceName, keysAsObjects, keys = platformKeys }: IdentityOptions): Promise<Identity> {
  const kept = await store.getValue(identityKey)
  if (kept != null && !isStoredIdentity(kept)) {
    throw new HubError('key-unavailable', 'The keys of this hub are stored in a form that this version does not know: update the page, or erase this hub.')
  }
  let stored = kept ?? await makeIdentity(deviceName, keysAsObjects, keys)
  if (kept == null) await store.putValue(identityKey, stored)
  let signer = await signerOf(stored, keys)
  const peerKeySeed = bytesOf(stored.peerKeySeed)
  let lastChange: Promise<unknown> = Promise.resolve()

  async function change (next: () => { readonly stored: StoredIdentity, readonly signer: Signer }): Promise<void> {
    const changed = lastChange.then(async () => {
      const value = next()
      await store.putValue(identityKey, value.stored)
      stored = value.stored
      signer = value.signer
    })
    lastChange = changed.catch(() => undefined) // only waited for; whoever asked for the change hears of the failure
    return changed
  }

  return {
    get author () { return stored.author as PublicKeyHex },
    get device () { return stored.device as PublicKeyHex },
    get deviceName () { return stored.deviceName },
    peerKeySeed,
    get signer () { return signer },
    openRoot: async () => withEntropyOf(stored, async entropy => rootOf(entropy, keys)),
    withEntropy: async use => withEntropyOf(stored, use),
    markBackedUp: async author => change(() => ({ stored: { ...stored, backedUp: stored.backedUp || stored.author === author }, signer })),
    async prepare (entropy) {
      const made = await makeKeys(entropy, keysAsObjects, keys)
      const next = { ...stored, ...made, backedUp: true }
      const root = await rootOf(entropy, keys)
      const nextSigner = await signerOf(next, keys)
      return { author: root.publicKey, device: nextSigner.publicKey, root, adopt: async () => change(() => ({ stored: next, signer: nextSigner })) }
    },
    makeDeviceKey: async () => makeDeviceKey(keysAsObjects, keys),
    signerOf: async deviceKey => signerOf({ deviceKey }, keys),
    show: () => ({ author: stored.author, device: stored.device, deviceName: stored.deviceName, backedUp: stored.backedUp })
  }
}

async function makeIdentity (deviceName: string, keysAsObjects: boolean, source: KeySource): Promise<StoredIdentity> {
  const keys = await makeKeys(source.random(entropyBytes), keysAsObjects, source)
  return { version: 1, deviceName, backedUp: false, peerKeySeed: toHex(source.random(keyBytes)), ...keys }
}

/** The root key of `entropy` and a new device key, as they are stored. */
async function makeKeys (entropy: Uint8Array<ArrayBuffer>, keysAsObjects: boolean, keys: KeySource): Promise<Pick<StoredIdentity, 'author' | 'device' | 'deviceKey' | 'root'>> {
  const { publicKey: author } = await rootOf(entropy, keys)
  const deviceKey = await makeDeviceKey(keysAsObjects, keys)
  const { publicKey: device } = await signerOf({ deviceKey }, keys)
  return { author, device, deviceKey, root: keysAsObjects ? await wrap(entropy) : toHex(entropy) }
}

async function makeDeviceKey (keysAsObjects: boolean, keys: KeySource): Promise<CryptoKeyPair | string> {
  return keysAsObjects ? generateDeviceKey() : toHex(keys.random(keyBytes))
}

async function signerOf ({ deviceKey }: Pick<StoredIdentity, 'deviceKey'>, keys: KeySource): Promise<Signer> {
  return typeof deviceKey === 'string' ? keys.signerOf(bytesOf(deviceKey)) : deviceSigner(deviceKey)
}

async function rootOf (entropy: Uint8Array, keys: KeySource): Promise<Signer> {
  return keys.signerOf(await keys.rootSeedOf(entropy))
}

async function withEntropyOf<T> ({ root }: StoredIdentity, use: (entropy: Uint8Array<ArrayBuffer>) => Promise<T>): Promise<T> {
  const entropy = typeof root === 'string' ? bytesOf(root) : await unwrap(root)
  try {
    return await use(entropy)
  } finally {
    entropy.fill(0)
  }
}

async function wrap (entropy: Uint8Array<ArrayBuffer>): Promise<Exclude<StoredIdentity['root'], string>> {
  const wrappingKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, wrappingKey, entropy))
  return { wrappingKey, iv: toHex(iv), wrapped: toHex(wrapped) }
}

async function unwrap ({ wrappingKey, iv, wrapped }: Exclude<StoredIdentity['root'], string>): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytesOf(iv) }, wrappingKey, bytesOf(wrapped)))
  } catch (thrown) {
    throw new HubError('key-unavailable', `The root key could not be opened: ${reasonOf(thrown)}. Import it from its recovery phrase.`, { cause: thrown })
  }
}

function isStoredIdentity (value: unknown): value is StoredIdentity {
  return typeof value === 'object' && value != null && (value as { version?: unknown }).version === 1
}

function bytesOf (hex: string): Uint8Array<ArrayBuffer> {
  const bytes = fromHex(hex)
  if (bytes == null) throw new HubError('key-unavailable', 'The keys of this hub are damaged: import the identity from its recovery phrase.')
  return bytes
}
