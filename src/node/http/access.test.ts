import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../fixtures/origin.ts'
import { loadApiToken } from './access.ts'

test('the token is made once, for its owner only, and stays; an empty one, which anybody would have, is told', async () => {
  const folder = join(await temporaryFolder(onTestFinished), 'data')
  const file = join(folder, 'api-token')
  const made = await loadApiToken(folder)
  expect(made).toMatch(/^[0-9a-f]{64}$/)
  expect(await readFile(file, 'utf8')).toBe(`${made}\n`)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await loadApiToken(folder)).toBe(made)
  await writeFile(file, ' \n')
  await expect(loadApiToken(folder)).rejects.toMatchObject({ code: 'data-folder-unusable' })
})
