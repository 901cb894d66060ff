/**
 * A device whose folder was copied: two browsers that sign with one key, neither knowing of the other. What both wrote under one number is shown to people as
 * what it is, and nothing of it is lost.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createScene } from './harness/scene.ts'

const scene = createScene()
afterAll(() => scene.end())

test('a browser and its copy that both went on writing: the fork is told on the page, with both messages', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hubbub-fork-'))
  scene.owns(folder, () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))
  const [original, copy] = [join(folder, 'original'), join(folder, 'copy')]
  const server = await scene.server()

  const first = await scene.chromium({ profile: original })
  const before = await scene.hub(first, server, { name: 'device' })
  await before.post('written once')
  const { device, author } = await before.status()
  await first.close()
  await cp(original, copy, { recursive: true })

  const second = await scene.chromium({ profile: copy })
  const copied = await scene.hub(second, server, { name: 'device' })
  expect((await copied.status()).device).toBe(device)
  const there = await copied.post('by the copy')
  await copied.waitFor('the server to have it', async () => (await copied.call('message', there))?.heldBy.length !== 0)
  await second.close()

  // No relay answers it, so it cannot learn what its copy wrote.
  const third = await scene.chromium({ profile: original })
  const alone = await scene.hub(third, server, { name: 'device', parameters: { relay: `/ip4/127.0.0.1/tcp/1/ws/p2p/${(await copiedRelay()).split('/p2p/')[1] ?? ''}` } })
  const here = await alone.post('by the original')
  await alone.page.close()

  const together = await scene.hub(third, server, { name: 'device' })
  for (const id of [here, there]) await together.receives(id)
  const page = together.page.playwright
  await together.page.evaluate('void (location.hash = \'#/messages?show=forks\')')
  const fork = page.locator('[data-testid=fork]')
  await together.waitFor('the fork to be told', async () => (await fork.count()) === 1 && await fork.innerText())
  const words = await fork.innerText()
  expect(words).toMatch(/Its device signed 2 different messages as number \d+: a copied key, or a device restored from a backup/)
  expect(words).toContain('by the copy')
  expect(words).toContain('by the original')
  expect(await together.call('forks')).toMatchObject([{ author, signer: device, messages: expect.arrayContaining([expect.objectContaining({ id: here }), expect.objectContaining({ id: there })]) as unknown }])

  async function copiedRelay (): Promise<string> {
    const { relays } = await (await fetch(`${server.address}/network.json`)).json() as { relays: string[] }
    return relays[0] ?? ''
  }
})
