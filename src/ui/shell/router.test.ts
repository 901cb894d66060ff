import { describe, expect, test } from 'vitest'
import { createRouter } from './router.ts'
import { formatRoute, parseRoute } from './route.ts'

/** A window that has an address, a history of addresses, and nothing else. */
function createWindow (hash: string) {
  const listeners = new Map<string, () => void>()
  const window = {
    location: { hash },
    entries: [hash],
    history: {
      replaceState (_state: unknown, _title: string, url: string) { window.location.hash = url; window.entries[window.entries.length - 1] = url },
      pushState (_state: unknown, _title: string, url: string) { window.location.hash = url; window.entries.push(url) }
    },
    addEventListener (type: string, listener: () => void) { listeners.set(type, listener) },
    typed (url: string) { window.location.hash = url; listeners.get('hashchange')?.() }
  }
  return window
}

function open (hash: string) {
  const window = createWindow(hash)
  const router = createRouter(window as unknown as Window)
  let changes = 0
  router.subscribe(() => { changes += 1 })
  return { window, router, at: () => formatRoute(router.route()), changes: () => changes }
}

describe('the router', () => {
  test('selecting replaces the address, opening adds one', () => {
    const { window, router, at, changes } = open('#/network')
    router.select(parseRoute('#/network/hub/a'))
    router.select(parseRoute('#/network/hub/b'))
    expect(window.entries).toEqual(['#/network/hub/b'])
    router.open(parseRoute('#/messages/1'))
    expect(window.entries).toEqual(['#/network/hub/b', '#/messages/1'])
    expect(at()).toBe('#/messages/1')
    router.open(parseRoute('#/messages/1'))
    expect(window.entries).toHaveLength(2)
    expect(changes()).toBe(3)
  })

  test('steps back and forward along what was inspected, in whatever view', () => {
    const { router, at } = open('#/network/hub/a')
    router.select(parseRoute('#/network/hub/b'))
    router.open(parseRoute('#/messages/1'))
    router.step(-1)
    expect(at()).toBe('#/network/hub/b')
    router.step(-1)
    router.step(-1) // nothing before the first
    expect(at()).toBe('#/network/hub/a')
    router.step(1)
    expect(at()).toBe('#/network/hub/b')
    router.select(parseRoute('#/network/hub/c')) // forgets what was ahead
    router.step(1)
    expect(at()).toBe('#/network/hub/c')
  })

  test('follows an address that a person typed', () => {
    const { window, at, changes } = open('')
    window.typed('#/log')
    expect(at()).toBe('#/log')
    window.typed('#/log')
    expect(changes()).toBe(1)
  })
})
