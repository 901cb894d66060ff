import { expect, test } from 'vitest'
import { blake3 } from '../base/blake3.ts'
import { fromHex } from '../base/bytes.ts'
import type { NetworkId, PublicKeyHex } from './types.ts'
import { createWorkSearch, hasWork } from './work.ts'

const subject = { network: '10'.repeat(32) as NetworkId, author: '20'.repeat(32) as PublicKeyHex, signer: '30'.repeat(32) as PublicKeyHex }

test('[M41] a proof counts the leading zero bits of the hash over domain, network, author, signer and work', () => {
  const work = createWorkSearch(subject, 11).advance(1e6)!
  const hash = blake3(new TextEncoder().encode('hubbub/admission/v1'), fromHex(subject.network + subject.author + subject.signer)!, work)
  const zeros = BigInt(`0x${Buffer.from(hash).toString('hex')}`).toString(2).padStart(256, '0').indexOf('1')
  expect(zeros).toBeGreaterThanOrEqual(11)
  expect(hasWork(subject, work, zeros)).toBe(true)
  expect(hasWork(subject, work, zeros + 1)).toBe(false)
})

test('[M41] a proof is of use to nobody else', () => {
  const work = createWorkSearch(subject, 11).advance(1e6)!
  const other = '40'.repeat(32)
  for (const field of ['network', 'author', 'signer'] as const) expect(hasWork({ ...subject, [field]: other }, work, 11)).toBe(false)
})

test('[M42] a search in slices finds what a search at once finds', () => {
  const sliced = createWorkSearch(subject, 10)
  let found = sliced.advance(7)
  while (found == null) found = sliced.advance(7)
  expect(found).toEqual(createWorkSearch(subject, 10).advance(1e6))
  expect(createWorkSearch(subject, 60).advance(10)).toBeUndefined()
})

test('[M41] an open network wants no proof', () => {
  expect(hasWork(subject, new Uint8Array(0), 0)).toBe(true)
  expect(createWorkSearch(subject, 0).advance(1)).toEqual(new Uint8Array(0))
})
