/**
 * Builds the page when it is older than what it is made of. A build is finished in a folder of its own and then swapped in, so that a failed or
 * interrupted one leaves the last good page; a stamp beside it says when the sources were read, and what they were.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { gzip } from 'node:zlib'
import { HubError, reasonOf } from '../base/errors.ts'

/** Where the page is, below the project's root. */
export const pageFolder = join('dist', 'page')

/** What a build reads: folders with all that is in them, and single files. */
const sources = ['src', 'public', 'index.html', 'example.html', 'todo.html', 'vite.config.ts', 'tsconfig.json', 'package-lock.json']
/** Not part of the page, though beside it. */
const notSource = /\.test\.tsx?$|\.md$/
const stampFile = join('dist', 'page.stamp')
/** Builds under way, each in a folder named after its process. */
const buildingFolder = join('dist', 'building')
/** A build that is older has been killed: one takes seconds. */
const abandonedMs = 10 * 60_000
/** Files below src and public that are looked at. Reason: a link to somewhere huge should fail in words, not hang. */
const sourcesMax = 20_000
/** Smaller files gain nothing from compression, in bytes. Guess: one network packet. */
const compressBytesMin = 1_400
const compressible = /\.(?:js|css|html|svg|json|wasm|webmanifest|txt)$/

/**
 * Makes sure that the page in `root`/dist/page is that of the sources in `root`.
 * @returns whether it had to be built
 * @throws HubError `build-failed`
 */
export async function buildPageIfStale (root: string): Promise<boolean> {
  const fingerprint = await sourcesFingerprint(root)
  if (await builtFingerprint(root) === fingerprint) return false
  await buildPage(root)
  await writeFile(join(root, stampFile), fingerprint)
  return true
}

/** @throws HubError `build-failed` */
export async function buildPage (root: string): Promise<void> {
  const unfinished = join(root, buildingFolder, `${process.pid}`)
  const replaced = `${unfinished}.old`
  try {
    const { build } = await import('vite')
    await mkdir(join(root, buildingFolder), { recursive: true })
    await removeAbandoned(join(root, buildingFolder))
    await build({ root, logLevel: 'silent', build: { outDir: unfinished, emptyOutDir: true } })
    await compress(unfinished)
    await rename(join(root, pageFolder), replaced).catch(ignoreMissing)
    await rename(unfinished, join(root, pageFolder))
  } catch (cause) {
    throw new HubError('build-failed', `The page could not be built: ${firstLine(reasonOf(cause))}.`, { cause })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
    await rm(replaced, { recursive: true, force: true })
  }
}

/**
 * Says what the sources are by the number of files and folders and the newest time among them: an edit raises the time, and so does
 * adding, renaming or removing, in the folder.
 */
async function sourcesFingerprint (root: string): Promise<string> {
  let count = 0
  let newestMs = 0
  const visit = async (path: string): Promise<void> => {
    const found = await stat(path).catch(ignoreMissing)
    if (found == null) return
    count += 1
    if (count > sourcesMax) throw new HubError('build-failed', `The page could not be built: there are more than ${sourcesMax} files below ${root}/src and ${root}/public.`)
    newestMs = Math.max(newestMs, found.mtimeMs)
    if (!found.isDirectory()) return
    for (const name of await readdir(path)) if (!notSource.test(name)) await visit(join(path, name))
  }
  for (const source of sources) await visit(join(root, source))
  return `${count} files, newest ${newestMs}`
}

async function builtFingerprint (root: string): Promise<string | undefined> {
  if (await stat(join(root, pageFolder, 'index.html')).catch(ignoreMissing) == null) return undefined
  return readFile(join(root, stampFile), 'utf8').catch(ignoreMissing)
}

/** A .gz beside every file that is worth it: the server sends it to browsers that take it. */
async function compress (folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !compressible.test(entry.name)) continue
    const file = join(entry.parentPath, entry.name)
    const bytes = await readFile(file)
    if (bytes.length >= compressBytesMin) await writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: 9 }))
  }
}

async function removeAbandoned (folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(ignoreMissing)
    if (found != null && Date.now() - found.mtimeMs > abandonedMs) await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** What went wrong, without the bundler's preamble and its excerpt of the source, which stay in `cause`. */
function firstLine (text: string): string {
  const lines = stripVTControlCharacters(text).split('\n').filter(line => line.trim() !== '' && !/^Build failed with \d+ errors?:$/.test(line))
  return lines[0]?.trim().replace(/[.:]$/, '') ?? 'no reason was given'
}

function ignoreMissing (reason: unknown): undefined {
  if (reason instanceof Error && 'code' in reason && reason.code === 'ENOENT') return undefined
  throw reason
}
