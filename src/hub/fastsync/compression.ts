/** Pieces of fast sync on their way (fastsync/SPEC.md, F8): raw deflate by the platform, which browsers and Node have alike. */

import { concatenated } from '../../fastsync/exchange.ts'

/** Bytes that the platform compresses. It is asked for 240 KiB at a time, so nothing here is bounded. */
export async function deflate (bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(through(bytes, new CompressionStream('deflate-raw'))).arrayBuffer())
}

/** What was compressed; a code where that is more than `bytesMax`, or where the bytes are no compressed ones. Never rejects. */
export async function inflate (bytes: Uint8Array, bytesMax: number): Promise<Uint8Array<ArrayBuffer> | 'piece-too-large' | 'chunk-malformed'> {
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of through(bytes, new DecompressionStream('deflate-raw'))) {
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
