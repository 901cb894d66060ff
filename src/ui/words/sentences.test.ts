import { describe, expect, test } from 'vitest'
import { candidateSentence, coverageWords, isGossiping, linkWords, relaySentence, stateStatement, statusStatement } from './sentences.ts'
import { sampleCandidate, samplePeer, sampleRelay, sampleStatus, sampleTime } from '../data/samples.ts'
import type { CandidateView, HubStatus, PeerView } from '../../worker/api.ts'

const looking = sampleRelay({ state: 'looking', rttMs: null })
const silent = sampleRelay({ state: 'looking', rttMs: null, lastError: 'It refused the connection.', retryAt: sampleTime + 12_000 })
const refused = sampleRelay({ state: 'refused', lastError: 'The relay serves network c1….' })

interface Row {
  readonly what: string
  readonly status?: Partial<HubStatus>
  readonly peers?: readonly PeerView[]
  readonly candidates?: readonly CandidateView[]
  readonly tone: string
  readonly sentence: string
  readonly detail?: RegExp
}

const rows: readonly Row[] = [
  { what: 'no relay known', status: { relays: [] }, tone: 'error', sentence: 'No relay is known, so no other hub can be found.', detail: /kept here/ },
  { what: 'first look for the relay', status: { relays: [looking] }, tone: 'working', sentence: 'Looking for the relay.' },
  { what: 'a full disk', status: { storage: { usage: 5, quota: 5, persisted: null, trouble: 'The disk is full.' } }, tone: 'error', sentence: 'Nothing can be stored at the moment.', detail: /^The disk is full\.$/ },
  { what: 'a silent relay', status: { relays: [silent] }, tone: 'error', sentence: 'The relay does not answer.', detail: /^It refused the connection\. Next try in 12 s\./ },
  { what: 'one relay of two', status: { relays: [silent, sampleRelay()] }, tone: 'ok', sentence: 'No other hub yet.' },
  { what: 'another network', status: { relays: [refused] }, tone: 'error', sentence: 'Another network: the relay does not serve “weir”.', detail: /^The relay serves network c1…\./ },
  { what: 'alone', tone: 'ok', sentence: 'No other hub yet.', detail: /kept here and travels once a hub is linked/ },
  { what: 'a relay that keeps nothing', peers: [samplePeer({ path: 'server', link: 'none' })], tone: 'ok', sentence: 'No other hub yet.' },
  { what: 'dialling', candidates: [sampleCandidate({ state: 'dialling' })], tone: 'working', sentence: 'Connecting to 1 other hub.' },
  { what: 'found, not linked', candidates: [sampleCandidate(), sampleCandidate({ state: 'given-up' })], tone: 'working', sentence: '2 other hubs found, none linked yet.', detail: /^Why stands beside/ },
  { what: 'one link', peers: [samplePeer()], tone: 'ok', sentence: 'Linked with 1 hub, directly.' },
  { what: 'one link, to a server', peers: [samplePeer({ path: 'server' })], tone: 'ok', sentence: 'Linked with 1 hub, a server.' },
  {
    what: 'links by three paths', peers: [samplePeer(), samplePeer({ path: 'relayed', link: 'lazy' }), samplePeer({ path: 'server' }), samplePeer()],
    tone: 'ok', sentence: 'Linked with 4 hubs: 2 direct, 1 relayed, 1 server.'
  },
  { what: 'the relay gone, one direct link', status: { relays: [looking] }, peers: [samplePeer()], tone: 'error', sentence: 'Relay gone, 1 direct link carries on.' },
  {
    what: 'the relay gone, two direct links', status: { relays: [silent] }, peers: [samplePeer(), samplePeer(), samplePeer({ path: 'relayed' })],
    tone: 'error', sentence: 'Relay gone, 2 direct links carry on.', detail: /Next try in 12 s\.$/
  },
  { what: 'the relay gone, a server link', status: { relays: [looking] }, peers: [samplePeer({ path: 'server' })], tone: 'error', sentence: 'Relay gone, 1 link carries on.' },
  { what: 'another network, with links', status: { relays: [refused] }, peers: [samplePeer()], tone: 'error', sentence: 'Another network: the relay does not serve “weir”.' },
  {
    what: 'catching up', status: { sync: { active: true, done: 61, total: 1318, rate: 42, etaMs: 12_000 } }, peers: [samplePeer()],
    tone: 'working', sentence: 'Catching up with other hubs.', detail: /^61 of 1,318 differences, about 12 s left\.$/
  },
  { what: 'leaving', status: { lifecycle: 'leaving' }, peers: [samplePeer()], tone: 'working', sentence: 'This hub is leaving the network.' },
  { what: 'stopped', status: { lifecycle: 'shutdown' }, tone: 'error', sentence: 'This hub has stopped.' }
]

