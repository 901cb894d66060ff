import { describe, expect, test } from 'vitest'
import { bytes, count, counted, keyEnds, keyHead, machineTime, peerTail, roundTrip, span } from './format.ts'

describe('figures', () => {
  test('what is not known is never 0', () => {
    expect([count(null), roundTrip(null), bytes(undefined)]).toEqual(['—', '—', '—'])
    expect([count(0), roundTrip(0), bytes(0)]).toEqual(['0', '< 1 ms', '0 B'])
  })

  test('the ellipsis tells a peer, by its tail, from a key, by its head', () => {
    expect(peerTail('12D3KooWabcdk3Qf')).toBe('…k3Qf')
    expect(keyHead('ab3f5e1104b9')).toBe('ab3f…')
    expect(keyEnds('ab3f5e1104b9')).toBe('ab3f…04b9')
  })

  test.each([
    [-5_000, '0 s'], [0, '0 s'], [89_999, '89 s'], [90_000, '1 min'], [5_399_999, '89 min'], [5_400_000, '1 h'], [129_600_000, '36 h'], [172_799_999, '47 h'], [172_800_000, '2 days']
  ])('a span of %i ms is %s', (ms, written) => {
    expect(span(ms)).toBe(written)
  })

  test('what took long is written in its largest unit', () => {
    expect([9_999, 10_000, 13_409_094].map(roundTrip)).toEqual(['9,999 ms', '10 s', '3 h'])
  })

  test.each([
    [999, '999 B'], [1_000, '1.0 kB'], [212_345, '212 kB'], [999_499, '999 kB'], [999_500, '1.0 MB'], [12.4e9, '12.4 GB'], [2e15, '2000 TB']
  ])('%d bytes are %s', (size, written) => {
    expect(bytes(size)).toBe(written)
  })

  test('numbers agree with their nouns', () => {
    expect([counted(0, 'hub'), counted(1, 'hub'), counted(1_318, 'hub'), counted(2, 'try', 'tries')]).toEqual(['0 hubs', '1 hub', '1,318 hubs', '2 tries'])
  })

  test('a time that no calendar holds is left out rather than thrown over', () => {
    expect(machineTime(0)).toBe('1970-01-01T00:00:00.000Z')
    expect(machineTime(2 ** 53)).toBeUndefined()
  })
})
