import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineBytesMax, linesOf, type Line } from './lines.ts'

async function lines (chunks: readonly Uint8Array[]): Promise<Line[]> {
  const found: Line[] = []
  async function* given (): AsyncGenerator<Uint8Array> { yield* chunks }
  for await (const line of linesOf(given())) found.push(line)
  return found
}

/** `bytes` in chunks of these sizes, over and over. */
function cut (bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    chunks.push(bytes.slice(start, start + size))
    start += size
  }
  return chunks
}

test('however a text is cut into chunks, its lines are the same, with their numbers', async () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\r', ' ') }), { maxLength: 20 })
  await fc.assert(fc.asyncProperty(texts, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), fc.boolean(), async (written, sizes, ends) => {
    const found = await lines(cut(Buffer.from(written.join('\n') + (ends ? '\n' : '')), sizes))
    const expected = written.flatMap((text, index) => text === '' || (text === '\r' && (ends || index < written.length - 1)) ? [] : [{ number: index + 1, text }])
    expect(found.map(({ number, bytes }) => ({ number, text: Buffer.from(bytes ?? []).toString() }))).toEqual(expected)
  }))
})

test('of a line that is too long only the number is kept, and the next one is read as ever', async () => {
  const longest = 'x'.repeat(lineBytesMax)
  const chunks = cut(Buffer.from(`${longest}\n${longest}x\nlast`), [10_000])
  expect((await lines(chunks)).map(({ number, bytes }) => [number, bytes?.byteLength])).toEqual([[1, lineBytesMax], [2, undefined], [3, 4]])
})
