/** The apps of the README are files of this project, which e2e/apps.test.ts runs as they stand. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

test.each(['example.html', 'src/apps/example.ts', 'todo.html', 'src/apps/todo.ts'])('the README has %s word for word', async (path) => {
  const [readme, file] = await Promise.all(['README.md', path].map(async name => readFile(new URL(`../../${name}`, import.meta.url), 'utf8')))
  const language = path.endsWith('.html') ? 'html' : 'ts'
  expect(readme).toContain(`\`\`\`${language}\n${file}\`\`\``)
})
