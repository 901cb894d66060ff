import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../base/bytes.ts'
import { createRandom } from '../base/seeded-random.ts'
import type { PublicKeyHex } from '../message/types.ts'
import { decodeStates, encodeState, encodeStates, isReducer, stateHash, stateInput, type AppState } from './app-state.ts'
import { attesters, rules } from './fixtures/universe.ts'
import { reducersMax, statesOfReducerMax, statesToldMax } from './limits.ts'
import { createStateRegister, type StateRegister } from './state-register.ts'
import type { Attestation } from './checkpoint.ts'

const reducer = { name: 'todo/count', version: 1 }
const [ann, ben, cat, dan] = attesters as [PublicKeyHex, PublicKeyHex, PublicKeyHex, PublicKeyHex]
const checkpoint = (height = 100, salt = 1): AppState['checkpoint'] => ({ network: rules.network, height, messages: 6, manifest: new Uint8Array(32).fill(salt) })
const stateOf = (text: string, changes: Partial<AppState> = {}): AppState => {
  const bytes = new TextEncoder().encode(text)
  return { checkpoint: checkpoint(), reducer, size: bytes.length, hash: stateHash(bytes), ...changes }
}
/** The register checks no signatures. */
const by = (...keys: readonly PublicKeyHex[]): Attestation[] => keys.map(attester => ({ attester, signature: new Uint8Array(64).fill(attester.charCodeAt(0)) }))

function register (all: readonly PublicKeyHex[] = attesters): StateRegister {
  const made = createStateRegister(() => new Set(all))
  made.name(reducer)
  return made
}

test('[F29] a reducer has a name and a version, and nothing else is one', () => {
  for (const name of ['a', 'todo', 'todo/done', '0.x-1', 'a'.repeat(64)]) expect(isReducer({ name, version: 1 }), name).toBe(true)
  for (const name of ['', '/a', '.a', 'A', 'ä', 'a b', 'a'.repeat(65), 7, null]) expect(isReducer({ name, version: 1 }), String(name)).toBe(false)
  for (const version of [0, -1, 1.5, 2 ** 32, NaN, '1', null]) expect(isReducer({ name: 'a', version }), String(version)).toBe(false)
})

test('[F30] what is signed is this', () => {
  expect(toHex(encodeState(stateOf('three')))).toBe(`01${rules.network}00000064401800000000000001${'01'.repeat(31)}0000000100000005${toHex(stateHash(new TextEncoder().encode('three')))}0a${toHex(new TextEncoder().encode('todo/count'))}`)
  const inputs = [stateOf('three'), stateOf('four'), stateOf('three', { checkpoint: checkpoint(101) }), stateOf('three', { reducer: { ...reducer, version: 2 } }), stateOf('three', { size: 6 })]
  expect(new Set(inputs.map(state => toHex(stateInput(state)))).size, 'each says something else').toBe(inputs.length)
})

test('[F32] states are what their bytes say, and any other bytes are none', () => {
  const states = [
    { state: stateOf('three'), attestations: by(ann, ben) }, { state: stateOf('x', { checkpoint: checkpoint(7), reducer: { name: 'a', version: 2 ** 32 - 1 } }), attestations: [] }
  ]
  const bytes = encodeStates(states)
  expect(decodeStates(bytes)).toEqual(states)
  expect(decodeStates(new Uint8Array())).toEqual([])
  for (let length = 1; length < bytes.length; length += 1) {
    const cut = decodeStates(bytes.subarray(0, length))
    if (cut !== undefined) expect([...encodeStates(cut)], `${length}`).toEqual([...bytes.subarray(0, length)])
  }
  expect(decodeStates(encodeStates(Array.from({ length: statesToldMax + 1 }, () => states[1]!)))).toBeUndefined()
  let refused = 0
  fc.assert(fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
    const changed = Uint8Array.from(bytes)
    changed[at] = byte
    const read = decodeStates(changed)
    if (read === undefined) refused += 1
    else expect([...encodeStates(read)]).toEqual([...changed])
  }), { seed: 1, numRuns: 2_000 })
  expect(refused).toBeGreaterThan(0)
})

