/**
 * A device that was copied: two hubs that sign with one key, neither knowing of the other. What both wrote under one number is shown to people as what it is,
 * and nothing of it is lost.
 */
import { afterAll, expect, test } from 'vitest'
import { createScene } from './harness/scene.ts'

const scene = createScene()
afterAll(() => scene.end())

test('a hub and a copy of its storage that both went on writing: the fork is told on the page, with both messages', async () => {
  const server = await scene.server()
  const browser = await scene.chromium()
  const before = await scene.hub(browser, server, { name: 'original' })
  await before.post('written once')
  const { device, author } = await before.status()
  await before.page.close()
  const witness = await scene.hub(browser, server, { name: 'witness' })

  const bare = await browser.newPage()
  await bare.goto(`${server.address}/network.json`)
  expect(await bare.evaluate(`(${copyDatabases.toString()})('hubbub/original', 'hubbub/copy')`)).toBeGreaterThan(0)
  await bare.close()

  const copied = await scene.hub(browser, server, { name: 'copy' })
  expect((await copied.status()).device).toBe(device)
  const there = await copied.post('by the copy')
  await witness.receives(there)
  await copied.page.close()

  // No relay answers it, so it cannot learn what its copy wrote.
  const { relays: [relay = ''] } = await (await fetch(`${server.address}/network.json`)).json() as { relays: string[] }
  const alone = await scene.hub(browser, server, { name: 'original', parameters: { relay: relay.replace(/tcp\/\d+/, 'tcp/1') } })
  const here = await alone.post('by the original')
  await alone.page.close()

  const together = await scene.hub(browser, server, { name: 'original' })
  for (const id of [here, there]) await together.receives(id)
  await together.page.evaluate('void (location.hash = \'#/messages?show=forks\')')
  const fork = together.page.playwright.locator('[data-testid=fork]')
  await together.waitFor('the fork to be told', async () => await fork.count() === 1)
  const words = await fork.innerText()
  expect(words).toMatch(/Its device signed 2 different messages as number \d+: a copied key, or a device restored from a backup/)
  expect(words).toContain('by the copy')
  expect(words).toContain('by the original')
  const [told, ...others] = await together.call('forks')
  expect(others).toEqual([])
  expect(told).toMatchObject({ author, signer: device })
  expect(told?.messages.map(({ id }) => id).sort()).toEqual([here, there].sort())
})

/** Runs in a page: every database whose name begins with `from`, under a name that begins with `to` instead. Resolves with how many there were. */
async function copyDatabases (from: string, to: string): Promise<number> {
  const done = async <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
    request.onsuccess = () => { resolve(request.result) }
    request.onerror = () => { reject(request.error ?? new Error('it failed')) }
  })
  const names = (await indexedDB.databases()).flatMap(({ name }) => name?.startsWith(from) === true ? [name] : [])
  for (const name of names) {
    const source = await done(indexedDB.open(name))
    const stores = [...source.objectStoreNames]
    const opening = indexedDB.open(name.replace(from, to), source.version)
    opening.onupgradeneeded = () => {
      for (const storeName of stores) {
        const { keyPath, autoIncrement, indexNames } = source.transaction(storeName).objectStore(storeName)
        if (indexNames.length > 0) throw new Error(`${storeName} has indexes, which are not copied`)
        opening.result.createObjectStore(storeName, { keyPath, autoIncrement })
      }
    }
    const target = await done(opening)
    for (const storeName of stores) {
      const read = source.transaction(storeName).objectStore(storeName)
      const [keys, values] = await Promise.all([done(read.getAllKeys()), done(read.getAll())])
      const write = target.transaction(storeName, 'readwrite').objectStore(storeName)
      await Promise.all(values.map(async (value, at) => done(write.keyPath == null ? write.put(value, keys[at]) : write.put(value))))
    }
    source.close()
    target.close()
  }
  return names.length
}