describe('the sentence about a running hub', () => {
  test.each(rows)('$what', ({ status, peers = [], candidates = [], tone, sentence, detail }) => {
    const statement = statusStatement(sampleStatus(status), peers, candidates, sampleTime)
    expect(statement).toMatchObject({ tone, sentence })
    if (detail != null) expect(statement.detail).toMatch(detail)
  })

  test('stands still while only a countdown goes on', () => {
    const at = (nowMs: number): string => statusStatement(sampleStatus({ relays: [silent] }), [], [], nowMs).sentence
    expect(at(sampleTime + 5_000)).toBe(at(sampleTime))
  })
})

describe('other sentences', () => {
  test('a page without a hub gives the sentence that it was given', () => {
    for (const type of ['starting', 'insecure'] as const) expect(stateStatement({ type, sentence: 'Said so.' }).sentence).toBe('Said so.')
    expect(stateStatement({ type: 'failed', code: 'storage-full', sentence: 'Full.' })).toMatchObject({ tone: 'error', sentence: 'Full.' })
  })

  test.each([
    [sampleCandidate({ state: 'discovered', attempts: 0 }), 'Found, not tried yet.'],
    [sampleCandidate({ state: 'dialling', attempts: 1 }), 'Connecting.'],
    [sampleCandidate({ state: 'dialling', attempts: 3 }), 'Connecting, try 3.'],
    [sampleCandidate(), 'Waiting for it to connect.'],
    [sampleCandidate({ lastError: 'None answered.', retryAt: sampleTime + 45_000 }), 'None answered. Next try in 45 s.'],
    [sampleCandidate({ retryAt: sampleTime - 1 }), 'Trying now.'],
    [sampleCandidate({ state: 'given-up', attempts: 5, lastError: 'None answered.' }), 'None answered. Given up after 5 tries.'],
    [sampleCandidate({ state: 'given-up', attempts: 1 }), 'Given up after 1 try.']
  ])('why a hub is not linked %#', (candidate, sentence) => {
    expect(candidateSentence(candidate, sampleTime)).toBe(sentence)
  })

  test.each([
    [sampleRelay(), /introduces/],
    [sampleRelay({ state: 'connected' }), /not yet kept a place/],
    [looking, /^Looking for it\.$/],
    [silent, /^It refused the connection\. Next try in 12 s\.$/],
    [refused, /c1…/],
    [sampleRelay({ state: 'refused' }), /another network/]
  ])('the relay %#', (relay, sentence) => {
    expect(relaySentence(relay, [samplePeer()], sampleTime)).toMatch(sentence)
  })

  test('a relay that is a linked hub as well is said to be one', () => {
    const asPeer = samplePeer({ peerId: '12D3KooWRelay', path: 'server' })
    expect(relaySentence(sampleRelay(), [asPeer], sampleTime)).toMatch(/is a hub itself/)
    expect(relaySentence(sampleRelay(), [{ ...asPeer, link: 'none' }], sampleTime)).not.toMatch(/hub itself/)
  })

  test('a link is worded as its line is drawn', () => {
    expect(linkWords(samplePeer())).toBe('direct, carries messages')
    expect(linkWords(samplePeer({ path: 'relayed', link: 'lazy', oneWay: true }))).toBe('through the relay, carries notes, one way')
    expect(linkWords(samplePeer({ path: 'server', link: 'none' }))).toBe('server, introduces only')
    expect(isGossiping(samplePeer({ link: 'none' }))).toBe(false)
  })

  test('a message says how far it came, and no more than is known', () => {
    expect(coverageWords({ state: 'here', reach: { held: 0, of: 3 } })).toBe('here, not sent yet')
    expect(coverageWords({ state: 'sent', reach: { held: 0, of: 1 } })).toBe('sent, no word yet from the 1 hub that reports')
    expect(coverageWords({ state: 'sent', reach: { held: 0, of: 0 } })).toBe('sent, no hub reports')
    expect(coverageWords({ state: 'held', reach: { held: 2, of: 3 } })).toBe('held by 2 of the 3 hubs that report')
    expect(coverageWords({ state: 'held', reach: { held: 0, of: 3 } })).toBe('held by a hub that no longer reports')
    expect(coverageWords({ state: 'everywhere', reach: { held: 3, of: 3 } })).toBe('at all 3 hubs that report')
    expect(coverageWords({ state: 'everywhere', reach: { held: 1, of: 1 } })).toBe('at the 1 hub that reports')
  })
})
