import { expose, proxy, wrap, type Remote } from 'comlink'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HubError, type HubErrorCode } from '../base/errors.ts'
import type { HubApi, MessageEvent } from './api.ts'
import { forward } from './forward.ts'
import './transfer.ts'

/** A value behind Comlink, on the other side of a real channel. */
function across<T> (exposed: T): Remote<T> {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => { port1.close() })
  expose(exposed, port1)
  return wrap<T>(port2)
}

/** What a call rejects with here when it throws this there. */
async function caught (thrown: unknown): Promise<unknown> {
  const remote = across({ fail: async (): Promise<undefined> => Promise.reject(thrown as Error) })
  return remote.fail().catch((arrived: unknown) => arrived)
}

describe('what a call fails with', () => {
  test.for<[HubErrorCode]>([['storage-full'], ['not-connected'], ['dial-failed'], ['message-invalid']])('%s arrives as such', async ([code]) => {
    const thrown = await caught(new HubError(code, 'What to do about it.'))
    expect(thrown).toBeInstanceOf(HubError)
    expect(thrown).toMatchObject({ name: 'HubError', code, message: 'What to do about it.' })
  })

  test('another error keeps its name and sentence, and is internal', async () => {
    const thrown = await caught(new RangeError('out of range'))
    expect(thrown).toBeInstanceOf(Error)
    expect(thrown).toMatchObject({ name: 'RangeError', code: 'internal', message: 'out of range' })
  })

  test('what is no error becomes one', async () => {
    expect(await caught('just a text')).toMatchObject({ name: 'Error', code: 'internal', message: 'just a text' })
    expect(await caught(undefined)).toMatchObject({ code: 'internal' })
  })

  test('a cause that cannot be sent does not keep the error from arriving', async () => {
    const error = new HubError('internal', 'broken', { cause: () => undefined })
    expect(await caught(error)).toMatchObject({ code: 'internal', message: 'broken' })
  })

  test('the stack is that of where it was thrown', async () => {
    const error = new HubError('stopped', 'over')
    expect((await caught(error) as Error).stack).toBe(error.stack)
  })
})

test('a hub behind the channel answers, calls back, and ends subscriptions', async () => {
  const callbacks = new Set<(event: MessageEvent) => unknown>()
  const engine = {
    status: async () => ({ agent: 'far' }),
    identity: { show: async () => ({ author: 'me' }), export: async () => Promise.reject(new HubError('not-connected', 'later')) },
    subscribe: async (_filter: unknown, callback: (event: MessageEvent) => unknown) => {
      callbacks.add(callback)
      return proxy(() => { callbacks.delete(callback) })
    }
  }
  const remote = across(engine) as unknown as HubApi
  const hub = forward(async () => remote)
  expect(await hub.status()).toEqual({ agent: 'far' })
  expect(await hub.identity.show()).toEqual({ author: 'me' })
  await expect(hub.identity.export()).rejects.toMatchObject({ code: 'not-connected' })
  const heard: unknown[] = []
  const stop = await hub.subscribe({}, proxy((event: MessageEvent) => { heard.push(event.event) }))
  for (const callback of callbacks) await callback({ event: 7 } as MessageEvent)
  expect(heard).toEqual([7])
  stop()
  await expect.poll(() => callbacks.size, { interval: 1 }).toBe(0)
})
