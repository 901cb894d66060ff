/**
 * How attestations come about and travel (fastsync/SPEC.md, F5, F6, F22 and F23): hubs ask neighbours what is being signed, and take part in it where they hold
 * all of it, whatever else they hold; an attester that is equal with its neighbours signs that, or what it holds itself. It decides nothing about joining.
 */
import { reasonOf } from '../../base/errors.ts'
import type { Report } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import type { Timer } from '../../base/timer.ts'
import {
  attestationInput, countingIn, decodeCertificate, encodeCheckpoint, heightAt, isAhead, manifestOf, thresholdOf,
  type Attestation, type Certificate, type Checkpoint
} from '../../fastsync/checkpoint.ts'
import { compareBytes } from '../../fastsync/chunk-key.ts'
import { concatenated, type Ask } from '../../fastsync/exchange.ts'
import { answerWithinMs, attestEveryMs, idsAskedMax, offersMax } from '../../fastsync/limits.ts'
import { besideOf, inclusionOf, membersOf, type Holdings } from '../../fastsync/making.ts'
import { chunkHash, type ChunkEntry, type Manifest } from '../../fastsync/manifest.ts'
import type { SignatureCheck } from '../../message/signing.ts'
import type { NetworkGenesis } from '../../message/types.ts'
import { createAskingStream } from './asking-stream.ts'
import type { AttesterRegister } from './attester-register.ts'
import type { FastNetwork } from './fast-network.ts'
import type { JoinRejection } from './joining.ts'
import { chunkName, type KnownSnapshots, type Snapshot } from './known-snapshots.ts'

export interface AttestingOptions {
  readonly rules: NetworkGenesis
  readonly network: FastNetwork
  readonly register: Pick<AttesterRegister, 'at' | 'nextNumber' | 'take'>
  readonly known: KnownSnapshots
  /** Resolves with the members once they can be asked for. */
  readonly holdings: () => Promise<Holdings>
  readonly checkSignature: SignatureCheck
  readonly isPacemaker: () => boolean
  /** While a join runs nobody is asked: a second stream to a hub would end the join's. */
  readonly isJoining: () => boolean
  /** Lets whatever else waits run. */
  readonly rest: () => Promise<void>
  readonly now: () => number
  readonly timer: Timer
  /** Enough attesters signed this one, which is newer than what they had signed before. */
  readonly onCertified: (snapshot: Snapshot) => void
  readonly reject: (peer: PeerId, code: JoinRejection) => void
  readonly report: (report: Report) => void
}

export interface Attesting {
  /** Asks and signs, if it is time. Never rejects. */
  turn (): Promise<void>
}

/** Chunks looked through before a rest: each takes a millisecond or two. */
const chunksAtOnce = 4

/** What a peer answers in one piece or several; undefined: nothing, or what no honest hub answers, for which it was rejected. */
type Answers = (ask: Ask) => Promise<Uint8Array | undefined>

