import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../base/bytes.ts'
import { keyOf } from '../message/set/fixtures/build.ts'
import type { NetworkId, PublicKeyHex } from '../message/types.ts'
import {
  changeBytes, changeInput, createAttesterChain, decodeChanges, encodeChanges, hashOfChange, majorityOf,
  type AttesterChain, type AttesterChange, type SignedChange
} from './attester-changes.ts'
import { keyOfPeer, peerOfKey } from './attesters.ts'
import { attesters, rules, signatureOf } from './fixtures/universe.ts'
import { changesMax } from './limits.ts'

const [ann, ben, cat, dan] = attesters as [PublicKeyHex, PublicKeyHex, PublicKeyHex, PublicKeyHex]
const eve = keyOf('eve')

function next (chain: AttesterChain, changes: Partial<AttesterChange> = {}): AttesterChange {
  const height = (chain.changes.at(-1)?.change.height ?? 99) + 1
  return { network: rules.network, number: chain.changes.length + 1, before: chain.head, height, kind: 'joins', attester: eve, ...changes }
}

const signedBy = (change: AttesterChange, by: readonly PublicKeyHex[]): SignedChange =>
  ({ change, attestations: by.map(attester => ({ attester, signature: signatureOf(attester, changeInput(change)) })) })

const take = (chain: AttesterChain, change: AttesterChange, by: readonly PublicKeyHex[] = attesters): string | undefined =>
  chain.take(change, signedBy(change, by).attestations)

describe('a chain of changes', () => {
  test('[F25] takes what more than two thirds of those before it signed, nobody twice and nobody else', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 64].map(majorityOf)).toEqual([1, 2, 3, 3, 4, 5, 5, 43])
    const chain = createAttesterChain(rules.network, new Set(attesters))
    const change = next(chain)
    for (const by of [[], [ann, ben], [ann, ben, ben, ben], [ann, ben, eve, keyOf('somebody')]]) expect(take(chain, change, by)).toBe('too-few-signatures')
    expect(take(chain, change, [ann, ben, dan])).toBeUndefined()
    expect([...chain.last].sort()).toEqual([...attesters, eve].sort())
    // Of five, four have to sign the next one, and the new one may.
    expect(take(chain, next(chain, { kind: 'leaves', attester: ann }), [ann, ben, cat])).toBe('too-few-signatures')
    expect(take(chain, next(chain, { kind: 'leaves', attester: ann }), [eve, ben, cat, dan])).toBeUndefined()
    expect(chain.last.has(ann)).toBe(false)
    expect(take(chain, next(chain, { attester: keyOf('fay') }), [ann, ben, cat]), 'who left signs nothing').toBe('too-few-signatures')
  })

  test('[F26] says of each height who attests there, and goes on saying it', () => {
    const chain = createAttesterChain(rules.network, new Set(attesters))
    const [before, joined] = [new Set(attesters), new Set([...attesters, eve])]
    expect(take(chain, next(chain, { height: 200 }))).toBeUndefined()
    expect(take(chain, next(chain, { height: 300, kind: 'leaves', attester: ann }), [eve, ...attesters])).toBeUndefined()
    expect([0, 199].map(height => chain.at(height))).toEqual([before, before])
    expect([200, 299].map(height => chain.at(height))).toEqual([joined, joined])
    expect(chain.at(300)).toEqual(new Set([ben, cat, dan, eve]))
  })

  test('[F25] refuses what cannot be the next one, and is as it was', () => {
    const chain = createAttesterChain(rules.network, new Set([ann, ben]))
    expect(take(chain, next(chain, { height: 100 }))).toBeUndefined()
    const wrong: ReadonlyArray<readonly [Partial<AttesterChange>, string]> = [
      [{ network: '00'.repeat(32) as NetworkId, attester: cat }, 'wrong-network'],
      [{ number: 1, attester: cat }, 'out-of-order'], [{ number: 3, attester: cat }, 'out-of-order'],
      [{ before: new Uint8Array(32), attester: cat }, 'out-of-order'],
      [{ height: 100, attester: cat }, 'height-not-later'], [{ height: 7, attester: cat }, 'height-not-later'],
      [{ attester: ann }, 'already-attester'], [{ attester: eve }, 'already-attester'], [{ kind: 'leaves', attester: cat }, 'no-attester']
    ]
    for (const [changes, fault] of wrong) expect(take(chain, next(chain, changes), [ann, ben, eve]), fault).toBe(fault)
    expect(chain.changes).toHaveLength(1)
    const alone = createAttesterChain(rules.network, new Set([ann]))
    expect(take(alone, next(alone, { kind: 'leaves', attester: ann }))).toBe('last-attester')
    const none = createAttesterChain(rules.network, new Set())
    expect(take(none, next(none)), 'where nobody attests nobody can begin').toBe('too-few-signatures')
  })

  test('[F25] has an end: no more attesters than a genesis may name, and no more changes than are sent', () => {
    const chain = createAttesterChain(rules.network, new Set(Array.from({ length: 64 }, (_, number) => keyOf(`one of many ${number}`))))
    expect(chain.faultOf(next(chain))).toBe('too-many')
    const long = createAttesterChain(rules.network, new Set([ann]))
    for (let number = 0; number < changesMax; number += 1) expect(take(long, next(long, { kind: number % 2 === 0 ? 'joins' : 'leaves' }), [ann, eve])).toBeUndefined()
    expect(take(long, next(long), [ann])).toBe('too-many')
  })
})

