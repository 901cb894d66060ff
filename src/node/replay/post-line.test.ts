import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { postTextBytesMax } from '../../message/limits.ts'
import { authorBytesMax, keyLengthMax, readPostLine, type JudgedLine } from './post-line.ts'

const rules = { genesisTime: Date.UTC(2000, 0), nowMs: Date.UTC(2024, 5) }
const good = { author: 'Ada', at: '2024-05-01T12:00:00Z', text: 'hello' }

function judge (line: unknown): JudgedLine {
  return readPostLine(Buffer.from(JSON.stringify(line)), rules)
}

describe('a line of a replay', () => {
  test('names author, time and text, and perhaps what it is called and what it answers', () => {
    expect(judge(good)).toEqual({ ok: true, value: { author: 'Ada', at: Date.UTC(2024, 4, 1, 12), text: 'hello', id: undefined, parent: undefined } })
    expect(judge({ ...good, id: 7, parent: 'six', more: [] })).toMatchObject({ ok: true, value: { id: '7', parent: 'six' } })
    expect(judge({ ...good, id: null, parent: null })).toMatchObject({ ok: true, value: { id: undefined, parent: undefined } })
  })

  test.each([
    [Date.UTC(2024, 4, 1), Date.UTC(2024, 4, 1)],
    ['2024-05-01', Date.UTC(2024, 4, 1)],
    ['2024-05-01T12:30', Date.UTC(2024, 4, 1, 12, 30)],
    ['2024-05-01T12:30:01', Date.UTC(2024, 4, 1, 12, 30, 1)],
    ['2024-05-01T12:30:01.5Z', Date.UTC(2024, 4, 1, 12, 30, 1, 500)],
    ['2024-05-01T12:30:01+02:00', Date.UTC(2024, 4, 1, 10, 30, 1)],
    ['2024-05-01T00:00:00-11:30', Date.UTC(2024, 4, 1, 11, 30)]
  ])('at %j is a time, wherever this computer is', (at, expected) => {
    expect(judge({ ...good, at })).toMatchObject({ ok: true, value: { at: expected } })
  })

  test('the bounds of the network\'s time belong to it', () => {
    for (const at of [rules.genesisTime, rules.nowMs]) expect(judge({ ...good, at })).toMatchObject({ ok: true, value: { at } })
  })

  test.each([
    ['not-json', 'text'],
    ['not-json', [good]],
    ['not-json', null],
    ['author-invalid', { ...good, author: undefined }],
    ['author-invalid', { ...good, author: ' ' }],
    ['author-invalid', { ...good, author: 7 }],
    ['author-invalid', { ...good, author: 'é'.repeat(authorBytesMax / 2 + 1) }],
    ['author-invalid', { ...good, author: '\ud800' }],
    ['at-invalid', { ...good, at: undefined }],
    ['at-invalid', { ...good, at: '1714564800000' }],
    ['at-invalid', { ...good, at: '1 May 2024' }],
    ['at-invalid', { ...good, at: '2024-13-01' }],
    ['at-invalid', { ...good, at: '2024-05-01T12:30Z!' }],
    ['at-invalid', { ...good, at: 1.5 }],
    ['at-invalid', { ...good, at: -1 }],
    ['at-invalid', { ...good, at: 2 ** 48 }],
    ['before-genesis', { ...good, at: rules.genesisTime - 1 }],
    ['before-genesis', { ...good, at: Math.floor(rules.nowMs / 1000) }],
    ['in-future', { ...good, at: rules.nowMs + 1 }],
    ['text-invalid', { ...good, text: null }],
    ['text-invalid', { ...good, text: 'half \udc00' }],
    ['text-empty', { ...good, text: '' }],
    ['text-too-long', { ...good, text: 'é'.repeat(postTextBytesMax / 2 + 1) }],
    ['id-invalid', { ...good, id: '' }],
    ['id-invalid', { ...good, id: 'x'.repeat(keyLengthMax + 1) }],
    ['parent-invalid', { ...good, parent: {} }],
    ['parent-invalid', { ...good, parent: 0.5 }]
  ])('is refused as %s: %j', (code, line) => {
    expect(judge(line)).toMatchObject({ ok: false, code, sentence: expect.stringMatching(/^It[^\n]+\.$/) as string })
  })

  test('is refused when it is no UTF-8 or was too long to be kept', () => {
    expect(readPostLine(Uint8Array.of(0x22, 0xff, 0x22), rules)).toMatchObject({ ok: false, code: 'not-json' })
    expect(readPostLine(undefined, rules)).toMatchObject({ ok: false, code: 'line-too-long' })
  })

  test('may be any bytes: there is always an answer', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json().map(text => Buffer.from(text))), (bytes) => {
      expect(readPostLine(bytes, rules).ok).toBeTypeOf('boolean')
    }))
    const fields = fc.record({ author: fc.anything(), at: fc.anything(), text: fc.anything(), id: fc.anything(), parent: fc.anything() }, { requiredKeys: [] })
    fc.assert(fc.property(fields, (line) => {
      const text = JSON.stringify(line, (_, value: unknown) => typeof value === 'bigint' ? null : value)
      expect(readPostLine(Buffer.from(text), rules).ok).toBeTypeOf('boolean')
    }))
  })
})
