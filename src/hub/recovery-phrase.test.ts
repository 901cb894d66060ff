import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../base/bytes.ts'
import { HubError } from '../base/errors.ts'
import { entropyBytes, entropyOfPhrase, phraseOf, rootSeedOf } from './recovery-phrase.ts'

const invalid = (thrown: unknown): boolean => thrown instanceof HubError && thrown.code === 'recovery-invalid'
const entropies = fc.uint8Array({ minLength: entropyBytes, maxLength: entropyBytes })

/** From the vectors of the BIP39 document. */
const known = [
  ['00000000000000000000000000000000', 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'],
  ['7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f', 'legal winner thank year wave sausage worth useful legal winner thank yellow'],
  ['80808080808080808080808080808080', 'letter advice cage absurd amount doctor acoustic avoid letter advice cage above'],
  ['ffffffffffffffffffffffffffffffff', 'zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong']
] as const

test.for(known)('%s is the phrase that BIP39 says, both ways', async ([entropy, phrase]) => {
  expect(await phraseOf(fromHex(entropy)!)).toBe(phrase)
  expect(toHex(await entropyOfPhrase(phrase))).toBe(entropy)
})

test('the root seed is the first half of BIP39\'s seed without a passphrase', async () => {
  expect(toHex(await rootSeedOf(new Uint8Array(entropyBytes)))).toBe('5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc1')
})

test('any entropy comes back from its phrase, however a person types it', async () => {
  await fc.assert(fc.asyncProperty(entropies, fc.array(fc.constantFrom(' ', '\n', '\t', '\u00a0'), { minLength: 1, maxLength: 3 }), async (entropy, space) => {
    const gap = space.join('')
    const typed = (await phraseOf(entropy)).split(' ').map((word, index) => index % 2 === 0 ? word.toUpperCase() : word).join(gap)
    expect(await entropyOfPhrase(`${gap}${typed}${gap}`)).toEqual(entropy)
  }), { numRuns: 50 })
})

describe('what is no phrase is refused', () => {
  const [, [, phrase]] = known
  test.for<[string, string]>([
    ['nothing', ''],
    ['eleven words', phrase.split(' ').slice(1).join(' ')],
    ['thirteen words', `${phrase} legal`],
    ['a misspelt word', phrase.replace('sausage', 'sausages')],
    ['a word of another list', phrase.replace('sausage', 'saucisse')],
    ['another word', phrase.replace('sausage', 'save')],
    ['two words changed places', phrase.replace('legal winner', 'winner legal')],
    ['words without spaces', phrase.replaceAll(' ', '')]
  ])('%s', async ([, typed]) => {
    await expect(entropyOfPhrase(typed)).rejects.toSatisfy(invalid)
  })
})

test('the sentence names the word that is not in the list, and its place', async () => {
  await expect(entropyOfPhrase(known[1][1].replace('wave', 'wafe'))).rejects.toMatchObject({ message: expect.stringMatching(/5.*"wafe"/) as string })
})
