/**
 * Who writes here (DESIGN.md 9): a root key, which is the author and signs nothing but devices, and a device key, which signs
 * messages. Made on the first visit and kept in the store. In a browser the device key is a CryptoKey that cannot be read out, and
 * the root key's entropy lies under another such key; a Node hub keeps both as bytes in its data folder.
 *
 * The root key comes from a BIP39 phrase, so that it can be written down: entropy → phrase → seed, of which the first 32 bytes are
 * the Ed25519 private key. It is opened only to sign, and not kept in memory.
 */
import { HubError, reasonOf } from '../base/errors.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import { deviceSigner, generateDeviceKey, rootSigner, type Signer } from '../message/signing.ts'
import type { PublicKeyHex } from '../message/types.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { IdentityView } from './api.ts'

export interface Identity {
  readonly author: PublicKeyHex
  readonly device: PublicKeyHex
  readonly deviceName: string
  /** 32 bytes: the key of this hub's peer id, which is no author's. */
  readonly peerKeySeed: Uint8Array
  readonly signer: Signer
  /** Opens the root key. Codes: `key-unavailable`. */
  openRoot: () => Promise<Signer>
  show: () => IdentityView
}

export interface IdentityOptions {
  readonly store: Pick<MessageStore, 'getValue' | 'putValue'>
  /** What this device is called when it is made. */
  readonly deviceName: string
  /** Whether the store holds CryptoKey objects; otherwise keys are kept as bytes. */
  readonly keysAsObjects: boolean
}

/** Where the identity lies in the store. Its parts are written in one value, so that there is never half of one. */
const identityKey = 'identity'
/** 128 bits: twelve words, as strong as the key made from them. */
const entropyBytes = 16
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
export async function openIdentity ({ store, deviceName, keysAsObjects }: IdentityOptions): Promise<Identity> {
  const kept = await store.getValue(identityKey)
  if (kept != null && !isStoredIdentity(kept)) {
    throw new HubError('key-unavailable', 'The keys of this hub are stored in a form that this version does not know: update the page, or erase this hub.')
  }
  const stored = kept ?? await makeIdentity(deviceName, keysAsObjects)
  if (kept == null) await store.putValue(identityKey, stored)
  const { deviceKey, root } = stored
  const signer = typeof deviceKey === 'string' ? await rootSigner(bytesOf(deviceKey)) : await deviceSigner(deviceKey)
  return {
    author: stored.author as PublicKeyHex,
    device: stored.device as PublicKeyHex,
    deviceName: stored.deviceName,
    peerKeySeed: bytesOf(stored.peerKeySeed),
    signer,
    openRoot: async () => rootSignerOf(typeof root === 'string' ? bytesOf(root) : await unwrap(root)),
    show: () => ({ author: stored.author, device: stored.device, deviceName: stored.deviceName, backedUp: stored.backedUp })
  }
}

async function makeIdentity (deviceName: string, keysAsObjects: boolean): Promise<StoredIdentity> {
  const entropy = crypto.getRandomValues(new Uint8Array(entropyBytes))
  const { publicKey: author } = await rootSignerOf(entropy)
  const deviceSeed = crypto.getRandomValues(new Uint8Array(keyBytes))
  const pair = keysAsObjects ? await generateDeviceKey() : undefined
  const { publicKey: device } = pair == null ? await rootSigner(deviceSeed) : await deviceSigner(pair)
  return {
    version: 1,
    author,
    device,
    deviceName,
    backedUp: false,
    peerKeySeed: toHex(crypto.getRandomValues(new Uint8Array(keyBytes))),
    deviceKey: pair ?? toHex(deviceSeed),
    root: keysAsObjects ? await wrap(entropy) : toHex(entropy)
  }
}

/** The word list is loaded only when the root key is needed: a first visit, or a change of devices. */
async function rootSignerOf (entropy: Uint8Array): Promise<Signer> {
  const [{ entropyToMnemonic, mnemonicToSeedWebcrypto }, { wordlist }] = await Promise.all([import('@scure/bip39'), import('@scure/bip39/wordlists/english.js')])
  const seed = await mnemonicToSeedWebcrypto(entropyToMnemonic(entropy, wordlist))
  return rootSigner(seed.slice(0, keyBytes))
}

async function wrap (entropy: Uint8Array<ArrayBuffer>): Promise<Exclude<StoredIdentity['root'], string>> {
  const wrappingKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, wrappingKey, entropy))
  return { wrappingKey, iv: toHex(iv), wrapped: toHex(wrapped) }
}

async function unwrap ({ wrappingKey, iv, wrapped }: Exclude<StoredIdentity['root'], string>): Promise<Uint8Array> {
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
