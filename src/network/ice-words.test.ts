import { describe, expect, test } from 'vitest'
import { pathFailure } from './ice-words.ts'
import { createIceRecorder, type IceRecorder } from './rtc/ice-record.ts'

const line = (kind: string): string => `candidate:1 1 udp 2113937151 192.0.2.1 50000 typ ${kind} generation 0`

function recorded (here: readonly string[], there: readonly string[]): IceRecorder {
  const record = createIceRecorder()
  for (const kind of here) record.offeredHere(line(kind))
  for (const kind of there) record.offeredThere(line(kind))
  record.offeredHere('')
  return record
}

describe('why no path opened', () => {
  test('is the side that offered nothing, where one did', () => {
    expect(pathFailure(recorded([], ['host']))).toMatch(/^this side had no address at all/)
    expect(pathFailure(recorded(['host'], []))).toMatch(/^the other side offered no address at all/)
  })

  test('is what each side offered, and no cause, where both did', () => {
    const sentence = pathFailure(recorded(['host', 'host', 'srflx'], ['relay']))
    expect(sentence).toBe('this side offered 3 addresses (of its own network, seen from outside), the other one 1 address (at a TURN server), and no pair of them answered.')
  })

  test('names the server that refused, before one that did not answer', () => {
    const record = recorded(['host'], ['host'])
    record.failed({ address: null, port: null, url: 'stun:a.example', errorCode: 701, errorText: '' })
    expect(pathFailure(record)).toMatch(/stun:a.example did not answer/)
    record.failed({ address: null, port: null, url: 'turn:b.example', errorCode: 401, errorText: '' })
    expect(pathFailure(record)).toMatch(/turn:b.example refused the name or password/)
  })

  test('is made of a record that is complete once no more candidates come, and bounded', () => {
    const record = createIceRecorder()
    expect(record.complete).toBe(false)
    record.offeredHere('nonsense typ constructor')
    record.offeredHere(undefined)
    expect(record).toMatchObject({ complete: true, here: { host: 0, srflx: 0, prflx: 0, relay: 0 } })
    for (let index = 0; index < 100; index += 1) record.failed({ address: null, port: null, url: '', errorCode: 701, errorText: '' })
    expect(record.errors).toHaveLength(16)
  })
})
