import { describe, expect, test } from 'vitest'
import type { HubSettings } from './api.ts'
import { changedSettings } from './settings.ts'

const none: HubSettings = { relays: [], iceServers: [], keepDays: null, catchUp: 'optimistic' }
const turn = { url: 'turn:turn.example:3478?transport=tcp', username: 'ada', credential: 'secret' }
const change = (given: unknown, current = none): HubSettings => changedSettings(current, given, (address) => {
  if (!address.startsWith('/')) throw new Error('no multiaddr')
})

describe('settings', () => {
  test('change what is given, and leave the rest', () => {
    const one = change({ relays: [' /dns4/a.example/tcp/443/wss ', '/dns4/a.example/tcp/443/wss'], keepDays: 30 })
    expect(one).toEqual({ ...none, relays: ['/dns4/a.example/tcp/443/wss'], keepDays: 30 })
    expect(change({ iceServers: [turn] }, one)).toEqual({ ...one, iceServers: [turn] })
    expect(change({ keepDays: null }, one).keepDays).toBeNull()
    expect(change({ catchUp: 'in-order' }, one)).toEqual({ ...one, catchUp: 'in-order' })
    expect(change({}, one)).toEqual(one)
  })

  test('keep no name or password for a server that asks for none', () => {
    expect(change({ iceServers: [{ ...turn, url: 'stun:stun.example' }] }).iceServers).toEqual([{ url: 'stun:stun.example', username: null, credential: null }])
  })

  test.for<[string, unknown]>([
    ['nothing', null], ['a list', []], ['a field that there is not', { relay: [] }], ['too many relays', { relays: Array.from({ length: 5 }, () => '/a') }],
    ['a relay that is no text', { relays: [7] }], ['no days', { keepDays: 0 }], ['a way to catch up that there is not', { catchUp: 'slowly' }], ['half a day', { keepDays: 0.5 }], ['a server that is none', { iceServers: ['stun:a'] }],
    ['a server by http', { iceServers: [{ url: 'http://a' }] }], ['TURN without a password', { iceServers: [{ ...turn, credential: '' }] }],
    ['TURN without a name', { iceServers: [{ url: turn.url, credential: 'secret' }] }]
  ])('that are or have %s are refused', ([, given]) => {
    expect(() => change(given)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })

  test('with a relay that is no multiaddr are refused as the address is', () => {
    expect(() => change({ relays: ['relay.example'] })).toThrow('no multiaddr')
  })
})
