/**
 * One peer that is asked for certificates, manifests and chunks over one stream (fastsync/SPEC.md, F17 and F18): answers come in the order of the asks, are
 * put together and decompressed within their bounds. What is asked of whom is the join's business.
 */
import type { FrameRejection } from '../../gossip/frames.ts'
import { createCollector, encodeAsk, piecesMaxOf, type Ask, type Collected } from '../../fastsync/exchange.ts'
import { pieceBytesMax } from '../../fastsync/limits.ts'
import type { SyncStream } from '../sync/sync-stream.ts'
import { unpacked } from './compression.ts'

export type Answer =
  /** Decompressed. */
  | { readonly type: 'pieces', readonly pieces: readonly Uint8Array[] }
  | { readonly type: 'not-here' }
  | { readonly type: 'fault', readonly code: 'piece-too-large' | 'chunk-malformed' | FrameRejection }
  /** The stream ended before. */
  | { readonly type: 'gone' }

export interface AskingStream {
  /** Never rejects. */
  ask (ask: Ask): Promise<Answer>
  close (): void
  /** Compressed bytes that came so far. */
  readonly bytes: number
}

interface Open {
  readonly collect: (frame: Uint8Array) => Collected
  readonly resolve: (answer: Answer | Promise<Answer>) => void
}

export function createAskingStream (stream: SyncStream): AskingStream {
  /** In the order of the asks; bounded by the join, which asks for two at once. */
  const open: Open[] = []
  let end: Answer | undefined
  let bytes = 0

  function finish (answer: Answer): void {
    end ??= answer
    for (const { resolve } of open.splice(0)) resolve(end)
  }

  /** Whether the stream goes on. */
  function take (frame: Uint8Array): boolean {
    bytes += frame.byteLength
    const [first] = open
    if (first === undefined) {
      finish({ type: 'fault', code: 'unexpected-frame' })
      return false
    }
    const collected = first.collect(frame)
    if (collected.type === 'more') return true
    if (collected.type === 'fault') {
      finish(collected)
      return false
    }
    open.shift()
    first.resolve(collected.pieces === undefined ? { type: 'not-here' } : unpackedAll(collected.pieces))
    return true
  }

  async function readAll (): Promise<void> {
    for (;;) {
      const next = await stream.read()
      if (next.type === 'end') {
        finish(next.code === undefined ? { type: 'gone' } : { type: 'fault', code: next.code })
        return
      }
      if (take(next.bytes)) continue
      stream.abort()
      return
    }
  }
  void readAll()

  return {
    get bytes () { return bytes },
    async ask (ask) {
      if (end !== undefined) return end
      return new Promise((resolve) => {
        open.push({ collect: createCollector(piecesMaxOf(ask)), resolve })
        stream.send(encodeAsk(ask))
      })
    },
    close () {
      finish({ type: 'gone' })
      stream.close()
    }
  }
}

async function unpackedAll (travelled: readonly Uint8Array[]): Promise<Answer> {
  const pieces: Uint8Array[] = []
  for (const one of travelled) {
    const piece = await unpacked(one, pieceBytesMax)
    if (typeof piece === 'string') return { type: 'fault', code: piece }
    pieces.push(piece)
  }
  return { type: 'pieces', pieces }
}
