/**
 * FastForward (SPEC.md, F9 to F16): a hub that joins asks several peers what checkpoint they serve, takes the best one that enough known attesters signed,
 * and has its chunks from all of them; where none is certified, from whoever has one, everything being verified before it counts. Pure: answers go in, what
 * is to be asked, staged and taken comes out. How bytes travel, are decompressed, verified and stored is the shell's business.
 *
 * Invariants
 * 1. Nothing is staged or taken that is not in a manifest whose hash the pinned checkpoint names.
 * 2. `swap` comes once, after every chunk of a certified checkpoint was staged.
 * 3. After `ended` nothing comes out.
 */
import type { PeerId } from '../base/peer.ts'
import { createAsking } from './asking.ts'
import { firstEpochOf, nibbleAt, reaches } from './chunk-key.ts'
import { attestationInput, countingIn, decodeCertificate, heightAt, manifestOf, mayHaveHeight, thresholdOf, type Certificate } from './checkpoint.ts'
import { checkChunk } from './chunk.ts'
import type { Join, JoinEffect, JoinFault, JoinInput, JoinOptions, JoinProgress, Resumed } from './join-io.ts'
import { answerWithinMs, askedMax, certifiedEpochs, offersMax, offersWithinMs } from './limits.ts'
import { messagesIn, type ChunkEntry, type Manifest } from './manifest.ts'

interface Candidate {
  readonly certificate: Certificate
  /** Who offered it, the first one first. */
  readonly from: PeerId[]
  /** undefined: being checked. */
  certified: boolean | undefined
  failed: boolean
}

