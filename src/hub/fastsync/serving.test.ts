import { expect, test } from 'vitest'
import type { PeerId } from '../../base/peer.ts'
import { encodeAsk } from '../../fastsync/exchange.ts'
import { createStreamPair } from '../fixtures/sync-streams.ts'
import { packed } from './compression.ts'
import { createServing, type ServingOptions } from './serving.ts'

const state = (number: number): Uint8Array => new Uint8Array(32).fill(number)

test('[F17] prepares one answer while another one waits for its bytes, no more at a time, and answers in the order of the asks', async () => {
  const begun: number[] = []
  const finish = new Map<number, () => void>()
  const [near, far] = createStreamPair()
  const serving = createServing({
    states: {
      told: () => undefined,
      bytes: async (hash) => {
        const number = hash[0] ?? 0
        begun.push(number)
        await new Promise<void>((resolve) => { finish.set(number, resolve) })
        return Uint8Array.of(number)
      }
    },
    timer: () => () => undefined
  } satisfies Partial<ServingOptions> as unknown as ServingOptions)
  const served = serving.serve('eve' as PeerId, far)
  for (const number of [1, 2, 3, 4]) near.send(encodeAsk({ type: 'state', hash: state(number) }))

  await expect.poll(() => begun).toEqual([1, 2])
  finish.get(2)?.()
  await new Promise((resolve) => { setTimeout(resolve, 20) })
  expect(begun, 'the first one is waited for').toEqual([1, 2])
  finish.get(1)?.()
  await expect.poll(() => begun).toEqual([1, 2, 3, 4])
  for (const number of [4, 3]) finish.get(number)?.()
  for (const number of [1, 2, 3, 4]) {
    expect(await near.read()).toEqual({ type: 'frame', bytes: Uint8Array.of(2, ...await packed(Uint8Array.of(number), true)) })
  }
  near.close()
  await served
})
