import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../base/bytes.ts'
import { createRandom } from '../base/seeded-random.ts'
import { epochOf } from '../message/epoch.ts'
import { attesterKeys, keyOfPeer } from './attesters.ts'
import { countingIn, decodeCertificate, encodeCertificate, heightAt, isAhead, mayHaveHeight, thresholdOf } from './checkpoint.ts'
import { checkChunk } from './chunk.ts'
import { attesters, certify, checkpointOf, holdingsOf, makeManifest, rules, servedBy, writeFeed } from './fixtures/universe.ts'
import { besideMax } from './limits.ts'
import { besideOf, idsOf, inclusionOf, membersOf } from './making.ts'
import { decodeManifest, encodeManifest, messagesIn, type Manifest } from './manifest.ts'
import { packPieces, type Packable } from './piece.ts'

const messages = [...writeFeed('ida', 120, 700_000), ...writeFeed('jan', 80, 1)]
const holdings = holdingsOf(messages)
const newest = Math.max(...messages.map(({ header }) => epochOf(header.timestamp)))
const hexOf = (manifest: Manifest): string => toHex(encodeManifest(manifest))

describe('a manifest', () => {
  test('[F2] [F3] names every message up to its height once, in chunks that are small enough, whatever the order in which they came', () => {
    const manifest = makeManifest(holdings, newest, 16)
    expect(messagesIn(manifest)).toBe(messages.length)
    expect(Math.max(...manifest.chunks.map(({ count }) => count))).toBeLessThanOrEqual(16)
    expect(manifest.chunks.some(({ nibbles }) => nibbles > 8), 'one epoch is divided').toBe(true)
    expect(hexOf(makeManifest(holdingsOf(messages.toReversed()), newest, 16))).toBe(hexOf(manifest))
    const served = manifest.chunks.flatMap(entry => servedBy(holdings, entry, newest) ?? [])
    expect(new Set(served.map(({ id }) => id)).size).toBe(messages.length)
    const height = newest - 40
    const below = messages.filter(({ header }) => epochOf(header.timestamp) <= height)
    expect(below.length).toBeLessThan(messages.length)
    expect(messagesIn(makeManifest(holdings, height, 16))).toBe(below.length)
  })

  test('[F7] [F23] a hub with one message less in a chunk does not serve that chunk, and serves the others; one with later ones beside them serves all', () => {
    const manifest = makeManifest(holdings, newest, 16)
    const less = holdingsOf(messages.filter((_, number) => number !== 150))
    expect(manifest.chunks.filter(entry => servedBy(less, entry, newest) === undefined)).toHaveLength(1)
    expect(manifest.chunks.map(entry => inclusionOf(less, entry, newest)).filter(inclusion => inclusion !== 'included')).toEqual(['lacking'])
    const later = holdingsOf([...messages.filter((_, number) => number % 3 > 0), ...messages.filter((_, number) => number % 3 === 0)])
    const before = makeManifest(holdingsOf(messages.filter((_, number) => number % 3 > 0)), newest, 16)
    expect(before.chunks.filter(entry => inclusionOf(later, entry, newest) !== 'included')).toEqual([])
  })

  test('[F23] what came before is told from a chunk by its ids, if they are the chunk\'s and all are here', () => {
    const some = holdingsOf(messages.filter((_, number) => number % 2 === 0))
    const [entry] = makeManifest(some, newest).chunks.filter(({ count }) => count > 60)
    if (entry === undefined) throw new Error('there is a large one')
    const ids = idsOf(some, membersOf(some, entry, newest) ?? [])
    expect(ids.length).toBe(entry.count * 32)
    expect(inclusionOf(holdings, entry, newest)).toBe('unknown')
    const beside = besideOf(holdings, entry, newest, ids)
    expect(beside?.size).toBeGreaterThan(20)
    const members = membersOf(holdings, entry, newest, beside) ?? []
    expect(toHex(idsOf(holdings, members))).toBe(toHex(ids))
    const wrong = ids.map((byte, index) => index === 40 ? byte ^ 1 : byte)
    expect(membersOf(holdings, entry, newest, besideOf(holdings, entry, newest, wrong))).toBeUndefined()
  })

  test('[F7] [F23] who asks for a chunk that cannot be one makes a hub look at nothing', () => {
    const manifest = makeManifest(holdings, newest)
    const [entry] = manifest.chunks
    if (entry === undefined) throw new Error('there is one')
    const crowd = { ...holdings, count: () => entry.count + besideMax + 1, collect: () => { throw new Error('it looked through everything') } }
    expect(membersOf(crowd, entry, newest)).toBeUndefined()
    expect(membersOf({ ...crowd, count: () => entry.count - 1 }, entry, newest)).toBeUndefined()
  })

  test('[F4] is what its bytes say; any bytes are one in its only form, or none', () => {
    const bytes = encodeManifest(makeManifest(holdings, newest, 16))
    const read = decodeManifest(bytes)
    expect(read && hexOf(read)).toBe(toHex(bytes))
    const random = createRandom(4)
    let taken = 0
    for (let run = 0; run < 1_000; run += 1) {
      const changed = bytes.slice(0, random.chance(0.2) ? random.below(bytes.length) : undefined)
      for (let flips = random.below(4); flips >= 0 && changed.length > 0; flips -= 1) changed[random.below(changed.length)] = random.below(256)
      const again = decodeManifest(changed)
      if (again === undefined) continue
      taken += 1
      expect(hexOf(again)).toBe(toHex(changed))
    }
    expect(taken).toBeGreaterThan(50)
    expect(decodeManifest(new Uint8Array(0))).toBeUndefined()
  })

  test('[F3] with chunks in another order, or one under another, is none', () => {
    const { chunks, ...rest } = makeManifest(holdings, newest, 16)
    expect(decodeManifest(encodeManifest({ ...rest, chunks: chunks.toReversed() }))).toBeUndefined()
    expect(decodeManifest(encodeManifest({ ...rest, chunks: [...chunks.slice(0, 1), ...chunks] }))).toBeUndefined()
  })
})

