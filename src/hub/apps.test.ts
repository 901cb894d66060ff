import { beforeEach, describe, expect, test } from 'vitest'
import { HubError, type HubErrorCode } from '../base/errors.ts'
import type { HubApi, StateView } from './api.ts'
import { openApps } from './apps.ts'
import { startMs } from './fixtures/author.ts'
import { createWriter, messageOf, type Writer } from './fixtures/writer.ts'
import { openPublications } from './publications.ts'

const failsWith = (code: HubErrorCode) => (thrown: unknown): boolean => thrown instanceof HubError && thrown.code === code
const todo = { id: 'todo', name: 'To do', scope: { kinds: ['record'], collections: ['todo'] } } as const
const line = { kind: 'record', collection: 'todo', key: '1', value: new Uint8Array([1]) } as const

let writer: Writer
let nowMs: number
let apps: HubApi['apps']
let offered: string[]

async function open (): Promise<HubApi['apps']> {
  const publications = await openPublications({ store: writer.store, publisher: writer.publisher, messages: writer.runtime.messages })
  return openApps({
    store: writer.store, identity: writer.identity, publisher: writer.publisher, publications, report: () => undefined, now: () => nowMs,
    async offerState ({ reducer: { name } }) {
      offered.push(name)
      return {} as StateView
    }
  })
}

beforeEach(async () => {
  writer = await createWriter('writer')
  nowMs = startMs
  offered = []
  apps = await open()
})

describe('an app', () => {
  test('that was granted writes with a key of its own, in its scope, also after a restart', async () => {
    expect(await apps.ask(todo)).toMatchObject({ state: 'asked', device: null })
    await expect(apps.publish('todo', line)).rejects.toSatisfy(failsWith('not-granted'))
    const { device } = await apps.grant('todo')
    const { id } = await apps.publish('todo', line)
    expect(messageOf(writer, id)?.header).toMatchObject({ signer: device, author: writer.identity.author })
    expect(device).not.toBe(writer.identity.device)
    await expect(apps.publish('todo', { ...line, collection: 'other' })).rejects.toSatisfy(failsWith('scope-exceeded'))
    await expect(apps.publish('todo', { kind: 'post', text: 'x' })).rejects.toSatisfy(failsWith('scope-exceeded'))
    apps = await open()
    expect(messageOf(writer, (await apps.publish('todo', line)).id)?.header.signer).toBe(device)
  })

  test.each([['To do', 'To do'], ['ä'.repeat(40), 'ä'.repeat(32)], ['x'.repeat(61) + '🙂', 'x'.repeat(61)]])('called %s: people know its key by that, as far as a device\'s name goes', async (name, known) => {
    await apps.ask({ ...todo, name })
    const { device } = await apps.grant('todo')
    expect((await writer.publisher.devices()).find(({ publicKey }) => publicKey === device)?.name).toBe(known)
  })

  test('that is revoked writes no more, what it wrote stays, and granted again it has another key', async () => {
    await apps.ask(todo)
    const { device } = await apps.grant('todo')
    const { id } = await apps.publish('todo', line)
    expect(await apps.revoke('todo')).toMatchObject({ state: 'revoked', device: null })
    await expect(apps.publish('todo', line)).rejects.toSatisfy(failsWith('not-granted'))
    expect(writer.runtime.set.standing(id as Parameters<typeof writer.runtime.set.standing>[0])).toBe('live')
    expect((await apps.grant('todo')).device).not.toBe(device)
    await apps.publish('todo', line)
  })

  test('that asks again changes nothing: neither a refusal, nor the scope it has', async () => {
    await apps.ask(todo)
    expect(await apps.revoke('todo')).toMatchObject({ state: 'refused' })
    expect(await apps.ask(todo)).toMatchObject({ state: 'refused' })
    await apps.grant('todo')
    expect(await apps.ask({ ...todo, scope: { kinds: ['record', 'post'], collections: ['todo'] } })).toMatchObject({ state: 'granted', scope: todo.scope })
    await expect(apps.forget('todo')).rejects.toSatisfy(failsWith('invalid-argument'))
    await apps.revoke('todo')
    await apps.forget('todo')
    expect(await apps.list()).toEqual([])
  })

  test('[F30] has states attested once it is granted, of reducers that bear its name', async () => {
    const state = (name: string): Parameters<HubApi['apps']['offer']>[1] => ({ reducer: { name, version: 1 }, checkpoint: '', bytes: new Uint8Array(1) })
    await apps.ask(todo)
    await expect(apps.offer('todo', state('todo'))).rejects.toSatisfy(failsWith('not-granted'))
    await apps.grant('todo')
    for (const name of ['todo', 'todo/done']) await apps.offer('todo', state(name))
    for (const name of ['other', 'todos', 'todo.x', '']) await expect(apps.offer('todo', state(name)), name).rejects.toSatisfy(failsWith('scope-exceeded'))
    await expect(apps.offer('todo', null as never)).rejects.toSatisfy(failsWith('scope-exceeded'))
    await apps.revoke('todo')
    await expect(apps.offer('todo', state('todo'))).rejects.toSatisfy(failsWith('not-granted'))
    expect(offered).toEqual(['todo', 'todo/done'])
  })

  test('is held to its pace', async () => {
    await apps.ask(todo)
    await apps.grant('todo')
    const flood = await Promise.allSettled(Array.from({ length: 150 }, async () => apps.publish('todo', line)))
    expect(flood.filter(({ status }) => status === 'fulfilled')).toHaveLength(100)
    await expect(apps.publish('todo', line)).rejects.toSatisfy(failsWith('too-many'))
    nowMs += 1_000
    await apps.publish('todo', line)
  })

  test('is one of a bounded number', async () => {
    for (let number = 0; number < 32; number += 1) await apps.ask({ ...todo, id: `app-${number}` })
    await expect(apps.ask(todo)).rejects.toSatisfy(failsWith('too-many'))
  })
})
