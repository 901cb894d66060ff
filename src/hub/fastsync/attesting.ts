/**
 * How attestations come about and travel (fastsync/SPEC.md, F5, F6, F22 and F23): hubs ask neighbours what is being signed, and take part in it where they hold
 * all of it, whatever else they hold; an attester that is equal with its neighbours signs that, or what it holds itself. It decides nothing about joining.
 */
import { reasonOf } from '../../base/errors.ts'
import type { Report } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import {
  attestationInput, countingIn, decodeCertificate, encodeCheckpoint, heightAt, isAhead, thresholdOf, type Attestation, type Certificate, type Checkpoint
} from '../../fastsync/checkpoint.ts'
import { compareBytes } from '../../fastsync/chunk-key.ts'
import { attestEveryMs } from '../../fastsync/limits.ts'
import type { SignatureCheck } from '../../message/signing.ts'
import type { NetworkGenesis } from '../../message/types.ts'
import type { Answers, AskedNeighbours } from './asked-neighbours.ts'
import type { AttesterRegister } from './attester-register.ts'
import type { FastNetwork } from './fast-network.ts'
import type { JoinRejection } from './joining.ts'
import type { KnownSnapshots, Snapshot } from './known-snapshots.ts'

export interface AttestingOptions {
  readonly rules: NetworkGenesis
  readonly network: Pick<FastNetwork, 'signer'>
  readonly neighbours: AskedNeighbours
  readonly register: Pick<AttesterRegister, 'at' | 'nextNumber' | 'take'>
  readonly known: KnownSnapshots
  readonly checkSignature: SignatureCheck
  readonly isPacemaker: () => boolean
  /** While a join runs nobody is asked: a second stream to a hub would end the join's. */
  readonly isJoining: () => boolean
  readonly now: () => number
  /** Enough attesters signed this one, which is newer than what they had signed before. */
  readonly onCertified: (snapshot: Snapshot) => void
  readonly reject: (peer: PeerId, code: JoinRejection) => void
  readonly report: (report: Report) => void
}

export interface Attesting {
  /** Asks and signs, if it is time. Never rejects. */
  turn (): Promise<void>
}

export function createAttesting (options: AttestingOptions): Attesting {
  const { rules, network, neighbours, register, known, checkSignature, isPacemaker, isJoining, now, onCertified, reject, report } = options
  let turning: Promise<void> | undefined
  let nextMs = -Infinity

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
    const snapshot = known.find(checkpoint.manifest) ?? (isWorthwhile(checkpoint, valid) ? await neighbours.taken(peer, checkpoint, answers) : undefined)
    if (snapshot === undefined || compareBytes(encodeCheckpoint(snapshot.checkpoint), encodeCheckpoint(checkpoint)) !== 0) return
    for (const attestation of valid) snapshot.attestations.set(attestation.attester, attestation)
  }

  /** Whether it is ahead of what this hub gathers signatures for. What no attester signed might be anybody's. */
  function isWorthwhile (checkpoint: Checkpoint, { length: signed }: readonly Attestation[]): boolean {
    const own = known.candidate(checkpoint.height)
    return signed > 0 && (own === undefined || isAhead({ checkpoint, signed }, { checkpoint: own.checkpoint, signed: known.signed(own) }))
  }

  async function turn (): Promise<void> {
    const before = known.certified?.checkpoint.height
    const height = heightAt(now())
    if (isCertified(height)) return
    for (const peer of neighbours.next()) {
      if (isCertified(height) || isJoining()) break
      await neighbours.asking(peer, async answers => ask(peer, height, answers))
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
