/**
 * Neighbours that are asked what is attested (fastsync/SPEC.md, F22, F23, F32 and F33), and the snapshots of theirs all of whose messages this hub holds. It
 * knows neither certificates nor states of apps.
 */
import type { PeerId } from '../../base/peer.ts'
import type { Timer } from '../../base/timer.ts'
import { manifestOf, type Checkpoint } from '../../fastsync/checkpoint.ts'
import { compareBytes } from '../../fastsync/chunk-key.ts'
import { concatenated, type Ask } from '../../fastsync/exchange.ts'
import { answerWithinMs, idsAskedMax, offersMax } from '../../fastsync/limits.ts'
import { besideOf, inclusionOf, membersOf, type Holdings } from '../../fastsync/making.ts'
import { chunkHash, type ChunkEntry, type Manifest } from '../../fastsync/manifest.ts'
import { createAskingStream } from './asking-stream.ts'
import type { FastNetwork } from './fast-network.ts'
import type { JoinRejection } from './joining.ts'
import { chunkName, type KnownSnapshots, type Snapshot } from './known-snapshots.ts'

/** What a peer answers in one piece or several; undefined: nothing, or what no honest hub answers, for which it was rejected. */
export type Answers = (ask: Ask) => Promise<Uint8Array | undefined>

export interface AskedNeighbours {
  /** Those that serve, `offersMax` at most: each time others first, so that those who are silent may hold up one turn, and not all. */
  next (): PeerId[]
  /** Asks a neighbour all that is to be asked of it, within the time that it has, after what is asked of it already. Whether the time was enough. */
  asking (peer: PeerId, work: (answers: Answers) => Promise<void>): Promise<boolean>
  /** F23. A neighbour's snapshot, if this hub holds all of its messages. */
  taken (peer: PeerId, checkpoint: Checkpoint, answers: Answers): Promise<Snapshot | undefined>
}

export interface AskedNeighboursOptions {
  readonly network: FastNetwork
  readonly known: KnownSnapshots
  /** Resolves with the members once they can be asked for. */
  readonly holdings: () => Promise<Holdings>
  /** Lets whatever else waits run. */
  readonly rest: () => Promise<void>
  readonly timer: Timer
  readonly reject: (peer: PeerId, code: JoinRejection) => void
}

/** Chunks looked through before a rest: each takes a millisecond or two. */
const chunksAtOnce = 4

export function createAskedNeighbours ({ network, known, holdings, rest, timer, reject }: AskedNeighboursOptions): AskedNeighbours {
  let turns = 0
  /** What is asked of a neighbour last: a second stream to it would end the first. */
  const asks = new Map<PeerId, Promise<unknown>>()

  async function asking (peer: PeerId, work: (answers: Answers) => Promise<void>): Promise<boolean> {
    const done = (asks.get(peer) ?? Promise.resolve()).then(async () => askingNow(peer, work))
    const over = done.catch(() => undefined).finally(() => { if (asks.get(peer) === over) asks.delete(peer) }) // whoever asked hears of it
    asks.set(peer, over)
    return done
  }

  async function askingNow (peer: PeerId, work: (answers: Answers) => Promise<void>): Promise<boolean> {
    const stream = await network.open(peer)
    if (stream === undefined) return true
    let isInTime = true
    const asked = createAskingStream(stream)
    const callOff = timer(answerWithinMs, () => {
      isInTime = false
      asked.close()
    })
    try {
      await work(async (ask) => {
        const answer = await asked.ask(ask)
        if (answer.type === 'fault') reject(peer, answer.code)
        return answer.type === 'pieces' ? concatenated(answer.pieces) : undefined
      })
      return isInTime
    } finally {
      callOff()
      asked.close()
    }
  }

  async function taken (peer: PeerId, checkpoint: Checkpoint, answers: Answers): Promise<Snapshot | undefined> {
    const bytes = await answers({ type: 'manifest', hash: checkpoint.manifest })
    if (bytes === undefined) return undefined
    const manifest = manifestOf(bytes, checkpoint)
    if (manifest === undefined) {
      reject(peer, 'manifest-wrong')
      return undefined
    }
    const beside = await includes(peer, manifest, answers)
    return beside && known.add({ checkpoint, manifest: bytes, beside })
  }

  /** F23. What this hub holds beside a manifest's chunks, where that is not what came last; undefined: it does not hold all of them. */
  async function includes (peer: PeerId, { chunks, height }: Manifest, answers: Answers): Promise<Snapshot['beside'] | undefined> {
    const members = await holdings()
    const unknown: ChunkEntry[] = []
    for (const [index, entry] of chunks.entries()) {
      if (index % chunksAtOnce === 0) await rest()
      const inclusion = inclusionOf(members, entry, height)
      if (inclusion === 'lacking' || unknown.length === idsAskedMax) return undefined
      if (inclusion === 'unknown') unknown.push(entry)
    }
    const beside = new Map<string, ReadonlySet<number>>()
    for (const entry of unknown) {
      const others = await besideThose(peer, members, entry, height, answers)
      if (others === undefined) return undefined
      beside.set(chunkName(entry), others)
    }
    return beside
  }

  async function besideThose (peer: PeerId, members: Holdings, entry: ChunkEntry, height: number, answers: Answers): Promise<ReadonlySet<number> | undefined> {
    const ids = await answers({ type: 'ids', entry, height })
    if (ids === undefined) return undefined
    if (ids.byteLength !== entry.count * 32 || compareBytes(chunkHash(ids), entry.hash) !== 0) {
      reject(peer, 'chunk-wrong')
      return undefined
    }
    const others = besideOf(members, entry, height, ids)
    return others !== undefined && membersOf(members, entry, height, others) !== undefined ? others : undefined
  }

  return {
    next () {
      const serving = network.neighbours().filter(peer => network.statusOf(peer)?.serving === true)
      const from = turns * offersMax % Math.max(1, serving.length)
      turns += 1
      return [...serving.slice(from), ...serving.slice(0, from)].slice(0, offersMax)
    },
    asking,
    taken
  }
}
