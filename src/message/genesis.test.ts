import { expect, test } from 'vitest'
import { builtInGenesis, decodeGenesis, encodeGenesis, genesisFromJson, genesisToJson, networkIdOf } from './genesis.ts'

const attesters = ['12D3KooWA4dJYkHJf61HvfoQJaHiyoqjJxUJGyMhpZDAvpdQkvTd', '12D3KooWGC8tUMpGvPcAzXH8YHyQjCL9pgSfvVnSYVJ6wLWtAXfS']
const json = { name: 'demo', genesisTime: 1_700_000_000_000, admissionBits: 4, attesters }

test('[M54] the built-in network has this id until its document changes', () => {
  expect(networkIdOf(builtInGenesis)).toBe('0c969e678924afc069486c7eda0934b7691bd7b8e8548d789adea2a05d7af077')
})

test('[M51] every field is part of the network id', () => {
  const variants = [json, { ...json, name: 'Demo' }, { ...json, genesisTime: json.genesisTime + 1 }, { ...json, admissionBits: 5 }, { ...json, attesters: attesters.slice(1) }]
  expect(new Set(variants.map(variant => networkIdOf(genesisFromJson(variant)))).size).toBe(variants.length)
})

test('[M53] the JSON form: order of attesters does not matter, work and attesters may be left out', () => {
  const genesis = genesisFromJson(json)
  expect(genesisFromJson({ ...json, attesters: [...attesters].reverse() })).toEqual(genesis)
  expect(genesisFromJson(JSON.parse(JSON.stringify(genesisToJson(genesis))))).toEqual(genesis)
  expect(genesisFromJson({ name: 'demo', genesisTime: 1 })).toEqual({ name: 'demo', genesisTime: 1, admissionBits: 0, attesters: [] })
})

test.each([
  ['nothing', null],
  ['a list', []],
  ['a text', 'genesis'],
  ['no name', { ...json, name: undefined }],
  ['an empty name', { ...json, name: '' }],
  ['a name of 65 bytes', { ...json, name: 'x'.repeat(65) }],
  ['half a character', { ...json, name: '\ud800' }],
  ['no time', { name: 'demo' }],
  ['a time as text', { ...json, genesisTime: '2025-01-01' }],
  ['a negative time', { ...json, genesisTime: -1 }],
  ['a time that is not whole', { ...json, genesisTime: 0.5 }],
  ['a time at 2^48', { ...json, genesisTime: 2 ** 48 }],
  ['more bits than anybody can prove', { ...json, admissionBits: 33 }],
  ['bits as text', { ...json, admissionBits: '4' }],
  ['an attester that is no peer id', { ...json, attesters: ['somebody'] }],
  ['an attester twice', { ...json, attesters: [attesters[0], attesters[0]] }],
  ['attesters that are no list', { ...json, attesters: attesters[0] }],
  ['an unknown field', { ...json, admisionBits: 4 }],
  ['a field of the prototype', JSON.parse('{"name":"demo","genesisTime":1,"__proto__":1}')]
])('[M52 M53] refused: %s', (_, value) => {
  expect(() => genesisFromJson(value)).toThrow(expect.objectContaining({ code: 'genesis-invalid' }))
})

test('[M50] a document that is not one is a value, not a throw', () => {
  const bytes = encodeGenesis(genesisFromJson(json))
  expect(decodeGenesis(bytes)).toEqual({ ok: true, value: json })
  expect(decodeGenesis(bytes.subarray(0, -1))).toEqual({ ok: false, code: 'malformed' })
  expect(decodeGenesis(Uint8Array.of(8, 2))).toEqual({ ok: false, code: 'unsupported-version' })
  expect(decodeGenesis(new Uint8Array(4_097))).toEqual({ ok: false, code: 'too-large' })
  expect(decodeGenesis(new Uint8Array(0))).toEqual({ ok: false, code: 'malformed' })
})
