import { describe, expect, test } from 'vitest'
import type { Diagnosis } from '../../../worker/api.ts'
import { samplePeer, sampleRelay } from '../../data/samples.ts'
import { dialAddress } from './dial-address.ts'
import { remedyOf, stageTitles } from './remedies.ts'

const names = Object.keys(stageTitles) as Array<keyof typeof stageTitles>
const diagnosis = (...outcomes: ReadonlyArray<boolean | null>): Diagnosis => ({
  peerId: 'x', sentence: '', stages: names.map((stage, index) => ({ stage, ok: outcomes[index] ?? null, at: null, sentence: '' }))
})

describe('what to do', () => {
  test('each stage that may fail has its own advice, and a link that stands needs none', () => {
    const failingAt = (failing: number): Diagnosis => diagnosis(...names.map((_, index) => index < failing ? true : index === failing ? false : null))
    const advice = names.map((_, failing) => remedyOf(failingAt(failing))?.words)
    expect(new Set(advice).size).toBe(names.length)
    expect(remedyOf(diagnosis(true, true, true, true, true, true))).toBeNull()
    expect(remedyOf(diagnosis(true))?.words).toMatch(/lower id dials/)
  })

  test('a page whose relay is gone is told of the relay, and of no hub', () => {
    const page = (...outcomes: ReadonlyArray<boolean | null>) => remedyOf({ ...diagnosis(...outcomes), peerId: null })
    expect(page(false, null, true, true, true, true)?.words).toMatch(/relay is yours.*npm start/)
    expect(page(true, false)?.words).toMatch(/keeps no place/)
    expect(page(true, true)).toBeNull()
  })

  test('a link through the relay still is told how to become direct', () => {
    expect(remedyOf(diagnosis(true, true, true, false, null, true))?.tryAgain).toBe(true)
  })

  test('a hub is dialled through an introducer that is linked, or through a relay that answers', () => {
    const relay = sampleRelay({ address: '/dns4/r/tcp/1/ws/p2p/R' })
    const report = { introducers: ['B'] } as unknown as Parameters<typeof dialAddress>[3]
    expect(dialAddress('C', { relays: [relay] }, [samplePeer({ peerId: 'B' })], report)).toBe('/p2p/B/p2p-circuit/webrtc/p2p/C')
    expect(dialAddress('C', { relays: [relay] }, [], report)).toBe('/dns4/r/tcp/1/ws/p2p/R/p2p-circuit/webrtc/p2p/C')
    expect(dialAddress('C', { relays: [sampleRelay({ state: 'looking' })] }, [], null)).toBeNull()
  })
})
