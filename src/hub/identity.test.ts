import { describe, expect, test } from 'vitest'
import { HubError, type HubErrorCode } from '../base/errors.ts'
import type { PublicKeyHex } from '../message/types.ts'
import { createMemoryDisk, openMemoryStore } from '../store/memory.ts'
import type { MessageStore } from '../store/message-store.ts'
import { openIdentity, type Identity } from './identity.ts'

const open = async (store: MessageStore, keysAsObjects: boolean, deviceName = 'here'): Promise<Identity> => openIdentity({ store, deviceName, keysAsObjects })
const failsWith = (code: HubErrorCode) => (thrown: unknown): boolean => thrown instanceof HubError && thrown.code === code

async function signed (signer: { sign: (input: Uint8Array<ArrayBuffer>) => Promise<Uint8Array> }): Promise<string> {
  return Buffer.from(await signer.sign(Uint8Array.of(1, 2, 3))).toString('hex') // Ed25519 is deterministic: equal signatures are equal keys
}

describe.for([[true, 'key objects'], [false, 'bytes']] as const)('keys kept as %s (%s)', ([keysAsObjects]) => {
  test('the first visit makes keys, and later ones find them', async () => {
    const disk = createMemoryDisk()
    const made = await open(await openMemoryStore(disk), keysAsObjects, 'first name')
    const found = await open(await openMemoryStore(disk), keysAsObjects, 'another name')
    expect(found.show()).toEqual(made.show())
    expect(found.show()).toEqual({ author: made.author, device: made.device, deviceName: 'first name', backedUp: false })
    expect(found.peerKeySeed).toEqual(made.peerKeySeed)
    expect(await signed(found.signer)).toBe(await signed(made.signer))
    expect(await signed(await found.openRoot())).toBe(await signed(await made.openRoot()))
  })

  test('root, device and peer key are three, each the key it is said to be', async () => {
    const identity = await open(await openMemoryStore(), keysAsObjects)
    const root = await identity.openRoot()
    expect(root.publicKey).toBe(identity.author)
    expect(identity.signer.publicKey).toBe(identity.device)
    expect(identity.device).not.toBe(identity.author)
    expect(identity.peerKeySeed).toHaveLength(32)
    expect(await signed(root)).not.toBe(await signed(identity.signer))
  })

  test('two hubs have nothing in common', async () => {
    const [one, other] = [await open(await openMemoryStore(), keysAsObjects), await open(await openMemoryStore(), keysAsObjects)]
    expect(other.author).not.toBe(one.author)
    expect(other.device).not.toBe(one.device)
    expect(other.peerKeySeed).not.toEqual(one.peerKeySeed)
  })
})

