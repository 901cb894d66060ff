import { ed25519 } from '@noble/curves/ed25519.js'
import { expect, test } from 'vitest'
import { fromHex, toHex } from '../base/bytes.ts'
import { composeMessage } from './compose.ts'
import type { UnsignedMessage } from './compose.ts'
import { networkOf } from './genesis.ts'
import { signingInput } from './signing-input.ts'
import { createVerifier, deviceSigner, generateDeviceKey, rootSigner, signMessage } from './signing.ts'
import type { Signer } from './signing.ts'
import type { Message, PublicKeyHex } from './types.ts'

const network = networkOf({ name: 'signing', genesisTime: 1_000, admissionBits: 0, attesters: [] })
const author = 'a0'.repeat(32) as PublicKeyHex

function post (signer: PublicKeyHex): UnsignedMessage {
  return composeMessage({ author, signer, seq: 1, prev: undefined, timestamp: 2_000, body: { kind: 'post', text: 'Hello', parent: undefined } }, network)
}

async function signed (signer: Signer): Promise<Message> {
  const unsigned = post(signer.publicKey)
  return { id: unsigned.id, header: unsigned.header, body: unsigned.body, bytes: await signMessage(unsigned, signer) }
}

test('[M30] a device signs, its private key stays in the platform, and both verifiers agree', async () => {
  const pair = await generateDeviceKey()
  expect(pair.privateKey.extractable).toBe(false)
  await expect(crypto.subtle.exportKey('pkcs8', pair.privateKey)).rejects.toThrow()
  const message = await signed(await deviceSigner(pair))
  for (const backend of ['platform', 'fallback'] as const) {
    const verifier = createVerifier({ backend })
    expect(await verifier.verify(message)).toBe(true)
    const other = { ...message, header: { ...message.header, signer: author } }
    expect(await verifier.verify(other)).toBe(false)
  }
})

test('[M30] a root key from a seed is RFC 8032\'s (its test 1), and does not keep or change the seed', async () => {
  const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')!
  const signer = await rootSigner(seed)
  expect(signer.publicKey).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
  expect(toHex(await signer.sign(new Uint8Array(0)))).toBe(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b')
  expect(toHex(seed)).toMatch(/^9d61/)
  await expect(rootSigner(seed.subarray(1))).rejects.toMatchObject({ code: 'invalid-argument' })
})

test('[M30] a signer cannot sign for another', async () => {
  const signer = await rootSigner(new Uint8Array(32).fill(3))
  await expect(signMessage(post('b0'.repeat(32) as PublicKeyHex), signer)).rejects.toMatchObject({ code: 'key-unavailable' })
})

test('[M33] the library\'s own check is not enough: it lets these pass', async () => {
  const { default: { signatures } } = await import('./fixtures/vectors.json', { with: { type: 'json' } })
  const differing = signatures.filter(({ signer, id, signature, valid }) =>
    ed25519.verify(fromHex(signature)!, signingInput(id as Message['id']), fromHex(signer)!, { zip215: false }) !== valid)
  expect(differing.map(({ name }) => name)).toEqual([
    'R with a torsion part: valid only times the cofactor', 'a key with a torsion part that R does not cancel', 'small-order R'
  ])
})

test('a verifier outlives more keys than it keeps', async () => {
  const verifier = createVerifier()
  const message = await signed(await rootSigner(new Uint8Array(32).fill(4)))
  expect(await verifier.verify(message)).toBe(true)
  const others = Array.from({ length: 4_200 }, (_, index) => ed25519.Point.BASE.multiplyUnsafe(BigInt(index + 2)).toHex() as PublicKeyHex)
  const answers = await Promise.all(others.map(signer => verifier.verify({ ...message, header: { ...message.header, signer } })))
  expect(answers.some(Boolean)).toBe(false)
  expect(await verifier.verify(message)).toBe(true)
})