describe('a certificate', () => {
  const checkpoint = checkpointOf(makeManifest(holdings, newest, 16))

  test('[F5] is what its bytes say; any bytes are one or none', () => {
    const certificate = certify(checkpoint, attesters)
    const bytes = encodeCertificate(certificate)
    expect(decodeCertificate(bytes)).toEqual(certificate)
    expect(decodeCertificate(bytes.slice(0, -1))).toBeUndefined()
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (given) => {
      const read = decodeCertificate(given)
      if (read !== undefined) expect(encodeCertificate(read)).toEqual(given)
    }), { seed: 2 })
  })

  test('[F6] counts each known attester once, and nobody else', () => {
    const known = new Set(attesters.slice(0, 2))
    expect(countingIn(certify(checkpoint, [...attesters, ...attesters]), known).map(({ attester }) => attester)).toEqual(attesters.slice(0, 2))
    expect([0, 1, 3, 4, 6, 7, 64].map(thresholdOf)).toEqual([Infinity, 1, 3, 2, 3, 3, 22])
  })

  test('[F22] ahead is what more attesters signed, then what has the smaller hash: never both ways', () => {
    const [one, other] = [1, 2].map(number => ({ ...checkpoint, manifest: new Uint8Array(32).fill(number) }))
    if (one === undefined || other === undefined) throw new Error('there are two')
    expect(isAhead({ checkpoint: other, signed: 2 }, { checkpoint: one, signed: 1 })).toBe(true)
    expect(isAhead({ checkpoint: one, signed: 1 }, { checkpoint: other, signed: 1 })).toBe(true)
    expect(isAhead({ checkpoint: other, signed: 1 }, { checkpoint: one, signed: 1 })).toBe(false)
    expect(isAhead({ checkpoint: one, signed: 1 }, { checkpoint: one, signed: 1 })).toBe(false)
  })

  test('[F6] an attester\'s key is in its peer id', () => {
    const peerId = '12D3KooWAcXhypmBRDpyFDhCuBrs3USkaqTcEspExW6mZVFVXc8f'
    expect(keyOfPeer(peerId)).toMatch(/^[0-9a-f]{64}$/)
    expect(attesterKeys([peerId, 'QmNone', '0OIl', '']).size).toBe(1)
  })

  test('[F1] lags eight epochs behind, and none is from the future', () => {
    const nowMs = 1_750_000_000_000
    expect(heightAt(nowMs)).toBe(epochOf(nowMs) - 8)
    expect([0, 1, 2].map(ahead => mayHaveHeight(heightAt(nowMs) + ahead, nowMs))).toEqual([true, true, false])
  })
})

describe('a chunk', () => {
  const manifest = makeManifest(holdings, newest, 32)
  const entry = manifest.chunks.find(({ count }) => count > 10)
  if (entry === undefined) throw new Error('no chunk is large enough')
  const served = servedBy(holdings, entry, newest) ?? []
  const others = manifest.chunks.filter(one => one !== entry).flatMap(one => servedBy(holdings, one, newest) ?? [])
  const judge = (given: readonly Packable[]) => checkChunk(packPieces(given), entry, newest, rules)

  test('[F7] that is what the manifest names is taken, in whatever order it came', () => {
    for (const given of [served, served.toReversed()]) {
      const checked = judge(given)
      expect(checked.ok && checked.messages.map(({ id }) => id).sort()).toEqual(served.map(({ id }) => id).sort())
    }
  })

  test.each([
    ['lacks one', served.slice(1)], ['has one twice', [...served.slice(0, 1), ...served]], ['is empty', []],
    ['has another message', [...served.slice(1), ...others.slice(0, 1)]],
    ['has one twice in place of another', [...served.slice(0, 1), ...served.slice(0, -1)]],
    ['has a changed body', served.map(({ id, bytes }, number) => ({ id, bytes: number === 0 ? { ...bytes, body: bytes.body?.with(-1, 48) } : bytes }))]
  ])('[F7] that %s is refused', (_what, given) => {
    expect(judge(given).ok).toBe(false)
  })
})
