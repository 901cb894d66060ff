import { multiaddr } from '@multiformats/multiaddr'
import { WebSockets, WebSocketsSecure } from '@multiformats/multiaddr-matcher'
import { expect, test } from 'vitest'
import { announcedAddresses, endpointOf, multiaddrOf, publicUrl } from './addresses.ts'

const interfaceAddresses = ['192.168.1.5', 'fd00::5']
const bound = { host: '127.0.0.1', port: 8080, url: undefined }
const url = new URL('https://hub.example.org')

test('names and addresses of both families become WebSocket multiaddrs that libp2p dials', () => {
  expect(multiaddrOf({ name: 'localhost', port: 1, secure: false })).toBe('/dns4/localhost/tcp/1/ws')
  expect(multiaddrOf({ name: '127.0.0.1', port: 1, secure: false })).toBe('/ip4/127.0.0.1/tcp/1/ws')
  expect(multiaddrOf({ name: '::1', port: 1, secure: false })).toBe('/ip6/::1/tcp/1/ws')
  expect(multiaddrOf(endpointOf(url))).toBe('/dns4/hub.example.org/tcp/443/tls/ws')
  expect(multiaddrOf(endpointOf(new URL('http://[::1]:81')))).toBe('/ip6/::1/tcp/81/ws')
  expect(WebSockets.exactMatch(multiaddr('/ip6/::1/tcp/1/ws'))).toBe(true)
  expect(WebSocketsSecure.exactMatch(multiaddr('/dns4/hub.example.org/tcp/443/tls/ws'))).toBe(true)
})

test('what is announced is where others reach the relay', () => {
  expect(announcedAddresses(bound, interfaceAddresses)).toEqual(['/ip4/127.0.0.1/tcp/8080/ws'])
  expect(announcedAddresses({ ...bound, host: '0.0.0.0' }, interfaceAddresses)).toEqual(['/ip4/192.168.1.5/tcp/8080/ws', '/ip4/127.0.0.1/tcp/8080/ws'])
  expect(announcedAddresses({ ...bound, host: '::' }, interfaceAddresses)).toContain('/ip6/fd00::5/tcp/8080/ws')
  expect(announcedAddresses({ ...bound, url }, [])[0]).toBe('/dns4/hub.example.org/tcp/443/tls/ws')
  expect(announcedAddresses({ ...bound, host: '0.0.0.0' }, Array.from({ length: 40 }, (_, index) => `10.0.0.${index}`))).toHaveLength(8)
})

test('people are told an address they can open', () => {
  expect(publicUrl(bound)).toBe('http://localhost:8080')
  expect(publicUrl({ ...bound, host: '0.0.0.0' })).toBe('http://localhost:8080')
  expect(publicUrl({ ...bound, host: 'fd00::5' })).toBe('http://[fd00::5]:8080')
  expect(publicUrl({ ...bound, url })).toBe('https://hub.example.org')
})
