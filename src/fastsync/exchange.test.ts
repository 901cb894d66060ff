import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerFrames, concatenated, createCollector, cut, decodeAsk, encodeAsk, piecesMaxOf, type Ask, type Collected } from './exchange.ts'
import { holdingsOf, makeManifest, writeFeed } from './fixtures/universe.ts'
import { chunkMessagesMax, pieceBytesMax, pieceRawBytesMax } from './limits.ts'

const holdings = holdingsOf(writeFeed('ida', 20, 1))
const [entry] = makeManifest(holdings, 2 ** 28 - 1).chunks

function collect (frames: Iterable<Uint8Array>, piecesMax: number): Collected {
  const collector = createCollector(piecesMax)
  for (const frame of frames) {
    const collected = collector(frame)
    if (collected.type !== 'more') return collected
  }
  return { type: 'more' }
}

test('[F17] an ask is what its bytes say, and any other bytes are none', () => {
  if (entry === undefined) throw new Error('there is a chunk')
  const asks: Ask[] = [
    { type: 'certificate' }, { type: 'manifest', hash: new Uint8Array(32).fill(7) }, { type: 'chunk', entry, height: 1_600_000 },
    { type: 'candidate', height: 7 }, { type: 'ids', entry, height: 9 }, { type: 'changes', number: 3 },
    { type: 'states', reducer: { name: 'todo/count', version: 7 } }, { type: 'state', hash: new Uint8Array(32).fill(8) }
  ]
  for (const ask of asks) expect(decodeAsk(encodeAsk(ask))).toEqual(ask)
  let read = 0
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
    const ask = decodeAsk(bytes)
    if (ask === undefined) return
    read += 1
    expect(encodeAsk(ask)).toEqual(bytes)
  }), {
    seed: 1,
    examples: [
      [1], [1, 0], [3], [4, 0, 0, 0, 1], [5, 0, 0, 0, 1], [6], [7, 0, 0, 0, 1, 97], [7, 0, 0, 0, 0, 97], [7, 0, 0, 0, 1], [7, 0, 0, 0, 1, 65], [8]
    ].map((bytes): [Uint8Array<ArrayBuffer>] => [Uint8Array.from(bytes)])
  })
  expect(read).toBeGreaterThan(0)
})

test('[F17] the pieces of an answer come out as they went in, or as not there', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 5 }), (sizes) => {
    const pieces = sizes.map((size, index) => new Uint8Array(size).fill(index + 1))
    expect(collect(answerFrames(pieces), pieces.length)).toEqual({ type: 'answer', pieces })
  }), { seed: 2, numRuns: 30 })
  expect(collect(answerFrames(undefined), 1)).toEqual({ type: 'answer', pieces: undefined })
})

test('[F18] an answer of too much, or of what is none, is a fault', () => {
  const full = new Uint8Array(pieceBytesMax)
  expect(collect(answerFrames([full]), 1)).toMatchObject({ type: 'answer' })
  expect(collect(answerFrames([new Uint8Array(pieceBytesMax + 1)]), 1)).toEqual({ type: 'fault', code: 'piece-too-large' })
  expect(collect(answerFrames([full, full]), 1)).toEqual({ type: 'fault', code: 'piece-too-large' })
  for (const frame of [[], [0], [9, 1], [3, 1]]) expect(collect([Uint8Array.from(frame)], 9), frame.join()).toEqual({ type: 'fault', code: 'chunk-malformed' })
  const [part] = answerFrames([full])
  if (part === undefined) throw new Error('there is a part')
  expect(collect([part, Uint8Array.of(3)], 9)).toEqual({ type: 'fault', code: 'chunk-malformed' })
  expect(collect([part, Uint8Array.of(2, 1)], 9)).toMatchObject({ type: 'answer' })
  expect(collect([part.subarray(0, -1), Uint8Array.of(2, 1)], 9), 'not full, and not the last').toEqual({ type: 'fault', code: 'chunk-malformed' })
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 }), (frames) => {
    expect(['more', 'answer', 'fault']).toContain(collect(frames, 3).type)
  }), { seed: 3 })
})

test('[F18] the largest chunk and the largest manifest have pieces enough', () => {
  if (entry === undefined) throw new Error('there is a chunk')
  expect([piecesMaxOf({ type: 'certificate' }), piecesMaxOf({ type: 'candidate', height: 1 }), piecesMaxOf({ type: 'ids', entry, height: 1 })]).toEqual([1, 1, 1])
  expect(piecesMaxOf({ type: 'chunk', entry: { ...entry, count: 1 }, height: 1 })).toBe(1)
  expect(piecesMaxOf({ type: 'chunk', entry: { ...entry, count: chunkMessagesMax }, height: 1 })).toBeLessThan(48)
  const bytes = new Uint8Array(pieceRawBytesMax * 2 + 1).fill(3)
  expect(cut(bytes).map(({ byteLength }) => byteLength)).toEqual([pieceRawBytesMax, pieceRawBytesMax, 1])
  expect(concatenated(cut(bytes))).toEqual(bytes)
})