describe.for([[true, 'key objects'], [false, 'bytes']] as const)('another root key, with keys kept as %s (%s)', ([keysAsObjects]) => {
  const entropy = (): Uint8Array<ArrayBuffer> => new Uint8Array(16).fill(9)

  test('to prepare it changes nothing; to adopt it changes everything but the peer and the name at once, for good', async () => {
    const disk = createMemoryDisk()
    const store = await openMemoryStore(disk)
    const identity = await open(store, keysAsObjects)
    const before = { ...identity.show(), signed: await signed(identity.signer) }
    const next = await identity.prepare(entropy())
    expect({ ...identity.show(), signed: await signed(identity.signer) }).toEqual(before)
    expect(await store.getValue('identity')).toMatchObject(identity.show())
    await next.adopt()
    expect(identity.show()).toEqual({ author: next.author, device: next.device, deviceName: 'here', backedUp: true })
    expect([identity.author, identity.device, identity.signer.publicKey, next.root.publicKey]).toEqual([next.author, next.device, next.device, next.author])
    const found = await open(await openMemoryStore(disk), keysAsObjects)
    expect([found.show(), found.peerKeySeed]).toEqual([identity.show(), identity.peerKeySeed])
    expect(await signed(found.signer)).toBe(await signed(identity.signer))
    expect(await signed(await found.openRoot())).toBe(await signed(next.root))
    expect(await signed(identity.signer)).not.toBe(before.signed)
  })

  test('the root key follows from the entropy, the device key never does', async () => {
    const identity = await open(await openMemoryStore(), keysAsObjects)
    const [one, other] = [await identity.prepare(entropy()), await identity.prepare(entropy())]
    expect(other.author).toBe(one.author)
    expect(other.device).not.toBe(one.device)
    await one.adopt()
    expect(await identity.withEntropy(async bytes => Promise.resolve([...bytes]))).toEqual([...entropy()])
  })

  test('noting a backup while another root key is adopted brings the old one not back', async () => {
    const disk = createMemoryDisk()
    const identity = await open(await openMemoryStore(disk), keysAsObjects)
    const old = identity.author
    const next = await identity.prepare(entropy())
    await Promise.all([next.adopt(), identity.markBackedUp(old)])
    expect(identity.author).toBe(next.author)
    expect((await open(await openMemoryStore(disk), keysAsObjects)).author).toBe(next.author)
  })

  test('entropy that was handed out is erased when its use ends, well or not', async () => {
    const identity = await open(await openMemoryStore(), keysAsObjects)
    const seen: Uint8Array[] = []
    await identity.withEntropy(async bytes => Promise.resolve(seen.push(bytes)))
    await expect(identity.withEntropy(async (bytes) => { seen.push(bytes); return Promise.reject(new HubError('stopped', 'over')) })).rejects.toSatisfy(failsWith('stopped'))
    expect(seen.map(bytes => [...bytes])).toEqual([Array(16).fill(0), Array(16).fill(0)])
    expect((await identity.openRoot()).publicKey).toBe(identity.author)
  })

  test('only the backup of this root key is noted', async () => {
    const identity = await open(await openMemoryStore(), keysAsObjects)
    await identity.markBackedUp('ab'.repeat(32) as PublicKeyHex)
    expect(identity.show().backedUp).toBe(false)
    await identity.markBackedUp(identity.author)
    expect(identity.show().backedUp).toBe(true)
  })
})

test('in a browser no private key can be read out of the store', async () => {
  const store = await openMemoryStore()
  await open(store, true)
  const { deviceKey, root } = await store.getValue('identity') as { deviceKey: CryptoKeyPair, root: { wrappingKey: CryptoKey, wrapped: string } }
  expect(deviceKey.privateKey.extractable).toBe(false)
  expect(root.wrappingKey.extractable).toBe(false)
})

describe('what cannot be used', () => {
  const kept = async (change: (value: Record<string, unknown>) => unknown, keysAsObjects = false): Promise<MessageStore> => {
    const store = await openMemoryStore()
    await open(store, keysAsObjects)
    await store.putValue('identity', change(await store.getValue('identity') as Record<string, unknown>))
    return store
  }

  test.for<[string, (value: Record<string, unknown>) => unknown]>([
    ['a later version', value => ({ ...value, version: 2 })],
    ['something else', () => 'keys'],
    ['a damaged device key', value => ({ ...value, deviceKey: 'zz' })],
    ['a damaged peer key', value => ({ ...value, peerKeySeed: 'zz' })]
  ])('%s is refused, and left as it is', async ([, change]) => {
    const store = await kept(change)
    const before = await store.getValue('identity')
    await expect(open(store, false)).rejects.toSatisfy(failsWith('key-unavailable'))
    expect(await store.getValue('identity')).toEqual(before)
  })

  test('a damaged root key does not keep the device from writing; opening it says what is wrong', async () => {
    const identity = await open(await kept(value => ({ ...value, root: { ...value.root as object, wrapped: '00'.repeat(32) } }), true), true)
    expect(await signed(identity.signer)).toHaveLength(128)
    await expect(identity.openRoot()).rejects.toSatisfy(failsWith('key-unavailable'))
  })

  test('a store that does not take the keys ends the start: a hub that forgets its keys would be another author each time', async () => {
    const store = await openMemoryStore()
    const failing = { getValue: store.getValue.bind(store), putValue: async () => Promise.reject(new HubError('storage-full', 'full')) }
    await expect(openIdentity({ store: failing, deviceName: 'here', keysAsObjects: false })).rejects.toSatisfy(failsWith('storage-full'))
  })
})
