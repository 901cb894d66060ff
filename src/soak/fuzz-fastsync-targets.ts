/** Fuzz targets of fast sync: what a peer asks, and what it answers of certificates, manifests, chunks, attesters and states of apps. */
import { decodeStates, encodeStates, type AppState } from '../fastsync/app-state.ts'
import { decodeChanges, encodeChanges, type AttesterChange } from '../fastsync/attester-changes.ts'
import { decodeCertificate, encodeCertificate } from '../fastsync/checkpoint.ts'
import { decodeAsk, encodeAsk, type Ask } from '../fastsync/exchange.ts'
import { decodeManifest, encodeManifest, type ChunkEntry, type Manifest } from '../fastsync/manifest.ts'
import { packPieces, unpackPiece } from '../fastsync/piece.ts'
import { messageIdOf } from '../message/codec.ts'
import type { PublicKeyHex } from '../message/types.ts'
import { accepted, bytesTarget, same, type FuzzTarget } from './fuzz-target.ts'
import { messages, vectorNetwork } from './fuzz-message-targets.ts'

const { network } = vectorNetwork
const refused = 'refused'
const entry = (first: number, nibbles = 9): ChunkEntry =>
  ({ nibbles, prefix: Uint8Array.of(16, 24, 106, first, nibbles > 8 ? 0x50 : 0, 0, 0, 0, 0, 0, 0, 0), count: first, hash: new Uint8Array(32).fill(first) })
const manifest: Manifest = { network, height: 1_600_000, chunks: [entry(1, 8), entry(2), entry(3, 8)] }
const attestations = [1, 2].map(number => ({ attester: `0${number}`.repeat(32) as PublicKeyHex, signature: new Uint8Array(64).fill(number) }))
const change: AttesterChange = { network, number: 1, before: new Uint8Array(32), height: 1_600_008, kind: 'joins', attester: 'ab'.repeat(32) as PublicKeyHex }
const appState: AppState = {
  checkpoint: { network, height: 1_600_000, messages: 6, manifest: new Uint8Array(32).fill(5) }, reducer: { name: 'todo/count', version: 1 }, size: 5, hash: new Uint8Array(32).fill(6)
}
const asks: readonly Ask[] = [
  { type: 'certificate' }, { type: 'manifest', hash: new Uint8Array(32).fill(9) }, { type: 'chunk', entry: entry(2), height: 7 },
  { type: 'candidate', height: 1_600_000 }, { type: 'ids', entry: entry(1, 8), height: 7 }, { type: 'changes', number: 1 },
  { type: 'states', reducer: { name: 'todo/count', version: 1 } }, { type: 'state', hash: new Uint8Array(32).fill(9) }
]

/** Whatever is read is written as it was: there is one form. */
function inOneForm<T> (
  name: string, samples: readonly Uint8Array[], decode: (bytes: Uint8Array) => T | undefined, encode: (value: T) => Uint8Array
): FuzzTarget {
  return bytesTarget({
    name, samples,
    judge (bytes) {
      const value = decode(bytes)
      if (value === undefined) return refused
      same(`The bytes of the ${name}`, [...encode(value)], [...bytes])
      return accepted
    }
  })
}

export const fastSyncTargets: readonly FuzzTarget[] = [
  inOneForm('ask', asks.map(encodeAsk), decodeAsk, encodeAsk),
  inOneForm('manifest', [manifest, { ...manifest, chunks: [] }].map(encodeManifest), decodeManifest, encodeManifest),
  inOneForm('certificate', [attestations, []].map(some => encodeCertificate({
    checkpoint: { network, height: 1_600_000, messages: 6, manifest: new Uint8Array(32).fill(5) }, attestations: some
  })), decodeCertificate, encodeCertificate),
  inOneForm('attester-changes', [
    [{ change, attestations }], [{ change, attestations: [] }, { change: { ...change, number: 2, kind: 'leaves' as const }, attestations }]
  ].map(encodeChanges), decodeChanges, encodeChanges),
  inOneForm('app-states', [[{ state: appState, attestations }], [{ state: appState, attestations: [] }, { state: { ...appState, size: 1_048_576 }, attestations }]].map(encodeStates),
    decodeStates, encodeStates),
  bytesTarget({
    name: 'piece', samples: packPieces(messages.map(bytes => ({ id: messageIdOf(bytes.header), bytes }))),
    judge (bytes) {
      const unpacked = unpackPiece(bytes, vectorNetwork, 1_024)
      if (!unpacked.ok) return refused
      // There is no one form, but the messages are the same ones.
      const again = packPieces(unpacked.messages).flatMap((piece) => {
        const read = unpackPiece(piece, vectorNetwork, 1_024)
        return read.ok ? read.messages : []
      })
      same('The messages of the piece', again.map(({ id }) => id).sort(), unpacked.messages.map(({ id }) => id).sort())
      return accepted
    }
  })
]
