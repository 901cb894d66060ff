import { expect, test } from 'vitest'
import { helpText, parseReplayArguments } from './arguments.ts'

test('a file is enough; address, rate and JSON are options', () => {
  expect(parseReplayArguments(['a.jsonl'])).toEqual({ type: 'replay', options: { file: 'a.jsonl', to: 'http://localhost:8080', rate: undefined }, json: false })
  expect(parseReplayArguments(['--json', '--rate', '0.5', 'a.jsonl', '--to', 'https://hub.example.org/']))
    .toEqual({ type: 'replay', options: { file: 'a.jsonl', to: 'https://hub.example.org', rate: 0.5 }, json: true })
  expect(parseReplayArguments(['--help'])).toEqual({ type: 'help' })
  for (const name of ['to', 'rate', 'json', 'help']) expect(helpText).toContain(`--${name} `)
})

test.each([
  [], [''], ['a', 'b'], ['a', '--unknown'], ['a', '--rate'], ['a', '--rate=0'], ['a', '--rate=-1'], ['a', '--rate=fast'], ['a', '--rate=1e9'],
  ['a', '--to=localhost'], ['a', '--to=ftp://a'], ['a', '--to=http://a/path'], ['a', '--json=1']
])('%j is refused in a sentence', (...args) => {
  expect(() => parseReplayArguments(args)).toThrow(expect.objectContaining({ code: 'invalid-argument', message: expect.stringMatching(/^[^\n]+\.$/) as string }))
})
