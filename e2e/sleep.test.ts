/** A tab that the browser freezes leaves at once, comes back when it wakes, and misses nothing; a hidden one goes on as before. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectCrossing } from './harness/crossing.ts'
import type { HubPage } from './harness/hub-page.ts'
import { createScene } from './harness/scene.ts'
import type { SleepyPage } from './harness/sleepy-chromium.ts'

describe('a tab in the background', () => {
  const scene = createScene()
  let awake: HubPage
  let sleeper: HubPage<SleepyPage>
  let sleeperId: string
  beforeAll(async () => {
    const server = await scene.server({ options: ['--no-hub'] })
    const [usual, sleepy] = await Promise.all([scene.chromium(), scene.sleepyChromium()])
    awake = await scene.hub(usual, server, { name: 'awake' })
    sleeper = await scene.hub(sleepy, server, { name: 'sleeper' })
    sleeperId = (await sleeper.status()).peerId
    await Promise.all([awake.linked(sleeperId, 'direct'), sleeper.linked((await awake.status()).peerId, 'direct')])
  })
  afterAll(() => scene.end())

  test('that is frozen says goodbye at once, and is back with all it missed when it wakes', async () => {
    const isLinked = async (): Promise<boolean> => (await awake.call('peers')).some(({ peerId }) => peerId === sleeperId)
    await sleeper.page.freeze()
    // Without the goodbye it takes 13 s at least.
    await awake.waitFor('the goodbye of the frozen tab', async () => !await isLinked(), 5_000)
    const missed = await awake.post('written while one slept')
    await sleeper.page.wake()
    await sleeper.receives(missed)
    await awake.linked(sleeperId, 'direct')
  })

  test('that is hidden gets what others write and is heard', async () => {
    // Freezing hid it, and nobody has shown it since.
    expect(await sleeper.page.evaluate('document.visibilityState')).toBe('hidden')
    await expectCrossing(awake, sleeper)
  })
})
