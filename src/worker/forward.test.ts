import '../node/compat.ts'
import { expect, test } from 'vitest'
import { HubError } from '../base/errors.ts'
import type { HubApi, HubStatus } from './api.ts'
import { forward } from './forward.ts'

/** A hub whose methods answer with their own names and what they were given. */
function echo (): HubApi {
  const answer = (name: string) => async (...given: unknown[]) => Promise.resolve([name, ...given])
  const names = [
    'status', 'publish', 'query', 'count', 'message', 'thread', 'conversation', 'answers', 'waiting', 'forks',
    'reactions', 'links', 'profile', 'records', 'subscribe', 'whenSynced',
    'peers', 'candidates', 'hubs', 'diagnose', 'icePair', 'testRelay', 'settings', 'configure', 'connect', 'disconnect', 'sync', 'serve', 'leave',
    'sessions', 'tree', 'frontier', 'events', 'faults', 'wipe'
  ]
  const forApps = ['list', 'ask', 'grant', 'revoke', 'forget', 'publish', 'offer']
  const states = ['input', 'offer', 'restore', 'later', 'show']
  const attesters = ['show', 'propose', 'sign']
  const own = ['show', 'devices', 'export', 'import', 'addDevice', 'revokeDevice']
  return {
    ...Object.fromEntries(names.map(name => [name, answer(name)])),
    identity: Object.fromEntries(own.map(name => [name, answer(`identity.${name}`)])),
    states: Object.fromEntries(states.map(name => [name, answer(`states.${name}`)])),
    apps: Object.fromEntries(forApps.map(name => [name, answer(`apps.${name}`)])),
    attesters: Object.fromEntries(attesters.map(name => [name, answer(`attesters.${name}`)]))
  } as unknown as HubApi
}

test('every method of CONTRACT reaches the same one of the target, with what it was given', async () => {
  const target = echo()
  const hub = forward(async () => target)
  expect(Object.keys(hub).sort()).toEqual(Object.keys(target).sort())
  expect(Object.keys(hub.identity).sort()).toEqual(Object.keys(target.identity).sort())
  for (const [name, call] of Object.entries({ ...hub, identity: undefined, apps: undefined, attesters: undefined, states: undefined })) {
    if (call !== undefined) expect(await (call as unknown as (...given: unknown[]) => Promise<unknown>)(1, { two: 2 })).toEqual([name, 1, { two: 2 }])
  }
  for (const [name, call] of Object.entries(hub.identity)) {
    expect(await (call as (...given: unknown[]) => Promise<unknown>)('given')).toEqual([`identity.${name}`, 'given'])
  }
  for (const [name, call] of Object.entries(hub.attesters)) expect(await (call as (...given: unknown[]) => Promise<unknown>)('given')).toEqual([`attesters.${name}`, 'given'])
  for (const [name, call] of Object.entries(hub.states)) expect(await (call as (...given: unknown[]) => Promise<unknown>)('given')).toEqual([`states.${name}`, 'given'])
  for (const [name, call] of Object.entries(hub.apps)) expect(await (call as (...given: unknown[]) => Promise<unknown>)('given')).toEqual([`apps.${name}`, 'given'])
})

test('calls wait for the target, and go to the one there is then', async () => {
  const started = Promise.withResolvers<HubApi>()
  const hub = forward(async () => started.promise)
  const asked = hub.status()
  started.resolve({ ...echo(), status: async () => ({ agent: 'late' } as HubStatus) })
  expect(await asked).toEqual({ agent: 'late' })
})

test('when there is no target, every call rejects with why', async () => {
  const hub = forward(async () => Promise.reject(new HubError('stopped', 'over')))
  await expect(hub.status()).rejects.toMatchObject({ code: 'stopped' })
  await expect(hub.identity.show()).rejects.toMatchObject({ code: 'stopped' })
})

test('what the target throws, or lacks, is a rejection', async () => {
  const hub = forward(async () => ({ ...echo(), status: () => { throw new HubError('stopped', 'over') }, peers: undefined } as unknown as HubApi))
  await expect(hub.status()).rejects.toMatchObject({ code: 'stopped' })
  await expect(hub.peers()).rejects.toThrow(TypeError)
})

test('methods are called on their holder', async () => {
  class Holder {
    readonly #agent = 'mine'
    status = async (): Promise<HubStatus> => ({ agent: this.#agent } as HubStatus)
    async peers (): Promise<unknown[]> { return [this.#agent] }
  }
  expect(await forward(async () => new Holder() as unknown as HubApi).peers()).toEqual(['mine'])
})
