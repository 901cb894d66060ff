import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from './fixtures/origin.ts'
import { loadRelayKey } from './relay-key.ts'

test('the key is made once, for its owner only, and stays', async ({ onTestFinished }) => {
  const folder = join(await temporaryFolder(onTestFinished), 'a', 'b')
  const made = await loadRelayKey(folder)
  const found = await loadRelayKey(folder)
  expect(found.equals(made)).toBe(true)
  expect(await readdir(folder)).toEqual(['relay.key'])
  expect((await stat(join(folder, 'relay.key'))).mode & 0o777).toBe(0o600)
})

test('programs that begin in one folder at once have one key', async ({ onTestFinished }) => {
  const folder = await temporaryFolder(onTestFinished)
  const [first, ...others] = await Promise.all([1, 2, 3, 4].map(async () => loadRelayKey(folder)))
  for (const other of [...others, await loadRelayKey(folder)]) expect(other.equals(first)).toBe(true)
  expect(await readdir(folder)).toEqual(['relay.key'])
})

test('a folder that cannot be one, a key that cannot be written and a damaged key are told', async ({ onTestFinished }) => {
  const folder = await temporaryFolder(onTestFinished)
  await writeFile(join(folder, 'file'), '')
  await expect(loadRelayKey(join(folder, 'file', 'data'))).rejects.toMatchObject({ code: 'data-folder-unusable' })
  await mkdir(join(folder, 'blocked', 'relay.key'), { recursive: true })
  await expect(loadRelayKey(join(folder, 'blocked'))).rejects.toMatchObject({ code: 'data-folder-unusable' })
  for (const damaged of ['', 'junk']) {
    await writeFile(join(folder, 'relay.key'), damaged)
    await expect(loadRelayKey(folder)).rejects.toMatchObject({ code: 'data-folder-unusable' })
  }
})
