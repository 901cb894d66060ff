import { describe, expect, test } from 'vitest'
import { sampleTime } from '../../data/samples.ts'
import type { LogEvent } from '../../../worker/api.ts'
import { filterLog, filterOf, kindOf, toJsonLines } from './log-kinds.ts'

let events = 0
const line = (type: string, changes: Partial<LogEvent> = {}): LogEvent =>
  ({ event: events += 1, at: sampleTime, type, peer: null, code: null, message: null, sentence: 'It happened.', times: 1, ...changes })
const lines = [
  line('message-stored', { peer: '12D3KooWa', message: 'ab3f' }), line('link-down', { peer: '12D3KooWa', sentence: 'The other hub closed the link.' }),
  line('relay-gone', { sentence: 'The connection to the relay ended.' }), line('never-heard-of')
]
const types = (query: Record<string, string>): string[] => filterLog(lines, filterOf(query)).map(({ type }) => type)

describe('the log\'s filter', () => {
  test('asks for a level and everything that matters more', () => {
    expect(types({ level: 'error' })).toEqual(['relay-gone'])
    expect(types({ level: 'info' })).toEqual(['link-down', 'relay-gone', 'never-heard-of'])
    expect(types({})).toHaveLength(4)
  })

  test('joins part, hub and words, which must all be there, in whatever field', () => {
    expect(types({ part: 'links' })).toEqual(['link-down'])
    expect(types({ peer: '12D3KooWa' })).toEqual(['message-stored', 'link-down'])
    expect(types({ filter: 'closed OTHER' })).toEqual(['link-down'])
    expect(types({ filter: 'ab3f' })).toEqual(['message-stored'])
    expect(types({ peer: '12D3KooWa', level: 'warning' })).toEqual(['link-down'])
  })

  test('takes nonsense in an address for nothing, and types it does not know for others', () => {
    expect(types({ level: 'constructor', part: '__proto__' })).toHaveLength(4)
    expect(kindOf({ type: 'never-heard-of' })).toEqual({ part: 'other', level: 'info' })
    expect(kindOf({ type: 'toString' })).toEqual({ part: 'other', level: 'info' })
  })

  test('is exported as a line of JSON each, which gives back what was there', () => {
    expect(toJsonLines(lines).trimEnd().split('\n').map(text => JSON.parse(text) as unknown)).toEqual(lines)
  })
})
