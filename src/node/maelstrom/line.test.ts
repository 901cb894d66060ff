import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeLine, encodeLine } from './line.ts'
import { createLineSplitter, lineLengthMax } from './line-splitter.ts'

describe('a line of Maelstrom', () => {
  test('[L1] is read as it was written', () => {
    const line = { src: 'c1', dest: 'n1', body: { type: 'echo', msg_id: 1, echo: ['anything', null] } }
    expect(decodeLine(encodeLine(line))).toEqual({ ok: true, value: line })
  })

  test('[L1] that is none is a sentence, and says whom to answer where it can', () => {
    const none = ['', '7', 'null', '[]', '{', '{"src":"c1","dest":"n1"}', '{"src":1,"dest":"n1","body":{"type":"echo","msg_id":1}}']
    for (const text of none) expect(decodeLine(text), text).toEqual({ ok: false, sentence: expect.any(String) as string })
    const request = { src: 'c1', msgId: 4 }
    for (const body of ['{"msg_id":4}', '{"type":7,"msg_id":4}', '{"type":"x","msg_id":4,"in_reply_to":"4"}']) {
      expect(decodeLine(`{"src":"c1","dest":"n1","body":${body}}`), body).toMatchObject({ ok: false, request })
    }
  })

  test('[L1] is total on any text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => { expect(typeof decodeLine(text).ok).toBe('boolean') }))
  })
})

describe('lines in pieces', () => {
  test('are whole again, whatever the pieces', () => {
    fc.assert(fc.property(fc.array(fc.string().map(text => text.replaceAll('\n', ''))), fc.array(fc.nat(7), { minLength: 1 }), (lines, sizes) => {
      const text = lines.map(line => `${line}\n`).join('')
      const seen: string[] = []
      const split = createLineSplitter(line => seen.push(line), (sentence) => { throw new Error(sentence) })
      for (let at = 0, turn = 0; at < text.length; turn += 1) {
        const size = 1 + (sizes[turn % sizes.length] ?? 0)
        split(text.slice(at, at + size))
        at += size
      }
      expect(seen).toEqual(lines)
    }))
  })

  test('one that never ends is passed over, and the next is read', () => {
    const seen: string[] = []
    const warnings: string[] = []
    const split = createLineSplitter(line => seen.push(line), sentence => warnings.push(sentence))
    const half = 'x'.repeat(lineLengthMax / 2 + 1)
    for (const chunk of [half, half, half, `${half}\nfirst\n`, half, `${half}\nsecond\n`]) split(chunk)
    expect(seen).toEqual(['first', 'second'])
    expect(warnings).toHaveLength(2)
  })
})
