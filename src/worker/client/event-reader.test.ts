import { expect, test } from 'vitest'
import fc from 'fast-check'
import { createEventReader } from './event-reader.ts'

test('events are read whole, wherever the stream is cut', () => {
  const event = fc.record({ id: fc.nat().map(String), data: fc.jsonValue().map(value => JSON.stringify(value)) })
  fc.assert(fc.property(fc.array(event), fc.array(fc.nat({ max: 2_000 })), (events, cuts) => {
    const text = 'retry: 1000\nid: 7\n\n' + events.map(({ id, data }) => `id: ${id}\nevent: message\ndata: ${data}\n\n: \n\n`).join('')
    const at = [0, ...cuts.filter(cut => cut < text.length).sort((a, b) => a - b), text.length]
    const reader = createEventReader()
    expect(at.slice(1).flatMap((end, index) => reader.push(text.slice(at[index], end)))).toEqual([{ id: '7', data: null }, ...events])
  }), { numRuns: 100 })
})

test('a stream without an end of its event is not gathered for ever', () => {
  const reader = createEventReader()
  expect(() => { for (;;) reader.push('x'.repeat(10_000)) }).toThrow(expect.objectContaining({ code: 'message-invalid' }) as Error)
})
