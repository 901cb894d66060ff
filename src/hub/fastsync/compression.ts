/** Pieces of fast sync on their way (fastsync/SPEC.md, F8): as they are, or by the platform's raw deflate, which browsers and Node have alike. */

import { concatenated } from '../../fastsync/exchange.ts'

/** The first byte of what travels. */
const manners = { plain: 0, deflated: 1 } as const

/** What travels of a piece. The platform is asked to compress 240 KiB at a time, so nothing here is bounded. */
export async function packed (piece: Uint8Array, isCompressed: boolean): Promise<Uint8Array<ArrayBuffer>> {
  if (!isCompressed) return concatenated([Uint8Array.of(manners.plain), piece])
  const deflated = await new Response(through(piece, new CompressionStream('deflate-raw'))).arrayBuffer()
  return concatenated([Uint8Array.of(manners.deflated), new Uint8Array(deflated)])
}

/** The piece; a code where that is more than `bytesMax`, or where the bytes are none that travel so. Never rejects. */
export async function unpacked (bytes: Uint8Array, bytesMax: number): Promise<Uint8Array | 'piece-too-large' | 'chunk-malformed'> {
  if (bytes[0] === manners.plain) return bytes.subarray(1)
  if (bytes[0] !== manners.deflated) return 'chunk-malformed'
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of through(bytes.subarray(1), new DecompressionStream('deflate-raw'))) {
      size += part.byteLength
      if (size > bytesMax) return 'piece-too-large' // leaving the loop ends the stream
      parts.push(part)
    }
  } catch {
    return 'chunk-malformed' // the platform throws on what is no deflate or is cut short; that is the answer
  }
  return concatenated(parts)
}

function through (bytes: Uint8Array, stream: GenericTransformStream): ReadableStream<Uint8Array<ArrayBuffer>> {
  const source = new ReadableStream<Uint8Array>({
    start (controller) {
      controller.enqueue(bytes)
      controller.close()
    }
  })
  return source.pipeThrough(stream) as ReadableStream<Uint8Array<ArrayBuffer>>
}
