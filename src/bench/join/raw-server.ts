/** The serving end of the raw copy: bytes from memory, in frames of the largest size. */
import '../../node/compat.ts'
import { copyProtocol, createRawNode, framesOn } from './raw-link.ts'

/** As large as the frames that carry a snapshot (fastsync/exchange.ts). */
const frameBytes = 16_383

export interface RawServer {
  /** To be dialled by a page on this machine. */
  readonly address: string
  close (): Promise<void>
}

export async function serveRaw (bytes: Uint8Array): Promise<RawServer> {
  const node = await createRawNode(['/ip4/127.0.0.1/tcp/0/ws'])
  await node.handle(copyProtocol, async (stream) => {
    const frames = framesOn(stream)
    for (let start = 0; start < bytes.byteLength; start += frameBytes) {
      frames.send(bytes.slice(start, start + frameBytes))
      await frames.room()
    }
    frames.close()
  })
  return { address: node.getMultiaddrs().join(), close: async () => { await node.stop() } }
}