export function createAttesting (options: AttestingOptions): Attesting {
  const { rules, network, register, known, holdings, checkSignature, isPacemaker, isJoining, rest, now, timer, onCertified, reject, report } = options
  let turning: Promise<void> | undefined
  let nextMs = -Infinity
  let turns = 0

  const isCertified = (height: number): boolean => (known.certified?.checkpoint.height ?? -1) >= height

  /** F5. Every message that this hub holds it has verified. */
  async function sign (height: number): Promise<void> {
    if (!isPacemaker() || network.signer === undefined) return
    const signer = await network.signer()
    const { publicKey } = signer
    if (!register.at(height).has(publicKey)) return
    const { attestations, checkpoint } = known.candidate(height) ?? await known.current(true)
    if (checkpoint.height !== height) return // an epoch ended meanwhile
    if (!attestations.has(publicKey)) attestations.set(publicKey, { attester: publicKey, signature: await signer.sign(attestationInput(checkpoint)) })
  }

  /** Asks a neighbour all that is to be asked of it, within the time that it has. */
  async function asking (peer: PeerId, work: (answers: Answers) => Promise<void>): Promise<void> {
    const stream = await network.open(peer)
    if (stream === undefined) return
    const asked = createAskingStream(stream)
    const callOff = timer(answerWithinMs, () => { asked.close() })
    try {
      await work(async (ask) => {
        const answer = await asked.ask(ask)
        if (answer.type === 'fault') reject(peer, answer.code)
        return answer.type === 'pieces' ? concatenated(answer.pieces) : undefined
      })
    } finally {
      callOff()
      asked.close()
    }
  }

  /** Of known attesters; undefined: one of them did not make it. */
  async function validOf (certificate: Certificate): Promise<Attestation[] | undefined> {
    const counting = countingIn(certificate, register.at(certificate.checkpoint.height))
    const input = attestationInput(certificate.checkpoint)
    for (const { attester, signature } of counting) if (!await checkSignature(attester, signature, input)) return undefined
    return counting
  }

  /** F22. What a neighbour gathers signatures for. */
  async function ask (peer: PeerId, height: number, answers: Answers): Promise<void> {
    // Whose signatures count is known before they are looked at.
    const [changes, bytes] = await Promise.all([answers({ type: 'changes', number: register.nextNumber }), answers({ type: 'candidate', height })])
    const fault = changes && await register.take(changes)
    if (fault !== undefined) {
      reject(peer, fault)
      return
    }
    if (bytes === undefined) return
    const certificate = decodeCertificate(bytes)
    if (certificate === undefined || certificate.checkpoint.network !== rules.network || certificate.checkpoint.height !== height) {
      reject(peer, 'certificate-malformed')
      return
    }
    const { checkpoint } = certificate
    const valid = await validOf(certificate)
    if (valid === undefined) {
      reject(peer, 'bad-certificate')
      return
    }
    const snapshot = known.find(checkpoint.manifest) ?? (isWorthwhile(checkpoint, valid) ? await taken(peer, checkpoint, answers) : undefined)
    if (snapshot === undefined || compareBytes(encodeCheckpoint(snapshot.checkpoint), encodeCheckpoint(checkpoint)) !== 0) return
    for (const attestation of valid) snapshot.attestations.set(attestation.attester, attestation)
  }

  /** Whether it is ahead of what this hub gathers signatures for. What no attester signed might be anybody's. */
  function isWorthwhile (checkpoint: Checkpoint, { length: signed }: readonly Attestation[]): boolean {
    const own = known.candidate(checkpoint.height)
    return signed > 0 && (own === undefined || isAhead({ checkpoint, signed }, { checkpoint: own.checkpoint, signed: known.signed(own) }))
  }

  /** F23. A neighbour's snapshot, if this hub holds all of its messages. */
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

  async function turn (): Promise<void> {
    const before = known.certified?.checkpoint.height
    const height = heightAt(now())
    if (isCertified(height)) return
    const serving = network.neighbours().filter(peer => network.statusOf(peer)?.serving === true)
    // Each turn others are asked first: those who are silent may hold up one turn, and not all.
    const from = turns * offersMax % Math.max(1, serving.length)
    turns += 1
    for (const peer of [...serving.slice(from), ...serving.slice(0, from)].slice(0, offersMax)) {
      if (isCertified(height) || isJoining()) break
      await asking(peer, async answers => ask(peer, height, answers))
    }
    if (!isCertified(height)) await sign(height)
    const { certified } = known
    if (certified === undefined || certified.checkpoint.height === before) return
    onCertified(certified)
    const { checkpoint } = certified
    const { size } = register.at(checkpoint.height)
    report({ type: 'checkpoint-certified', sentence: `${thresholdOf(size)} of ${size} attesters signed the checkpoint at height ${checkpoint.height}, ${checkpoint.messages} messages.` })
  }

  return {
    async turn () {
      if (turning !== undefined || now() < nextMs) return turning
      nextMs = now() + attestEveryMs
      turning = turn().catch((thrown: unknown) => {
        report({ type: 'attesting-failed', code: 'internal', sentence: `Attestations could not be made or had: ${reasonOf(thrown)}` })
      }).finally(() => { turning = undefined })
      return turning
    }
  }
}
