import { expect, test } from 'vitest'
import { composeMessage } from './compose.ts'
import type { MessageDraft } from './compose.ts'
import { networkOf } from './genesis.ts'
import { encodeSignedBytes } from './codec.ts'
import { messageBytesMax } from './limits.ts'
import { signingInput } from './signing-input.ts'
import type { Body, MessageId, PublicKeyHex } from './types.ts'

const network = networkOf({ name: 'compose', genesisTime: 1_000, admissionBits: 24, attesters: [] })
const author = 'a0'.repeat(32) as PublicKeyHex
const signer = 'b0'.repeat(32) as PublicKeyHex
const id = 'c0'.repeat(32) as MessageId
const post: Body = { kind: 'post', text: 'Hello', parent: undefined }
const draft: MessageDraft = { author, signer, seq: 1, prev: undefined, timestamp: 2_000, body: post }

test('[M30] what is signed is the domain and the id', () => {
  expect(new TextDecoder().decode(signingInput(id).subarray(0, 17))).toBe('hubbub/message/v1')
  expect(signingInput(id).subarray(17)).toEqual(new Uint8Array(32).fill(0xc0))
})

test('[M8] the largest message fits a data-channel message with room for its frame', () => {
  const value = new Uint8Array(7_680)
  const { headerBytes, bodyBytes } = composeMessage({
    ...draft, seq: 100_000, prev: id, timestamp: 2 ** 48 - 1, body: { kind: 'record', collection: 'c'.repeat(64), key: 'k'.repeat(256), value }
  }, network)
  const size = encodeSignedBytes({ header: headerBytes, body: bodyBytes, signature: new Uint8Array(64) }).byteLength
  expect(size).toBeLessThan(messageBytesMax)
  expect(messageBytesMax).toBeLessThan(16_384 - 1_024)
})

test('[M22] a scope is put in order', () => {
  const scope = { kinds: ['record', 'post', 'record'], collections: ['b', '\u{1f600}', '\uffee', 'a', 'b'] } as const
  const body: Body = { kind: 'signer-add', signer, name: '', work: new Uint8Array(0), scope }
  const ordered = composeMessage({ ...draft, signer: author, body }, networkOf({ ...network.genesis, admissionBits: 0 })).body
  // By bytes, not by UTF-16 units: U+FFEE comes before U+1F600.
  expect(ordered).toMatchObject({ scope: { kinds: ['post', 'record'], collections: ['a', 'b', '\uffee', '\u{1f600}'] } })
})

test.each<[string, Partial<MessageDraft>]>([
  ['an id that is no hex', { body: { kind: 'remove', target: 'x' as MessageId } }],
  ['an id in upper case', { prev: id.toUpperCase() as MessageId, seq: 2 }],
  ['a key of 31 bytes', { signer: signer.slice(2) as PublicKeyHex }],
  ['half a character', { body: { ...post, text: 'a\ud83d' } }],
  ['half a character at the start', { body: { ...post, text: '\udc4da' } }],
  ['an empty post', { body: { ...post, text: '' } }],
  ['a post that is too long', { body: { ...post, text: 'ä'.repeat(4_001) } }],
  ['a body over 8 KiB', { body: { kind: 'record', collection: 'c', key: 'k', value: new Uint8Array(9_000) } }],
  ['number 0', { seq: 0 }],
  ['half a number', { seq: 1.5 }],
  ['no number', { seq: NaN }],
  ['a number past the limit', { seq: 100_001, prev: id }],
  ['no predecessor', { seq: 2 }],
  ['a time before genesis', { timestamp: 999 }],
  ['a negative time', { timestamp: -1 }],
  ['no time', { timestamp: NaN }],
  ['the root key signing a post', { signer: author }],
  ['a device adding a device', { body: { kind: 'signer-add', signer, scope: { kinds: [], collections: [] }, name: '', work: new Uint8Array(0) } }],
  ['no admission work', { signer: author, body: { kind: 'signer-add', signer, scope: { kinds: [], collections: [] }, name: '', work: new Uint8Array(0) } }]
])('[M9 to M41] refused before it is signed: %s', (_, change) => {
  expect(() => composeMessage(draft, network)).not.toThrow()
  expect(() => composeMessage({ ...draft, ...change }, network)).toThrow(expect.objectContaining({ code: 'message-invalid' }))
})
