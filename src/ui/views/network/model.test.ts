import { describe, expect, test } from 'vitest'
import { followLinks } from '../../data/link-samples.ts'
import type { HubView } from '../../../worker/api.ts'
import { sampleCandidate, samplePeer, sampleStatus, sampleTime } from '../../data/samples.ts'
import { countWords, hubSentence, wayTo } from './hub-words.ts'
import { networkFacts } from './model.ts'

const self = sampleStatus().peerId
const report = (peerId: string, links: HubView['links'], changes: Partial<HubView> = {}): HubView => ({
  peerId, agent: 'hubbub', mode: 'synced', messages: 7, minEpoch: null, maxEpoch: null, serving: false, introducers: [], links, heardAt: sampleTime - 5_000, linked: false, author: null, authorProven: false, ...changes
})
const near = samplePeer({ peerId: 'near', rttMs: 5 })
const far = samplePeer({ peerId: 'far', rttMs: 90 })
const reports = [
  report('near', [{ peerId: self, link: 'eager', rttMs: 5 }, { peerId: 'beyond', link: 'lazy', rttMs: 40 }, { peerId: 'idle', link: 'none', rttMs: null }]),
  report('beyond', [{ peerId: 'near', link: 'eager', rttMs: 41 }, { peerId: 'farther', link: 'eager', rttMs: null }])
]
const facts = networkFacts(sampleStatus(), followLinks(null, [far, near], sampleTime), [sampleCandidate({ peerId: 'tried', lastError: 'No path.' })], reports, sampleTime)

describe('the facts of the network', () => {
  test('you first, then the linked by round trip, then what failed, then what was only heard of', () => {
    expect(facts.hubs.map(({ peerId, standing }) => [peerId, standing])).toEqual([
      [self, 'you'], ['near', 'linked'], ['far', 'linked'], ['tried', 'failed'], ['beyond', 'known'], ['farther', 'known']
    ])
  })

  test('our links are measured; a reported one is drawn once, as its stronger end says, with its age', () => {
    expect(facts.links.filter(({ by }) => by === 'measured').map(({ to }) => to)).toEqual(['far', 'near'])
    const reported = facts.links.filter(({ by }) => by === 'reported')
    expect(reported.map(({ from, to, link }) => [from, to, link])).toEqual([['beyond', 'near', 'eager'], ['beyond', 'farther', 'eager']])
    expect(reported.every(({ at }) => at === sampleTime - 5_000)).toBe(true)
    expect(countWords(facts.hubs.length, facts.links)).toBe('6 hubs, 4 links: 2 ours, 2 reported')
  })

  test('a hub that is not linked is known by the linked one that reports it, and reached over it', () => {
    expect(facts.hubs.find(({ peerId }) => peerId === 'beyond')?.via).toBe('near')
    expect(facts.hubs.find(({ peerId }) => peerId === 'near')?.via).toBeNull()
    expect(wayTo('farther', self, facts.links)).toEqual([self, 'near', 'beyond', 'farther'])
    expect(wayTo('tried', self, facts.links)).toBeNull()
  })

  test('what nobody reported is not known', () => {
    expect(facts.hubs.find(({ peerId }) => peerId === 'tried')?.catchingUp).toBeNull()
    expect(facts.hubs.find(({ peerId }) => peerId === 'tried')).toMatchObject({ mode: null, messages: null, at: null })
  })

  test('a link that ended stays for a moment, dying', () => {
    const after = followLinks(followLinks(null, [near, far], sampleTime), [near], sampleTime + 1_000)
    const { hubs, links } = networkFacts(sampleStatus(), after, [], [], sampleTime + 1_000)
    expect(hubs.find(({ peerId }) => peerId === 'far')?.standing).toBe('lost')
    expect(links.find(({ to }) => to === 'far')?.by).toBe('dying')
    expect(hubSentence(hubs.find(({ peerId }) => peerId === 'far')!, sampleTime)).toBe('The link ended just now.')
  })
})