export function createJoin (options: JoinOptions): Join {
  const { rules, attestersAt, parallel = askedMax, ofPeer, resumed, stages = true, fromEpoch = () => 0, holds = () => false } = options
  const asking = createAsking(parallel, ofPeer)
  const candidates: Candidate[] = []
  const awaitedOffers = new Set<PeerId>()
  const asked = new Set<PeerId>()
  /** What each says to keep. */
  const fromEpochs = new Map<PeerId, number>()
  const senders = new Map<number, PeerId>()
  /** Chunks that need not be fetched, or were. */
  const kept = new Set<number>()
  /** Those of them that this hub does not keep. */
  const unwanted = new Set<number>()
  const sent = new Map<PeerId, number>()
  let phase: JoinProgress['phase'] = 'offers'
  let offersUntilMs = Infinity
  let areOffersDue = false
  let pinned: { readonly candidate: Candidate, readonly manifest?: Manifest } | undefined
  let manifestPeer: PeerId | undefined
  let manifestUntilMs = Infinity
  const manifestTried = new Set<PeerId>()
  let effects: JoinEffect[] = []
  /** Chunks of checkpoints that are not certified which were verified and are in the set. */
  let taken = 0
  let lastFailure = 'No hub serves a snapshot.'

  /** F15. */
  const isStaged = ({ certified }: Candidate): boolean => stages && certified === true

  function end (outcome: 'taken' | 'refused' | 'nothing-offered', reason: string): void {
    phase = 'ended'
    const [mainPeer] = [...sent].sort(([, one], [, other]) => other - one)[0] ?? []
    effects.push({ type: 'ended', outcome, reason, mainPeer })
  }

  function offend (peer: PeerId, code: JoinFault): void {
    effects.push({ type: 'offence', peer, code })
    leave(peer)
  }

  function leave (peer: PeerId): void {
    awaitedOffers.delete(peer)
    asking.remove(peer)
    for (const { from } of candidates) {
      const at = from.indexOf(peer)
      if (at !== -1) from.splice(at, 1)
    }
    if (phase === 'offers') decideOffers()
    else if (phase === 'manifest' && manifestPeer === peer) askManifest()
  }

  function takeOffer (peer: PeerId, bytes: Uint8Array | undefined, nowMs: number): void {
    if (!awaitedOffers.delete(peer)) return
    if (bytes !== undefined) {
      if (!areOffersDue) offersUntilMs = Math.min(offersUntilMs, nowMs + offersWithinMs)
      const certificate = decodeCertificate(bytes)
      if (certificate === undefined || certificate.checkpoint.network !== rules.network) { offend(peer, 'certificate-malformed'); return }
      if (!mayHaveHeight(certificate.checkpoint.height, nowMs)) { offend(peer, 'checkpoint-ahead'); return }
      note(peer, certificate, certificate.checkpoint.height + certifiedEpochs + 1 >= heightAt(nowMs))
    }
    decideOffers()
  }

  /** `isCurrent`: an honest hub may offer it, by its height. */
  function note (peer: PeerId, certificate: Certificate, isCurrent: boolean): void {
    const attesters = attestersAt(certificate.checkpoint.height)
    const counting = countingIn(certificate, attesters)
    // Whoever serves what is not certified is asked only where nothing is; attestations may differ, so each offer stands for itself.
    const certified = counting.length < thresholdOf(attesters.size) || !isCurrent ? false : undefined
    const candidate: Candidate = { certificate, from: [peer], certified, failed: false }
    candidates.push(candidate)
    if (candidate.certified === undefined) {
      effects.push({ type: 'check-signatures', candidate: candidates.length - 1, input: attestationInput(certificate.checkpoint), attestations: counting })
    }
  }

  /** The best that may still be tried: certified before not, then the highest, then the one with most messages. */
  function best (): Candidate | undefined {
    return candidates.filter(({ certified, failed, from }) => !failed && certified !== undefined && (certified || from.length > 0)).sort((one, other) =>
      Number(other.certified) - Number(one.certified) ||
      other.certificate.checkpoint.height - one.certificate.checkpoint.height ||
      other.certificate.checkpoint.messages - one.certificate.checkpoint.messages)[0]
  }

  function decideOffers (): void {
    if (phase !== 'offers' || (awaitedOffers.size > 0 && !areOffersDue)) return
    if (candidates.some(({ certified }) => certified === undefined)) return
    choose()
  }

  function choose (): void {
    const candidate = best()
    if (candidate === undefined) {
      if (taken > 0) {
        end('taken', lastFailure)
        return
      }
      const wasRefused = candidates.length > 0 || asked.size > asking.peers.length
      end(wasRefused ? 'refused' : 'nothing-offered', lastFailure)
      return
    }
    pinned = { candidate }
    manifestTried.clear()
    phase = 'manifest'
    askManifest()
  }

  function giveUpCandidate (reason: string): void {
    lastFailure = reason
    if (pinned?.manifest !== undefined && isStaged(pinned.candidate)) effects.push({ type: 'drop' })
    if (pinned !== undefined) pinned.candidate.failed = true
    pinned = undefined
    kept.clear()
    unwanted.clear()
    senders.clear()
    choose()
  }

  let now = 0
  function askManifest (): void {
    if (pinned === undefined) return
    const { from, certificate } = pinned.candidate
    // Those that offered it first, then anybody: it is known by its hash.
    const peer = [...from, ...asking.peers].find(one => !manifestTried.has(one))
    manifestPeer = peer
    if (peer === undefined) { giveUpCandidate('No hub gave the manifest that its checkpoint names.'); return }
    manifestTried.add(peer)
    manifestUntilMs = now + answerWithinMs
    effects.push({ type: 'ask-manifest', peer, hash: certificate.checkpoint.manifest })
  }

  function takeManifest (peer: PeerId, bytes: Uint8Array | undefined): void {
    if (phase !== 'manifest' || peer !== manifestPeer || pinned === undefined) return
    if (bytes === undefined) { askManifest(); return }
    const manifest = manifestOf(bytes, pinned.candidate.certificate.checkpoint)
    if (manifest === undefined) { offend(peer, 'manifest-wrong'); return }
    effects.push({ type: 'pin', certificate: pinned.candidate.certificate, certified: pinned.candidate.certified === true, manifest: bytes })
    pinned = { ...pinned, manifest }
    manifestUntilMs = Infinity
    phase = 'chunks'
    manifest.chunks.forEach((entry, index) => { if (!isWanted(index, entry, manifest.height) || holds(entry, manifest.height)) kept.add(index) })
    begin(manifest)
  }

  function isWanted (index: number, entry: ChunkEntry, height: number): boolean {
    const wanted = reaches(entry, height, fromEpoch())
    if (!wanted) unwanted.add(index)
    return wanted
  }

  /** F24. What a hub gave up it need not be asked for; signer messages are given up by none. */
  function begin ({ chunks, height }: Manifest): void {
    asking.begin(chunks.map(({ count }) => count), kept, (peer, index) => {
      const entry = chunks[index]
      return entry === undefined || nibbleAt(entry.prefix, 0) === 0 || firstEpochOf(entry, height) >= (fromEpochs.get(peer) ?? 0)
    })
  }

  /** Whether it is about a chunk of what is pinned now. */
  const isPinned = (index: number, entry: ChunkEntry): boolean => pinned?.manifest?.chunks[index] === entry

  function takeChunk ({ peer, index, entry, pieces }: Extract<JoinInput, { readonly type: 'chunk' }>): void {
    if (phase !== 'chunks' || pinned?.manifest === undefined || !isPinned(index, entry)) return
    if (pieces === undefined) { asking.refused(peer, index); return }
    if (!asking.answered(peer, index)) return
    const checked = checkChunk(pieces, entry, pinned.manifest.height, rules)
    if (!checked.ok) {
      asking.failed(peer, index)
      offend(peer, checked.code)
      return
    }
    senders.set(index, peer)
    sent.set(peer, (sent.get(peer) ?? 0) + entry.count)
    effects.push(isStaged(pinned.candidate)
      ? { type: 'stage', index, entry, messages: checked.messages }
      : { type: 'take', index, entry, peer, messages: checked.messages })
  }

  function takeBadSignature (index: number): void {
    const peer = senders.get(index)
    if (phase === 'behind') {
      if (peer !== undefined) offend(peer, 'bad-signature')
      effects.push({ type: 'drop' })
      end('refused', 'A message of the snapshot was not signed by whom it says: the snapshot was dropped.')
      return
    }
    if (phase !== 'chunks' || peer === undefined) return
    senders.delete(index)
    asking.failed(peer, index)
    offend(peer, 'bad-signature')
  }

  /** F15. Where what is offered as it comes has to stop until the signer messages are there, which all else waits for. */
  function endOfAsking ({ chunks }: Manifest): number {
    const signers = chunks.findIndex(({ prefix }) => nibbleAt(prefix, 0) !== 0)
    const missing = new Set(asking.unavailable)
    for (let index = 0; index < signers; index += 1) if (!kept.has(index) && !missing.has(index)) return signers
    return chunks.length
  }

  /** Asks for what can be asked for, and sees whether that is all. */
  function advance (): void {
    if (phase !== 'chunks' || pinned?.manifest === undefined) return
    const { manifest, candidate } = pinned
    const staged = isStaged(candidate)
    for (const { peer, index } of asking.next(now, staged ? Infinity : endOfAsking(manifest))) {
      const entry = manifest.chunks[index]
      if (entry !== undefined) effects.push({ type: 'ask-chunk', peer, index, entry, height: manifest.height })
    }
    const { unavailable } = asking
    if (kept.size === manifest.chunks.length) {
      if (!staged) end('taken', 'Every chunk was verified and taken.')
      else {
        phase = 'behind'
        effects.push({ type: 'swap' })
      }
    } else if (staged ? unavailable.length > 0 : kept.size + unavailable.length === manifest.chunks.length) {
      giveUpCandidate(staged
        ? `${unavailable.length} chunks of the certified snapshot are with no hub that was asked.`
        : `${unavailable.length} chunks are left to comparisons: no hub that was asked has them as they were.`)
    }
  }

  function resume (from: Resumed): void {
    const manifest = manifestOf(from.manifest, from.certificate.checkpoint)
    if (manifest === undefined) return
    const candidate: Candidate = { certificate: from.certificate, from: [], certified: from.certified, failed: false }
    candidates.push(candidate)
    pinned = { candidate, manifest }
    manifest.chunks.forEach((entry, index) => {
      if (!isWanted(index, entry, manifest.height) || from.kept?.has(index) === true || holds(entry, manifest.height)) kept.add(index)
    })
    phase = 'chunks'
    begin(manifest)
  }
  if (resumed !== undefined) resume(resumed)

  function take (input: JoinInput, nowMs: number): void {
    switch (input.type) {
      case 'peer':
        if (asked.has(input.peer) || asked.size >= offersMax) return
        asked.add(input.peer)
        asking.add(input.peer)
        fromEpochs.set(input.peer, input.fromEpoch ?? 0)
        if (phase !== 'offers') return
        awaitedOffers.add(input.peer)
        effects.push({ type: 'ask-offer', peer: input.peer })
        return
      case 'peer-gone': leave(input.peer); return
      case 'offer': takeOffer(input.peer, input.bytes, nowMs); return
      case 'signatures': {
        const candidate = candidates[input.candidate]
        if (candidate === undefined || candidate.certified !== undefined) return
        const attesters = attestersAt(candidate.certificate.checkpoint.height)
        candidate.certified = input.valid >= thresholdOf(attesters.size)
        const counted = countingIn(candidate.certificate, attesters).length
        const [peer] = candidate.from
        // An honest hub checks what it serves: signatures of known attesters that are not valid were made up.
        if (!candidate.certified && input.valid < counted && peer !== undefined) {
          candidate.failed = true
          lastFailure = 'A certificate had signatures that its attesters did not make.'
          offend(peer, 'bad-certificate')
        }
        decideOffers()
        return
      }
      case 'manifest': takeManifest(input.peer, input.bytes); return
      case 'chunk': takeChunk(input); return
      case 'fault':
        if (!asking.peers.includes(input.peer)) return // it was blamed already
        lastFailure = `A hub answered with what is no answer: ${input.code}.`
        offend(input.peer, input.code)
        return
      case 'kept':
        if (phase !== 'chunks' || !isPinned(input.index, input.entry) || !senders.has(input.index) || kept.has(input.index)) return
        kept.add(input.index)
        asking.kept(input.index)
        if (pinned !== undefined && !isStaged(pinned.candidate)) taken += 1
        return
      case 'verified':
        if (phase === 'behind') end('taken', 'Every signature of the snapshot was verified.')
        return
      case 'bad-signature': if (phase === 'behind' || isPinned(input.index, input.entry)) takeBadSignature(input.index); return
      case 'broken':
        // What is staged stays: it is gone on from when the hub starts again.
        end('refused', input.reason)
        return
      case 'deadline':
        if (phase === 'offers' && nowMs >= offersUntilMs) {
          areOffersDue = true
          offersUntilMs = Infinity // signatures may still be checked
          decideOffers()
        }
        if (phase === 'manifest' && nowMs >= manifestUntilMs) askManifest()
        if (phase === 'chunks') asking.expire(nowMs)
    }
  }

  return {
    handle (input, nowMs) {
      if (phase === 'ended') return []
      now = nowMs
      effects = []
      if (input.type === 'peer' && offersUntilMs === Infinity && !areOffersDue) offersUntilMs = nowMs + answerWithinMs
      take(input, nowMs)
      if (phase === 'chunks') advance()
      return effects
    },
    nextDeadlineMs () {
      if (phase === 'offers') return offersUntilMs
      return phase === 'manifest' ? manifestUntilMs : phase === 'chunks' ? asking.deadlineMs : Infinity
    },
    get progress () {
      const { manifest, candidate } = pinned ?? {}
      const messagesOf = (indices: Iterable<number>): number => [...indices].reduce((sum, index) => sum + (manifest?.chunks[index]?.count ?? 0), 0)
      return {
        phase, height: manifest?.height ?? null, certified: candidate?.certified === true,
        chunks: (manifest?.chunks.length ?? 0) - unwanted.size, kept: kept.size - unwanted.size,
        messages: manifest === undefined ? 0 : messagesIn(manifest) - messagesOf(unwanted),
        messagesKept: messagesOf(kept) - messagesOf(unwanted), awaited: asking.awaited
      }
    }
  }
}
