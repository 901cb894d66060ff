import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..')

test('[L1] [F28] every state, mode and way to catch up that the README names is held by a test of the rule that it names', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const [, section = ''] = readme.split('\n### A hub\'s life\n')
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| ---') && !line.endsWith(' held by |'))
  expect(rows).toHaveLength(14)
  for (const word of ['joining', 'catching-up', 'unsynced', 'sync', 'babbling', 'synced', 'pacemaker', 'leaving', 'shutdown', 'serving']) {
    expect(rows.some(row => row.split('|')[1]?.includes(word)), word).toBe(true)
  }
  for (const choice of ['comparing', 'in-order', 'asynchronous', 'optimistic']) expect(rows.some(row => row.includes(`\`${choice}\``)), choice).toBe(true)
  for (const row of rows) {
    const held = [...row.matchAll(/\[([A-Z]\d+)\]\(([^)]+\.test\.ts)\)/g)]
    expect(held.length, row).toBeGreaterThan(0)
    for (const [, rule, file] of held) {
      const titles = (await readFile(join(root, file ?? ''), 'utf8')).split('\n').filter(line => /\b(?:test|describe)\b.*\(['`]/.test(line))
      expect(titles.some(title => title.includes(`[${rule}]`)), `${rule} in ${file}`).toBe(true)
    }
  }
})
