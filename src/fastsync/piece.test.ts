import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blake3 } from '../base/blake3.ts'
import { toHex } from '../base/bytes.ts'
import { encodeSignedBytes } from '../message/codec.ts'
import { composeMessage } from '../message/compose.ts'
import { networkOf } from '../message/genesis.ts'
import { bodyBytesMax, postTextBytesMax } from '../message/limits.ts'
import { keyOf } from '../message/set/fixtures/build.ts'
import type { Message } from '../message/types.ts'
import { rules, writeFeed } from './fixtures/universe.ts'
import { chunkMessagesMax, pieceRawBytesMax } from './limits.ts'
import { packPieces, unpackPiece, type Unpacked } from './piece.ts'

const messages = [...writeFeed('ida', 30, 700_000), ...writeFeed('jan', 20, 1)]
const unpacked = (piece: Uint8Array, countMax = chunkMessagesMax): Unpacked => unpackPiece(piece, rules, countMax)
const read = (pieces: readonly Uint8Array[]): Message[] => pieces.flatMap((piece) => {
  const result = unpacked(piece)
  if (!result.ok) throw new Error(result.code)
  return result.messages
})
/** All that is known of each, by its id. */
const told = (some: readonly Message[]): unknown[] => [...some].sort((one, other) => one.id < other.id ? -1 : 1)
  .map(({ bytes, ...rest }) => ({ ...rest, bytes: toHex(encodeSignedBytes(bytes)) }))

test('[F34] messages come out as they went in, each feed\'s in their order: with gaps, without bodies, of any order', () => {
  const bodyless = messages.map((message, number) => number % 5 === 0 ? { ...message, body: undefined, bytes: { ...message.bytes, body: undefined } } : message)
  const gaps = messages.filter((_, number) => number % 7 > 0)
  for (const given of [messages, bodyless, gaps, messages.toReversed(), []]) {
    const came = read(packPieces(given))
    expect(told(came)).toEqual(told(given))
    for (const [index, { header }] of came.entries()) {
      expect(came.slice(index).every(later => later.header.signer !== header.signer || later.header.seq >= header.seq)).toBe(true)
    }
  }
})

test('[F34] a small message of a long feed takes what cannot be worked out: its time, its body, its signature and five bytes', () => {
  const feed = writeFeed('kim', 500, 1_000).slice(1)
  const [piece] = packPieces(feed)
  const least = feed.reduce((sum, { bytes }) => sum + 5 + 6 + (bytes.body?.byteLength ?? 0) + 64, 0)
  expect(piece?.byteLength).toBe(least + 64 + 4) // and the feed's keys and first number once
  expect(toHex(blake3(...packPieces(messages))), 'the bytes are part of the protocol').toBe('4a77836092be6a5c1ba6296aaa683702f99a09c515490085e457d6167e3b310c')
})

test('[F8] goes in pieces that are not too large, each of which stands for itself', () => {
  const [author, device] = [keyOf('lea\'s root'), keyOf('lea\'s device')]
  const large: Message[] = []
  for (let seq = 1; seq <= 100; seq += 1) {
    const { id, header, body, headerBytes, bodyBytes } = composeMessage({
      author, signer: device, body: { kind: 'post', text: 'x'.repeat(postTextBytesMax), parent: undefined }, seq, prev: large.at(-1)?.id, timestamp: rules.genesis.genesisTime + seq
    }, rules)
    large.push({ id, header, body, bytes: { header: headerBytes, body: bodyBytes, signature: new Uint8Array(64) } })
  }
  const pieces = packPieces(large)
  expect(pieces.length).toBe(4)
  for (const { byteLength } of pieces.slice(0, -1)) {
    expect(byteLength).toBeLessThanOrEqual(pieceRawBytesMax)
    expect(byteLength).toBeGreaterThan(pieceRawBytesMax - 2 * bodyBytesMax)
  }
  expect(told(read(pieces.toReversed()))).toEqual(told(large))
})

test('[F34] of another network, or more than there may be, or cut short: none', () => {
  const [piece = new Uint8Array(0)] = packPieces(messages)
  expect(unpacked(piece, messages.length - 1)).toEqual({ ok: false, code: 'chunk-malformed' })
  for (let length = 1; length < 300; length += 1) {
    const result = unpacked(piece.subarray(0, length))
    expect(result.ok ? result.messages.every(({ id }) => messages.some(message => message.id === id)) : result.code === 'chunk-malformed', `${length}`).toBe(true)
  }
  const elsewhere = unpackPiece(piece, networkOf({ ...rules.genesis, name: 'elsewhere' }), chunkMessagesMax)
  // It is another message there, which the chunk's hash says.
  expect(elsewhere.ok && elsewhere.messages.every(({ id }) => messages.every(message => message.id !== id))).toBe(true)
})

test('[F34] any bytes are messages of this network or none', () => {
  const [piece = new Uint8Array(0)] = packPieces(messages)
  let taken = 0
  fc.assert(fc.property(fc.nat(piece.byteLength - 1), fc.nat(255), fc.uint8Array({ maxLength: 200 }), (at, byte, junk) => {
    for (const given of [piece.with(at, byte), new Uint8Array([...piece.subarray(0, at), ...junk]), junk]) {
      const result = unpacked(given)
      if (!result.ok) continue
      taken += result.messages.length
      expect(told(read(packPieces(result.messages)))).toEqual(told(result.messages))
    }
  }), { seed: 4, numRuns: 300 })
  expect(taken).toBeGreaterThan(0)
})
