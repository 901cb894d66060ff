import fc from 'fast-check'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { headerFields, hexLines, previousOf } from './raw-fields.ts'

const network = 'aa'.repeat(32)
const previous = 'bb'.repeat(32)
/** Version 1, a network, number 300, the one before, kind 3. */
const header = `08011220${network}28ac023220${previous}4003`

test('a header is read field by field, with where each stands', () => {
  expect(headerFields(header)).toEqual([
    { offset: 0, hex: '0801', name: 'version', value: 1 },
    { offset: 2, hex: `1220${network}`, name: 'network', value: network },
    { offset: 36, hex: '28ac02', name: 'seq', value: 300 },
    { offset: 39, hex: `3220${previous}`, name: 'prev', value: previous },
    { offset: 73, hex: '4003', name: 'kind', value: 3 }
  ])
  expect(previousOf(header)).toBe(previous)
  expect(previousOf('0801')).toBeNull()
})

test('the headers of the golden messages are read whole: their fields, put together, are their bytes', async () => {
  const { messages } = JSON.parse(await readFile(new URL('../../../message/fixtures/vectors.json', import.meta.url), 'utf8')) as { messages: Array<{ bytes: string }> }
  expect(messages.length).toBeGreaterThan(20)
  for (const { bytes } of messages) {
    // A whole message begins with its header: a tag, a length of one or two bytes, and that.
    const length = parseInt(bytes.slice(2, 4), 16)
    const [begin, size] = length < 128 ? [4, length] : [6, length - 128 + 128 * parseInt(bytes.slice(4, 6), 16)]
    const header = bytes.slice(begin, begin + size * 2)
    const fields = headerFields(header)
    expect(fields.map(field => field.hex).join('')).toBe(header)
    expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(['version', 'network', 'author', 'signer', 'seq', 'timestamp', 'kind', 'bodyHash', 'bodySize']))
  }
})

test('any bytes end, and what is read of them is their beginning', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
    const read = headerFields(hex).map(field => field.hex).join('')
    expect(hex.startsWith(read)).toBe(true)
    expect(hexLines(hex, 8).map(({ bytes: line }) => line.replaceAll(' ', '')).join('')).toBe(hex)
  }))
  expect(headerFields('no hex')).toEqual([])
})
