/** The golden vectors, judged as a hub judges what a peer sends: envelope, then form, then signature. */
import { expect, test } from 'vitest'
import { fromHex, toHex } from '../base/bytes.ts'
import { decodeSignedBytes, encodeSignedBytes } from './codec.ts'
import { generateVectors, toJson } from './fixtures/generate.ts'
import committed from './fixtures/vectors.json' with { type: 'json' }
import { decodeGenesis, encodeGenesis, genesisFromJson, genesisToJson, networkIdOf, networkOf } from './genesis.ts'
import { createVerifier } from './signing.ts'
import type { Decoded, Message, MessageId, MessageRejection, PublicKeyHex } from './types.ts'
import { validateMessage } from './validate.ts'
import { createWorkSearch, hasWork } from './work.ts'

const network = networkOf(genesisFromJson(committed.genesis[0]!.json))
const verifier = createVerifier()

async function judge (hex: string): Promise<Decoded<Message>> {
  const bytes = decodeSignedBytes(bytesOf(hex))
  if (!bytes.ok) return bytes
  const message = validateMessage(bytes.value, network)
  return !message.ok || await verifier.verify(message.value) ? message : { ok: false, code: 'bad-signature' }
}

test('the vectors are what this code makes (a change is a decision about the version)', async () => {
  expect(JSON.parse(JSON.stringify(await generateVectors()))).toEqual(committed)
})

test.each(committed.messages)('[M1 M2 M16 M30] $name', async ({ bytes, id, header, body }) => {
  const judged = await judge(bytes)
  if (!judged.ok) throw new Error(judged.code)
  const { value } = judged
  expect(value.id).toBe(id)
  expect(toJson(value.header)).toEqual(header)
  expect(value.body == null ? undefined : toJson(value.body)).toEqual(body)
  expect(toHex(encodeSignedBytes(value.bytes))).toBe(bytes)
})

test.each(committed.rejections)('[$name]', async ({ bytes, code }) => {
  expect(await judge(bytes)).toEqual({ ok: false, code })
})

test('every rejection code has a vector', () => {
  const every: { [code in MessageRejection]: true } = {
    malformed: true, 'too-large': true, 'unsupported-version': true, 'wrong-network': true, 'unknown-kind': true, 'bad-seq': true, 'bad-timestamp': true,
    'body-mismatch': true, 'bad-body': true, 'wrong-key': true, 'work-missing': true, 'bad-signature': true
  }
  expect(new Set(committed.rejections.map(({ code }) => code))).toEqual(new Set(Object.keys(every)))
})

test.each(['platform', 'fallback'] as const)('[M31 M32 M33 M34] crafted signatures get one answer: %s', async (backend) => {
  const verifierOfBackend = createVerifier({ backend })
  for (const { name, signer, id, signature, valid } of committed.signatures) {
    const bytes = { header: new Uint8Array(0), body: undefined, signature: bytesOf(signature) }
    expect([name, await verifierOfBackend.verify({ id: id as MessageId, header: { signer: signer as PublicKeyHex }, bytes })]).toEqual([name, valid])
  }
})

test.each(committed.genesis)('[M50 M51] genesis $json.name', ({ json, bytes, network: id }) => {
  const genesis = genesisFromJson(json)
  expect(toHex(encodeGenesis(genesis))).toBe(bytes)
  expect(networkIdOf(genesis)).toBe(id)
  expect(decodeGenesis(bytesOf(bytes))).toEqual({ ok: true, value: genesis })
  expect(genesisToJson(genesis)).toEqual(json)
})

test.each(committed.work)('[M41] a proof of $bits bits', ({ author, signer, bits, work }) => {
  const subject = { network: network.network, author: author as PublicKeyHex, signer: signer as PublicKeyHex }
  expect(toHex(createWorkSearch(subject, bits).advance(1e6)!)).toBe(work)
  expect(hasWork(subject, bytesOf(work), bits)).toBe(true)
  expect(hasWork({ ...subject, signer: subject.author }, bytesOf(work), bits)).toBe(bits === 0)
})

function bytesOf (hex: string): Uint8Array {
  return fromHex(hex)!
}
