import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { buildPageIfStale, pageFolder } from './build.ts'
import { temporaryFolder } from './fixtures/origin.ts'

/** Larger than what is compressed. */
const text = 'hub '.repeat(1_000)

async function project (): Promise<string> {
  const root = await temporaryFolder(onTestFinished)
  await mkdir(join(root, 'src', 'ui'), { recursive: true })
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Test</title><script type="module" src="/src/main.ts"></script>')
  await writeFile(join(root, 'src', 'main.ts'), `document.title = ${JSON.stringify(text)}`)
  return root
}

async function builtScript (root: string): Promise<string> {
  const assets = join(root, pageFolder, 'assets')
  const name = (await readdir(assets)).find(file => file.endsWith('.js'))
  return readFile(join(assets, name ?? ''), 'utf8')
}

test('the page is built when there is none, and when a source was changed, added or removed since, and not otherwise', async () => {
  const root = await project()
  expect(await buildPageIfStale(root)).toBe(true)
  expect(await buildPageIfStale(root)).toBe(false)

  await writeFile(join(root, 'src', 'main.ts'), 'document.title = "second"')
  expect(await buildPageIfStale(root)).toBe(true)
  expect(await builtScript(root)).toContain('second')
  expect(await buildPageIfStale(root)).toBe(false)

  await writeFile(join(root, 'src', 'ui', 'other.ts'), '')
  expect(await buildPageIfStale(root)).toBe(true)
  await rm(join(root, 'src', 'ui', 'other.ts'))
  expect(await buildPageIfStale(root)).toBe(true)

  await writeFile(join(root, 'vite.config.ts'), 'export default {}')
  expect(await buildPageIfStale(root)).toBe(true)
  expect(await buildPageIfStale(root)).toBe(false)
})

test('a source that becomes older, as by checking out another state, makes the page stale too', async () => {
  const root = await project()
  await buildPageIfStale(root)
  for (const path of ['src', 'src/ui', 'src/main.ts', 'index.html']) await utimes(join(root, path), 1, 1)
  expect(await buildPageIfStale(root)).toBe(true)
})

test('tests are no source', async () => {
  const root = await project()
  await writeFile(join(root, 'src', 'main.test.ts'), 'first')
  await buildPageIfStale(root)
  await writeFile(join(root, 'src', 'main.test.ts'), 'second')
  expect(await buildPageIfStale(root)).toBe(false)
})

test('large files have a compressed twin with the same content', async () => {
  const root = await project()
  await buildPageIfStale(root)
  const assets = join(root, pageFolder, 'assets')
  const script = (await readdir(assets)).find(file => file.endsWith('.js')) ?? ''
  expect(gunzipSync(await readFile(join(assets, `${script}.gz`))).toString()).toBe(await builtScript(root))
  expect(await readdir(join(root, pageFolder))).not.toContain('index.html.gz')
})

test('a build that fails is told by code, keeps the last page, leaves nothing behind, and is tried again', async () => {
  const root = await project()
  await buildPageIfStale(root)
  const page = await builtScript(root)
  await writeFile(join(root, 'src', 'main.ts'), 'import "./missing.ts"')
  await expect(buildPageIfStale(root)).rejects.toMatchObject({ code: 'build-failed', message: expect.stringContaining('./missing.ts') as string })
  expect(await builtScript(root)).toBe(page)
  expect(await readdir(join(root, 'dist', 'building'))).toEqual([])
  await expect(buildPageIfStale(root)).rejects.toMatchObject({ code: 'build-failed' })
})
