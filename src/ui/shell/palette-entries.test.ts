import { describe, expect, test } from 'vitest'
import { sampleCandidate, samplePeer, samplePost, sampleTime } from '../data/samples.ts'
import { hubWords } from '../data/person.ts'
import { paletteGroups, type PaletteSources } from './palette-entries.ts'

const sources: PaletteSources = {
  peers: [samplePeer()],
  candidates: [sampleCandidate({ lastError: 'No path opened.' })],
  words: peerId => hubWords(peerId, peerId === samplePeer().peerId ? { author: 'ab'.repeat(32), proven: true, name: 'Ines' } : undefined),
  posts: [samplePost(0, { body: { text: 'Forty sandbags' } })],
  offered: command => command !== 'picture', nowMs: sampleTime
}
const found = (typed: string): Array<[string, string[]]> =>
  paletteGroups(typed, sources).map(({ title, entries }) => [title, entries.map(({ words }) => words)])

describe('find or do', () => {
  test('nothing typed offers hubs and what can be done, and nothing that only keys do', () => {
    const [hubs, does] = found('')
    expect(hubs).toEqual(['Hubs', ['Ines …9vBh', '…uD1g']])
    expect(does?.[1]).toContain('Why not connected?')
    expect(does?.[1]).not.toContain('Graph or matrix')
    expect(does?.[1]).not.toContain('Next row')
  })

  test('finds hubs by id and by what is wrong, messages by their words', () => {
    expect(found('12d3koowotheru')).toEqual([['Hubs', ['…uD1g']]])
    expect(found('no path')).toEqual([['Hubs', ['…uD1g']]])
    expect(found('SANDBAGS')).toEqual([['Messages', ['Forty sandbags']]])
    expect(found('nothing like it')).toEqual([])
  })

  test('an id leads to the message and to the author it may be', () => {
    const id = 'ab'.repeat(32)
    const does = paletteGroups(` ${id} `, sources).flatMap(({ entries }) => entries.map(entry => entry.does))
    expect(does).toEqual([
      { type: 'open', route: { view: 'messages', path: [id], query: {} } }, { type: 'open', route: { view: 'author', path: [id], query: {} } }
    ])
  })
})
