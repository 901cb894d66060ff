import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changedBit, craftedCases, honestMessage, withBitChanged } from '../message/fixtures/signed-cases.ts'
import { createVerifier, verificationsMax } from '../message/signing.ts'
import { createNodeVerifier } from './verifier.ts'

test.each(craftedCases())('[M31 M32 M33] $name', async ({ message, valid }) => {
  expect(await createNodeVerifier().verify(message)).toBe(valid)
})

test('[M30 M34] Node\'s own threads and WebCrypto give the same answer, whichever bit is changed', async () => {
  const [node, plain] = [createNodeVerifier(), createVerifier()]
  let valid = 0
  await fc.assert(fc.asyncProperty(fc.nat({ max: 255 }), changedBit, async (number, bit) => {
    const message = withBitChanged(await honestMessage(number), bit)
    const answer = await node.verify(message)
    expect(answer).toBe(await plain.verify(message))
    expect(answer).toBe(bit == null)
    if (answer) valid += 1
  }), { numRuns: 300 })
  expect(valid).toBeGreaterThan(0)
})

test('as many as are allowed are answered; one more is refused, and its place is free again afterwards', async () => {
  const verifier = createNodeVerifier()
  const message = await honestMessage(1)
  const bitOf = (index: number): number | undefined => index % 2 === 0 ? undefined : 8 * 32 + index % 256
  const answers = Array.from({ length: verificationsMax }, async (_, index) => verifier.verify(withBitChanged(message, bitOf(index))))
  await expect(verifier.verify(message)).rejects.toMatchObject({ code: 'too-many' })
  expect((await Promise.all(answers)).every((answer, index) => answer === (index % 2 === 0))).toBe(true)
  expect(await verifier.verify(message)).toBe(true)
})
