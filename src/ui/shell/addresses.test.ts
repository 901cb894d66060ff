import { expect, test } from 'vitest'
import { invitationAddress, isLocalAddress, secondHub, withoutNetwork } from './addresses.ts'

test('a second hub has another name and the same relay and network', () => {
  expect(secondHub('http://localhost:8080/')).toEqual({ name: 'two', url: 'http://localhost:8080/?hub=two' })
  expect(secondHub('http://localhost:8080/?network=c0&hub=one#messages')).toEqual({ name: 'two', url: 'http://localhost:8080/?network=c0&hub=two' })
  expect(secondHub('http://localhost:8080/?hub=two').name).toBe('three')
})

test('an invitation leaves out what is only this browser’s own', () => {
  expect(invitationAddress('https://hub.example/?hub=two&network=c0&theme=dark#messages')).toBe('https://hub.example/?network=c0')
})

test('an address without its network is the same otherwise', () => {
  expect(withoutNetwork('https://hub.example/?hub=two&network=c0#/sync')).toBe('https://hub.example/?hub=two#/sync')
})

test.each([
  ['http://localhost:8080/', true], ['http://127.0.0.1/', true], ['http://127.1.2.3/', true], ['http://[::1]:8080/', true],
  ['https://hub.example/', false], ['https://127.example/', false], ['https://localhost.example/', false]
])('%s reaches only this machine: %s', (address, local) => {
  expect(isLocalAddress(address)).toBe(local)
})
