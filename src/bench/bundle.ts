/**
 * What a visitor downloads: the page is built as `npm start` builds it, and its modules are followed from `index.html`, and from the entries of the workers
 * that it starts, along static imports only. What is imported on demand is a chunk of its own, and counts for neither.
 */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { init, parse } from 'es-module-lexer'
import { buildPageIfStale, pageFolder } from '../node/build.ts'
import type { Benchmark } from './benchmark.ts'

interface Chunk {
  readonly name: string
  readonly bytes: number
  readonly gzipBytes: number
  /** Which download it is part of: the page's first paint, the workers' start, or neither until somebody asks for it. */
  readonly part: 'first-paint' | 'worker' | 'on-demand'
}

/** FACTS 4, of gzip, in units of 1,024. */
export const firstPaintBytesMax = 150 * 1024
export const workerBytesMax = 260 * 1024

const projectFolder = fileURLToPath(new URL('../..', import.meta.url))
/** As the server compresses (node/build.ts). */
const gzipLevel = 9

/** JSON: `{firstPaintGzipBytes, workerGzipBytes, chunks: [{name, bytes, gzipBytes, part}]}`, JavaScript only, the largest chunk first. */
export const bundle: Benchmark = {
  name: 'bundle',
  sentence: 'What the page downloads, compressed: for its first paint, for its workers, and each chunk.',
  options: {},
  async run () {
    await buildPageIfStale(projectFolder)
    const folder = join(projectFolder, pageFolder)
    const texts = await readModules(join(folder, 'assets'))
    const firstPaint = await reachable(scriptsOf(await readFile(join(folder, 'index.html'), 'utf8')), texts)
    const engine = await reachable(workersStartedBy(firstPaint, texts), texts)
    const verifier = await reachable(workersStartedBy(engine, texts), texts)
    const worker = new Set([...engine, ...verifier])
    const chunks = [...texts].map(([name, text]): Chunk => ({
      name,
      bytes: Buffer.byteLength(text),
      gzipBytes: gzipSync(text, { level: gzipLevel }).length,
      part: firstPaint.has(name) ? 'first-paint' : worker.has(name) ? 'worker' : 'on-demand'
    })).sort((a, b) => b.gzipBytes - a.gzipBytes)
    const sum = (part: Chunk['part']): number => chunks.reduce((bytes, chunk) => bytes + (chunk.part === part ? chunk.gzipBytes : 0), 0)
    return { firstPaintGzipBytes: sum('first-paint'), workerGzipBytes: sum('worker'), chunks }
  }
}

async function readModules (folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.js'))
  return new Map(await Promise.all(names.map(async name => [name, await readFile(join(folder, name), 'utf8')] as const)))
}

/** Scripts of the document, and modules that it preloads for them. */
function scriptsOf (html: string): string[] {
  return [...html.matchAll(/(?:src|href)="[^"]*\/([^"/]+\.js)"/g)].map(([, name = '']) => name)
}

/** The bundler leaves `new Worker(new URL('/assets/NAME.js', …))`. */
function workersStartedBy (modules: ReadonlySet<string>, texts: ReadonlyMap<string, string>): string[] {
  const started = /new Worker\(new URL\((?:\s|\/\*.*?\*\/)*[`"'][^`"']*\/([^`"'/]+\.js)[`"']/g
  return [...modules].flatMap(module => [...(texts.get(module) ?? '').matchAll(started)].map(([, name = '']) => name))
}

/** These modules and all that they import statically. */
async function reachable (entries: readonly string[], texts: ReadonlyMap<string, string>): Promise<ReadonlySet<string>> {
  await init
  const reached = new Set<string>()
  const open = [...entries]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const text = texts.get(name)
    if (text === undefined || reached.has(name)) continue
    reached.add(name)
    for (const { n: source, d: dynamicAt } of parse(text)[0]) if (source !== undefined && dynamicAt === -1) open.push(basename(source))
  }
  return reached
}
