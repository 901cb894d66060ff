/** The least that joining can cost: the same bytes fetched from the same machine and stored packed. Nothing is decoded, hashed, verified or ordered. */
import { createCeilingPlatform } from '../ingest/ceiling-browser.ts'

const blockBytes = 64 * 1024
const blocksPerTransaction = 4

export interface RawCopy {
  readonly ms: number
  readonly bytes: number
}

export async function rawCopy (address: string): Promise<RawCopy> {
  const platform = createCeilingPlatform(0)
  const start = performance.now()
  const disk = await platform.openDisk()
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`${address} was answered with ${answer.status}.`)
  const all = new Uint8Array(await answer.arrayBuffer())
  const blocks = Array.from({ length: Math.ceil(all.length / blockBytes) }, (_, block) => all.slice(block * blockBytes, (block + 1) * blockBytes))
  for (let first = 0; first < blocks.length; first += blocksPerTransaction) await disk.write(first, blocks.slice(first, first + blocksPerTransaction))
  const ms = performance.now() - start
  await disk.erase()
  return { ms, bytes: all.length }
}