describe('what may be given to an app', () => {
  const given = (states: StateRegister, atLeast?: number): string[] => states.offered(reducer, atLeast).map(one => one.name)

  test('[F31] is what enough attesters signed, and nobody else\'s signature counts', () => {
    const states = register()
    const state = stateOf('three')
    const name = toHex(encodeState(state))
    states.add(state, by(ann), false)
    expect(given(states), 'of four, two are enough').toEqual([])
    expect(given(states, 1), 'unless an app asks for fewer').toEqual([name])
    states.add(state, by('ee'.repeat(32) as PublicKeyHex), false)
    expect(given(states)).toEqual([])
    states.add(state, by(ben), false)
    expect(given(states)).toEqual([name])
    expect(given(states, 3)).toEqual([])
    expect(given(register([])), 'nobody attests').toEqual([])
  })

  test('[F31] is never one of two that contradict each other; who signed both counts for neither; what this hub made itself is given', () => {
    const states = register()
    const [three, four] = [stateOf('three'), stateOf('four')]
    states.add(three, by(ann, ben), false)
    states.add(four, by(dan), false)
    const [first] = states.of(reducer)
    expect(given(states), 'one of four lies').toEqual([toHex(encodeState(three))])
    expect(first !== undefined && states.isContradicted(first), 'and that is seen').toBe(true)
    states.add(four, by(cat), false)
    expect(given(states)).toEqual([])
    states.add(three, by(dan), false)
    expect(states.of(reducer).map(one => one.by.length), 'dan said both').toEqual([2, 1])
    expect(given(states)).toEqual([toHex(encodeState(three))])
    states.add(four, [], true)
    expect(given(states)).toEqual([toHex(encodeState(four))])
  })

  test('[F32] [F33] the newest comes first; what is made here and what has enough outlasts what liars add, and all is bounded', () => {
    const states = register()
    const [own, certified] = [stateOf('own', { checkpoint: checkpoint(50) }), stateOf('certified', { checkpoint: checkpoint(60) })]
    states.add(own, [], true)
    states.add(certified, by(ann, ben), false)
    let taken = 0
    for (let number = 0; number < 500; number += 1) {
      const height = 1_000 + Math.floor(number / 10)
      if (states.add(stateOf(`${number}`, { checkpoint: checkpoint(height, number) }), by(dan), false)) taken += 1
    }
    expect(taken, 'two of one attester and height').toBe(100)
    expect(states.of(reducer)).toHaveLength(statesOfReducerMax)
    expect(given(states)).toEqual([certified, own].map(state => toHex(encodeState(state))))
    expect(states.told(reducer)).toHaveLength(statesToldMax)
    expect(states.told(reducer)[0]?.state, 'what no attester signed is told to nobody').toEqual(certified)
    for (let number = 1; number < reducersMax; number += 1) expect(states.name({ name: `r${number}`, version: 1 })).toBeUndefined()
    expect(states.name(reducer)).toBeUndefined()
    expect(states.name({ name: 'one-more', version: 1 }), 'the one that was named longest ago').toEqual({ name: 'r1', version: 1 })
    expect(states.add(stateOf('x', { reducer: { name: 'r1', version: 1 } }), by(ann), false)).toBe(false)
  })

  test('[F31] is what honest attesters made, whatever fewer than a third do, in whatever order it comes', () => {
    let givenTimes = 0
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = createRandom(seed)
      const count = 4 + random.below(13)
      const all = Array.from({ length: count }, (_, number) => `${number + 16}`.repeat(32) as PublicKeyHex)
      const liars = all.slice(0, Math.floor((count - 1) / 3))
      const honest = all.slice(liars.length).filter(() => random.below(4) > 0)
      const heights = [100, 101, 102]
      const said: Array<[AppState, PublicKeyHex]> = heights.flatMap(height => [
        ...honest.map((key): [AppState, PublicKeyHex] => [stateOf('right', { checkpoint: checkpoint(height) }), key]),
        ...liars.flatMap(key => Array.from({ length: 1 + random.below(3) }, (): [AppState, PublicKeyHex] => [stateOf(`wrong ${random.below(2)}`, { checkpoint: checkpoint(height) }), key])),
        ...liars.filter(() => random.below(2) === 0).map((key): [AppState, PublicKeyHex] => [stateOf('right', { checkpoint: checkpoint(height) }), key])
      ])
      const shuffled = said.map(one => ({ one, at: random.below(2 ** 30) })).sort((one, other) => one.at - other.at).map(({ one }) => one)
      const [states, again] = [register(all), register(all)]
      for (const [state, key] of shuffled) states.add(state, by(key), false)
      for (const [state, key] of [...shuffled].reverse()) again.add(state, by(key), false)
      const names = states.offered(reducer).map(one => one.name)
      const right = heights.map(height => toHex(encodeState(stateOf('right', { checkpoint: checkpoint(height) }))))
      expect(names.filter(name => !right.includes(name)), `seed ${seed}`).toEqual([])
      if (honest.length >= Math.floor(count / 3) + 1) expect(new Set(names), `seed ${seed}`).toEqual(new Set(right))
      if (names.length > 0) givenTimes += 1
      expect(again.of(reducer).find(one => one.name === right[0])?.attestations.size).toBeGreaterThanOrEqual(honest.length)
    }
    expect(givenTimes).toBeGreaterThan(200)
  })
})
