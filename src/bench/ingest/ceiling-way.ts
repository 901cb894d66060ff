/**
 * The ceiling: what a hub cannot do without, and nothing of a hub. Protobuf is decoded once, ids and bodies are hashed, signatures verified on as many
 * threads with keys imported once, and messages stored packed, 64 KiB a block and four blocks a transaction. No set, no order, no index, no log, no
 * limits, no defence: a real hub can come close to it, not beat it. Only the platform's own calls differ between a browser and Node.
 */
import { createBLAKE3 } from 'hash-wasm'
import { sameBytes } from '../../message/canonical.ts'
import { Header, Post, SignedMessage, SignerAdd } from '../../message/message.pb.ts'
import type { IngestWay } from './rounds.ts'

/** Of one message: key 32 B ‖ signature 64 B ‖ what is signed 49 B. */
export const questionBytes = 32 + 64 + 49

/** What differs between platforms. */
export interface CeilingPlatform {
  /** Verifies a batch of questions, of which there may be several under way; rejects if one is not valid. */
  readonly verify: (batch: Uint8Array<ArrayBuffer>) => Promise<void>
  /** Opens an empty disk. */
  readonly openDisk: () => Promise<CeilingDisk>
}

export interface CeilingDisk {
  /** Stores some blocks under consecutive numbers in one transaction. Several may be under way. */
  readonly write: (firstNumber: number, blocks: readonly Uint8Array<ArrayBuffer>[]) => Promise<void>
  readonly erase: () => Promise<void>
}

const batchQuestions = 256
/** Batches under way at a time: two a worker, as far as there are four workers. */
const batchesMax = 8
const blockBytes = 64 * 1024
const blocksPerTransaction = 4
const transactionsMax = 4
const idBytes = 32
const signerAddKind = 1

export function ceilingWay ({ verify, openDisk }: CeilingPlatform): IngestWay {
  return async (messages) => {
    const disk = await openDisk()
    const hasher = await createBLAKE3(256)
    const domain = new TextEncoder().encode('hubbub/message/v1')
    const hash = (bytes: Uint8Array): Uint8Array => hasher.init().update(bytes).digest('binary')
    const writes = createWindow(transactionsMax)
    const checks = createWindow(batchesMax)
    const block = new Uint8Array(blockBytes)
    const lengths = new DataView(block.buffer)
    let filled = 0
    let blocks: Uint8Array<ArrayBuffer>[] = []
    let blockCount = 0

    function closeBlock (): void {
      if (filled === 0) return
      blocks.push(block.slice(0, filled))
      filled = 0
      if (blocks.length === blocksPerTransaction) writeBlocks()
    }

    function writeBlocks (): void {
      if (blocks.length === 0) return
      writes.add(disk.write(blockCount, blocks))
      blockCount += blocks.length
      blocks = []
    }

    function store (id: Uint8Array, bytes: Uint8Array): void {
      if (filled + idBytes + 4 + bytes.byteLength > blockBytes) closeBlock()
      block.set(id, filled)
      lengths.setUint32(filled + idBytes, bytes.byteLength)
      block.set(bytes, filled + idBytes + 4)
      filled += idBytes + 4 + bytes.byteLength
    }

    const start = performance.now()
    for (let from = 0; from < messages.length; from += batchQuestions) {
      const part = messages.slice(from, from + batchQuestions)
      const batch = new Uint8Array(part.length * questionBytes)
      const entries = part.map((bytes, index) => {
        const { header: headerBytes, body = new Uint8Array(0), signature } = SignedMessage.decode(bytes)
        const header = Header.decode(headerBytes)
        if (header.kind === signerAddKind) SignerAdd.decode(body)
        else Post.decode(body)
        const id = hash(headerBytes)
        if (!sameBytes(hash(body), header.bodyHash)) throw new Error('a body is not the one in its header')
        const offset = index * questionBytes
        batch.set(header.signer, offset)
        batch.set(signature, offset + 32)
        batch.set(domain, offset + 96)
        batch.set(id, offset + 96 + domain.byteLength)
        return { id, bytes }
      })
      await Promise.all([checks.room(), writes.room()])
      checks.add(verify(batch).then(() => { for (const { id, bytes } of entries) store(id, bytes) }))
    }
    await checks.empty()
    closeBlock()
    writeBlocks()
    await writes.empty()
    const ms = performance.now() - start
    await disk.erase()
    return ms
  }
}

interface Window {
  readonly add: (work: Promise<void>) => void
  /** Resolves when one more may be added. */
  readonly room: () => Promise<void>
  readonly empty: () => Promise<void>
}

/** Work under way, at most `max` at a time. */
function createWindow (max: number): Window {
  const underWay = new Set<Promise<void>>()
  return {
    add (work) {
      const tracked: Promise<void> = work.then(() => { underWay.delete(tracked) })
      underWay.add(tracked)
    },
    async room () {
      while (underWay.size >= max) await Promise.race(underWay)
    },
    async empty () {
      await Promise.all(underWay)
    }
  }
}
