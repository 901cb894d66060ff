import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { contentSecurityPolicy } from './page.ts'

test('the README gives static hosts the same policy', async () => {
  expect(await readFile(new URL('../../README.md', import.meta.url), 'utf8')).toContain(`"${contentSecurityPolicy}"`)
})