describe('the bytes of changes', () => {
  const chain = createAttesterChain(rules.network, new Set(attesters))
  take(chain, next(chain, { height: 1_600_000 }))
  take(chain, next(chain, { height: 1_600_009, kind: 'leaves', attester: ben }), [...attesters, eve])
  const bytes = encodeChanges(chain.changes)

  test('[F27] are what they say; any bytes are changes in their one form, or none', () => {
    expect(decodeChanges(bytes)).toEqual(chain.changes)
    expect(decodeChanges(new Uint8Array(0))).toEqual([])
    for (const end of [1, changeBytes - 1, changeBytes, changeBytes + 1, changeBytes + 97, bytes.length - 1]) expect(decodeChanges(bytes.subarray(0, end)), `${end} bytes`).toBeUndefined()
    const spoiled = (at: number, byte: number): Uint8Array => bytes.map((before, index) => index === at ? byte : before)
    for (const [what, given] of Object.entries({ version: spoiled(0, 2), 'no kind': spoiled(73, 0), 'another kind': spoiled(73, 3), 'too many signatures': spoiled(changeBytes, 65) })) {
      expect(decodeChanges(given), what).toBeUndefined()
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (given) => {
      const read = decodeChanges(given)
      if (read !== undefined) expect(encodeChanges(read)).toEqual(given)
    }), { seed: 5, examples: [[encodeChanges(chain.changes.slice(0, 1).map(({ change }) => ({ change, attestations: [] })))]] })
    const many = Array.from({ length: changesMax + 1 }, () => ({ ...chain.changes[0], attestations: [] }) as SignedChange)
    expect(decodeChanges(encodeChanges(many))).toBeUndefined()
  })

  test('[F25] what is signed and what the next one names are these, of this change', () => {
    const change: AttesterChange = {
      network: '11'.repeat(32) as NetworkId, number: 1, before: new Uint8Array(32), height: 1_621_338, kind: 'joins', attester: '22'.repeat(32) as PublicKeyHex
    }
    expect(toHex(changeInput(change))).toBe('6875626275622f6174746573746572732f7631686babb800494fbfd2212b460d1a9a636ce1820fdb3e48ab202c2537d645e629')
    expect(toHex(hashOfChange(change))).toBe('bb6cbd517ad73aca54656330503335f1822e2191eebfcdadc8f2ffd9e0f7cdf5')
    expect(toHex(changeInput({ ...change, kind: 'leaves' }))).not.toBe(toHex(changeInput(change)))
  })

  test('[F26] a key and its peer id say the same', () => {
    const peerId = '12D3KooWAcXhypmBRDpyFDhCuBrs3USkaqTcEspExW6mZVFVXc8f'
    expect(peerOfKey(keyOfPeer(peerId) as PublicKeyHex)).toBe(peerId)
    fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      const hex = toHex(key) as PublicKeyHex
      expect(keyOfPeer(peerOfKey(hex))).toBe(hex)
    }), { seed: 6, numRuns: 50 })
  })
})
