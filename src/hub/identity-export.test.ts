import { describe, expect, test } from 'vitest'
import { HubError, type HubErrorCode } from '../base/errors.ts'
import { isExport, openEntropy, sealEntropy } from './identity-export.ts'

const failsWith = (code: HubErrorCode) => (thrown: unknown): boolean => thrown instanceof HubError && thrown.code === code
const entropy = new Uint8Array(16).fill(7)
const password = 'correct horse'
/** Made once by this code: what people have saved must stay readable. */
const saved = 'hubbub-identity-1.34h-Xaq_pGPrFX0Vpwpfg_jQIX9_5O3FHwPLnivEG8TRljRQyWU2b8imUVGY_x8tP37jUZYfa7qsAzU8'

test('an export of version 1 opens with its password', async () => {
  expect(isExport(saved)).toBe(true)
  expect(await openEntropy(saved, password)).toEqual(entropy)
})

test('what was sealed opens, in the same form as ever, and no two exports are alike', async () => {
  const [one, other] = [await sealEntropy(entropy, password), await sealEntropy(entropy, password)]
  expect(one).toMatch(/^hubbub-identity-1\.[\w-]{80}$/)
  expect(other.slice(-80, -20)).not.toBe(one.slice(-80, -20))
  expect(await openEntropy(one, password)).toEqual(entropy)
})

test('white space that a terminal or a mail added does not matter', async () => {
  expect(await openEntropy(`\n ${saved.slice(0, 60)}\r\n${saved.slice(60)}  `, password)).toEqual(entropy)
})

test('a password is the same however its letters were typed', async () => {
  expect(await openEntropy(await sealEntropy(entropy, 'caf\u00e9'), 'cafe\u0301')).toEqual(entropy)
})

describe('refused', () => {
  const flipped = (index: number): string => saved.slice(0, index) + (saved[index] === 'A' ? 'B' : 'A') + saved.slice(index + 1)
  test.for<[string, string, string, HubErrorCode]>([
    ['another password', saved, 'correct house', 'password-wrong'],
    ['the password in another case', saved, 'Correct horse', 'password-wrong'],
    ['no password', saved, '', 'password-missing'],
    ['a password without end', saved, 'x'.repeat(1_025), 'invalid-argument'],
    ['a changed salt', flipped(20), password, 'password-wrong'],
    ['a changed iv', flipped(45), password, 'password-wrong'],
    ['changed bytes', flipped(65), password, 'password-wrong'],
    ['a changed tag', flipped(90), password, 'password-wrong'],
    ['half of it', saved.slice(0, 60), password, 'recovery-invalid'],
    ['one letter less', saved.slice(0, -1), password, 'recovery-invalid'],
    ['more than it', `${saved}AAAA`, password, 'recovery-invalid'],
    ['other letters', `${saved.slice(0, -1)}!`, password, 'recovery-invalid'],
    ['a later version', saved.replace('-1.', '-2.'), password, 'recovery-invalid']
  ])('%s', async ([, text, given, code]) => {
    await expect(openEntropy(text, given)).rejects.toSatisfy(failsWith(code))
  })

  test('an empty password: it would be no protection', async () => {
    await expect(sealEntropy(entropy, '')).rejects.toSatisfy(failsWith('invalid-argument'))
  })
})
