import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { formatRoute, home, parseRoute, viewNames, withPath, withQuery } from './route.ts'

describe('routes', () => {
  test.each([
    ['', home],
    ['#', home],
    ['#/', home],
    ['#/nowhere/at/all', home],
    ['#/network', { view: 'network', path: [], query: {} }],
    ['#/network/hub/12D3KooWk3Qf?v=matrix&sort=rtt', { view: 'network', path: ['hub', '12D3KooWk3Qf'], query: { v: 'matrix', sort: 'rtt' } }],
    ['#/network/relay/hub.example%3A443', { view: 'network', path: ['relay', 'hub.example:443'], query: {} }],
    ['#/sync/7/1a1fc', { view: 'sync', path: ['7', '1a1fc'], query: {} }],
    ['#/messages/%E0%A4%A', { view: 'messages', path: ['%E0%A4%A'], query: {} }]
  ])('%s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route)
  })

  test('what is written is read again', () => {
    const part = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
    const routes = fc.record({
      view: fc.constantFrom(...viewNames), path: fc.array(part, { maxLength: 4 }), query: fc.dictionary(fc.constantFrom('v', 'sort', 'filter'), fc.string({ maxLength: 40 }))
    })
    fc.assert(fc.property(routes, (route) => {
      const read = parseRoute(formatRoute(route))
      expect({ ...read, query: { ...read.query } }).toEqual({ ...route, query: { ...route.query } })
    }))
  })

  test('any text is a route', () => {
    fc.assert(fc.property(fc.string({ maxLength: 80 }), hash => viewNames.includes(parseRoute(hash).view)))
  })

  test('a selection keeps how the view is shown, and a setting keeps the selection', () => {
    const route = parseRoute('#/network/hub/a?v=matrix')
    expect(formatRoute(withPath(route, 'hub', 'b'))).toBe('#/network/hub/b?v=matrix')
    expect(formatRoute(withQuery(route, { sort: 'rtt' }))).toBe('#/network/hub/a?v=matrix&sort=rtt')
    expect(formatRoute(withQuery(route, { v: null }))).toBe('#/network/hub/a')
  })
})
