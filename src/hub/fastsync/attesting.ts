/**
 * How attestations come about and travel (fastsync/SPEC.md, F5, F6 and F22): a hub that is an attester, and equal with its neighbours, signs the checkpoint of
 * what it holds; hubs ask neighbours for their certificates and keep what known attesters signed of the checkpoints that they hold themselves. It decides
 * nothing about joining.
 */
import { reasonOf } from '../../base/errors.ts'
import type { Report } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import type { Timer } from '../../base/timer.ts'
import { attesterKeys } from '../../fastsync/attesters.ts'
import { attestationInput, countingIn, decodeCertificate, encodeCheckpoint, heightAt, thresholdOf } from '../../fastsync/checkpoint.ts'
import { compareBytes } from '../../fastsync/chunk-key.ts'
import { concatenated } from '../../fastsync/exchange.ts'
import { answerWithinMs, attestEveryMs, offersMax } from '../../fastsync/limits.ts'
import type { SignatureCheck } from '../../message/signing.ts'
import type { NetworkGenesis } from '../../message/types.ts'
import { createAskingStream } from './asking-stream.ts'
import type { FastNetwork } from './fast-network.ts'
import type { JoinRejection } from './joining.ts'
import type { Serving, Snapshot } from './serving.ts'

export interface AttestingOptions {
  readonly rules: NetworkGenesis
  readonly network: FastNetwork
  readonly serving: Pick<Serving, 'snapshot' | 'find' | 'certified'>
  readonly checkSignature: SignatureCheck
  readonly isPacemaker: () => boolean
  /** While a join runs nobody is asked: a second stream to a hub would end the join's. */
  readonly isJoining: () => boolean
  readonly now: () => number
  readonly timer: Timer
  readonly reject: (peer: PeerId, code: JoinRejection) => void
  readonly report: (report: Report) => void
}

export interface Attesting {
  /** Signs and asks, if it is time. Never rejects. */
  turn (): Promise<void>
}

export function createAttesting ({ rules, network, serving, checkSignature, isPacemaker, isJoining, now, timer, reject, report }: AttestingOptions): Attesting {
  const attesters = attesterKeys(rules.genesis.attesters)
  const needed = thresholdOf(attesters.size)
  let turning: Promise<void> | undefined
  let nextMs = -Infinity

  /** F5. Every message that this hub holds it has verified. */
  async function sign (): Promise<Snapshot> {
    const signs = isPacemaker()
    const snapshot = await serving.snapshot(signs)
    if (!signs || network.signer === undefined) return snapshot
    const signer = await network.signer()
    if (!attesters.has(signer.publicKey) || snapshot.attestations.has(signer.publicKey)) return snapshot
    const signature = await signer.sign(attestationInput(snapshot.checkpoint))
    snapshot.attestations.set(signer.publicKey, { attester: signer.publicKey, signature })
    return snapshot
  }

  /** F22. What a neighbour's certificate says of a checkpoint that this hub has too. */
  async function ask (peer: PeerId): Promise<void> {
    const stream = await network.open(peer)
    if (stream === undefined) return
    const asking = createAskingStream(stream)
    const callOff = timer(answerWithinMs, () => { asking.close() })
    const answer = await asking.ask({ type: 'certificate' })
    callOff()
    asking.close()
    if (answer.type === 'fault') reject(peer, answer.code)
    if (answer.type !== 'pieces') return
    const certificate = decodeCertificate(concatenated(answer.pieces))
    if (certificate === undefined) {
      reject(peer, 'certificate-malformed')
      return
    }
    const { checkpoint } = certificate
    const known = serving.find(checkpoint.manifest)
    if (known === undefined || compareBytes(encodeCheckpoint(known.checkpoint), encodeCheckpoint(checkpoint)) !== 0) return
    const input = attestationInput(checkpoint)
    for (const attestation of countingIn(certificate, attesters)) {
      if (known.attestations.has(attestation.attester)) continue
      if (await checkSignature(attestation.attester, attestation.signature, input)) known.attestations.set(attestation.attester, attestation)
      else {
        reject(peer, 'bad-certificate')
        return
      }
    }
  }

  async function turn (): Promise<void> {
    const before = serving.certified?.checkpoint.height
    if (before !== undefined && before >= heightAt(now())) return
    const snapshot = await sign()
    const serves = network.neighbours().filter(peer => network.statusOf(peer)?.serving === true).slice(0, offersMax)
    for (const peer of serves) {
      if (snapshot.attestations.size >= needed || isJoining()) break
      await ask(peer)
    }
    const { checkpoint } = serving.certified ?? {}
    if (checkpoint === undefined || checkpoint.height === before) return
    report({ type: 'checkpoint-certified', sentence: `${needed} of ${attesters.size} attesters signed the checkpoint at height ${checkpoint.height}, ${checkpoint.messages} messages.` })
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
