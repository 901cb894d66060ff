/** The least that joining can cost: the same bytes through the same kind of link, stored packed. Nothing is decoded, hashed, verified or ordered. */
import { multiaddr } from '@multiformats/multiaddr'
import { createCeilingPlatform } from '../ingest/ceiling-browser.ts'
import { copyProtocol, createRawNode, framesOn } from './raw-link.ts'

const blockBytes = 64 * 1024
const blocksPerTransaction = 4

export interface RawCopy {
  readonly ms: number
  readonly bytes: number
}

/** `address`: of a raw-server.ts. The time begins before it is dialled. */
export async function rawCopy (address: string): Promise<RawCopy> {
  const [disk, node] = await Promise.all([createCeilingPlatform(0).openDisk(), createRawNode()])
  const start = performance.now()
  const frames = framesOn(await node.dialProtocol(multiaddr(address), copyProtocol))
  const transaction = new Uint8Array(blockBytes * blocksPerTransaction)
  let [bytes, filled, blocks] = [0, 0, 0]
  let written = Promise.resolve()

  async function write (): Promise<void> {
    await written
    const whole: Uint8Array<ArrayBuffer>[] = []
    for (let start = 0; start < filled; start += blockBytes) whole.push(transaction.slice(start, Math.min(start + blockBytes, filled)))
    written = disk.write(blocks, whole)
    blocks += whole.length
    filled = 0
  }

  for (let next = await frames.read(); next.type === 'frame'; next = await frames.read()) {
    bytes += next.bytes.byteLength
    for (let taken = 0; taken < next.bytes.byteLength;) {
      const part = next.bytes.subarray(taken, taken + transaction.length - filled)
      transaction.set(part, filled)
      filled += part.byteLength
      taken += part.byteLength
      if (filled === transaction.length) await write()
    }
  }
  await write()
  await written
  const ms = performance.now() - start
  frames.close()
  await node.stop()
  await disk.erase()
  return { ms, bytes }
}
