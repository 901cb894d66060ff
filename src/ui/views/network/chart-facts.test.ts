import { expect, test } from 'vitest'
import fc from 'fast-check'
import { packFacts, unpackFacts } from './chart-facts.ts'
import type { HubFact, LinkFact } from './model.ts'

const names = ['you', 'near', 'far']
const hub = (peerId: string): HubFact => ({
  peerId, standing: 'known', peer: null, candidate: null, report: null, person: null, via: null, mode: null, messages: null, catchingUp: null, at: 7
})
const link = fc.record<LinkFact>({
  from: fc.constantFrom(...names), to: fc.constantFrom(...names), link: fc.constantFrom('eager', 'lazy', 'none'), path: fc.constantFrom('direct', 'relayed', 'server'),
  by: fc.constantFrom('measured', 'reported', 'dying'), oneWay: fc.boolean(), rttMs: fc.constant(null), at: fc.nat()
})

test('the chart\'s worker draws the links that the page knows', () => {
  fc.assert(fc.property(fc.array(link), (links) => {
    const facts = { hubs: names.map(hub), links, relays: [], at: 9 }
    const { links: drawn, hubs } = unpackFacts(structuredClone(packFacts(facts)))
    expect(drawn.map(one => ({ ...one, rttMs: null }))).toEqual(links)
    expect(hubs.map(({ peerId }) => peerId)).toEqual(names)
  }))
})

test('a link to a hub that is not shown is not drawn', () => {
  const one: LinkFact = { from: 'you', to: 'near', link: 'eager', path: 'direct', by: 'measured', oneWay: false, rttMs: 3, at: 1 }
  const facts = { hubs: names.map(hub), links: [{ ...one, to: 'unshown' }, one], relays: [], at: 9 }
  expect(unpackFacts(packFacts(facts)).links).toMatchObject([{ from: 'you', to: 'near' }])
})
