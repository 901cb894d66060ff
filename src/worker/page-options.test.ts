import { describe, expect, test } from 'vitest'
import { missingOn, readPageOptions, type PageScope } from './page-options.ts'

const network = 'ab'.repeat(32)

describe('the page\'s address', () => {
  test.for<[string, object]>([
    ['', { hub: 'default', relay: undefined, network: undefined, forceProxy: false }],
    ['?hub=alice', { hub: 'alice' }],
    ['?hub=a.b-c_9', { hub: 'a.b-c_9' }],
    [`?hub=${'a'.repeat(64)}`, { hub: 'a'.repeat(64) }],
    [`?network=${network}`, { network, hub: 'default' }],
    ['?relay=/ip4/127.0.0.1/tcp/8080/ws', { relay: '/ip4/127.0.0.1/tcp/8080/ws' }],
    ['?channels=proxied', { forceProxy: true }],
    ['?channels=other&unknown=1', { forceProxy: false }]
  ])('%s is read', ([search, options]) => {
    expect(readPageOptions(search)).toMatchObject(options)
  })

  test.for<[string, string]>([
    ['?hub=', 'invalid-argument'],
    [`?hub=${'a'.repeat(65)}`, 'invalid-argument'],
    ['?hub=a/b', 'invalid-argument'],
    ['?hub=a%20b', 'invalid-argument'],
    ['?hub=a%0A', 'invalid-argument'],
    ['?hub=%C3%A4', 'invalid-argument'],
    ['?network=', 'invalid-argument'],
    ['?network=ab', 'invalid-argument'],
    [`?network=${network.toUpperCase()}`, 'invalid-argument'],
    ['?relay=', 'address-invalid'],
    ['?relay=localhost:8080', 'address-invalid'],
    [`?relay=/${'a'.repeat(1_024)}`, 'address-invalid']
  ])('%s is refused', ([search, code]) => {
    expect(() => readPageOptions(search)).toThrow(expect.objectContaining({ code }))
  })
})

describe('what a page lacks', () => {
  const whole: PageScope = { isSecureContext: true, host: 'example.org:8080', hasWorker: true, hasWebRTC: true, hasIndexedDB: true }

  test('nothing', () => {
    expect(missingOn(whole)).toBeUndefined()
  })

  test('is said in a sentence of its own, the secure context first: without it the others are missing too', () => {
    const insecure = missingOn({ ...whole, isSecureContext: false, hasWorker: false, hasWebRTC: false, hasIndexedDB: false })
    const lacking = ['hasWorker', 'hasWebRTC', 'hasIndexedDB'].map(part => missingOn({ ...whole, [part]: false }))
    const sentences = [insecure, ...lacking]
    expect(insecure).toContain('https://example.org:8080')
    expect(new Set(sentences).size).toBe(4)
    expect(sentences).not.toContain(undefined)
  })
})
