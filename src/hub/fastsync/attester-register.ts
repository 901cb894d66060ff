/**
 * Who attests, as this hub knows it (fastsync/SPEC.md, F25 to F27): the attesters of the genesis and the signed changes since, kept in the store; and what a
 * person does to change them. What it reads, from its own disk too, is checked as if a peer had sent it.
 */
import { fromHex, toHex } from '../../base/bytes.ts'
import { HubError, reasonOf } from '../../base/errors.ts'
import type { Report } from '../../base/event-log.ts'
import {
  changeInput, createAttesterChain, decodeChanges, encodeChanges, hashOfChange, majorityOf, type AttesterChange, type ChangeFault, type SignedChange
} from '../../fastsync/attester-changes.ts'
import { attesterKeys, keyOfPeer, peerOfKey } from '../../fastsync/attesters.ts'
import { heightAt, thresholdOf, type Attestation } from '../../fastsync/checkpoint.ts'
import { changeLeadEpochs } from '../../fastsync/limits.ts'
import type { SignatureCheck, Signer } from '../../message/signing.ts'
import type { NetworkGenesis, PublicKeyHex } from '../../message/types.ts'
import type { MessageStore } from '../../store/message-store.ts'
import type { AttesterProposal, AttestersView, SignedProposal } from './api.ts'

export interface AttesterRegister {
  /** F26. Who attests at a height. */
  at (height: number): ReadonlySet<PublicKeyHex>
  /** Of the first change that this hub does not know. */
  readonly nextNumber: number
  /** F27. Changes from this one on; undefined: there are none. */
  since (number: number): Uint8Array | undefined
  /** F27. Takes on what a peer knows, one after the other. A code: what no honest hub sends. */
  take (bytes: Uint8Array): Promise<'change-malformed' | 'bad-change' | undefined>
  show (): Promise<AttestersView>
  /** A change for others to sign, signed by this hub if it is an attester. Codes: `invalid-argument`, those of the store. */
  propose (proposal: AttesterProposal): Promise<SignedProposal>
  /** Signs what another proposed; once enough have, it holds and is told to others. Codes: `invalid-argument`, `key-unavailable`, those of the store. */
  sign (text: string): Promise<SignedProposal>
}

export interface AttesterRegisterOptions {
  readonly rules: NetworkGenesis
  readonly store: Pick<MessageStore, 'getValue' | 'putValue'>
  readonly checkSignature: SignatureCheck
  /** Of this hub's peer id. */
  readonly signer: (() => Promise<Signer>) | undefined
  readonly now: () => number
  readonly report: (report: Report) => void
}

const changesName = 'attester-changes'
/** The change that this hub signed last, its bytes without signatures. */
const signedName = 'attester-change-signed'
/** Characters of a text that is worth decoding: more than a change with all signatures. */
const textLengthMax = 16_384

const sentences: Readonly<Record<ChangeFault, string>> = {
  'wrong-network': 'This is a change of another network.',
  'out-of-order': 'Another change was made since this one was proposed: propose it anew.',
  'height-not-later': 'The change would hold before the last one does: propose it anew.',
  'already-attester': 'This hub is an attester already.',
  'no-attester': 'This hub is no attester.',
  'last-attester': 'The last attester cannot leave: let another one join first.',
  'too-many': 'No more attesters, or changes of them, are possible.',
  'too-few-signatures': 'More attesters have to sign this change before it holds.'
}

/** Codes: those of the store. */
export async function openAttesterRegister ({ rules, store, checkSignature, signer, now, report }: AttesterRegisterOptions): Promise<AttesterRegister> {
  const chain = createAttesterChain(rules.network, attesterKeys(rules.genesis.attesters))
  /** Changes are taken one after the other. */
  let taking: Promise<unknown> = Promise.resolve()

  /** Of attesters that may sign it, nobody's twice. */
  async function validOf ({ change, attestations }: SignedChange): Promise<Attestation[]> {
    const input = changeInput(change)
    const counting = new Map(attestations.filter(({ attester }) => chain.last.has(attester)).map(attestation => [attestation.attester, attestation]))
    const checked = await Promise.all([...counting.values()].map(async attestation =>
      await checkSignature(attestation.attester, attestation.signature, input) ? [attestation] : []))
    return checked.flat()
  }

  async function takeAll (signed: readonly SignedChange[]): Promise<'bad-change' | undefined> {
    const before = chain.changes.length
    let fault: ChangeFault | undefined
    for (const one of signed) {
      if (one.change.number <= chain.changes.length) continue // another peer told of it meanwhile
      fault = chain.take(one.change, await validOf(one))
      if (fault !== undefined) break
      const { number, kind, attester, height } = one.change
      report({ type: 'attesters-changed', sentence: `Change ${number} of the attesters: ${peerOfKey(attester)} ${kind} at height ${height}.` })
    }
    if (chain.changes.length > before) {
      await store.putValue(changesName, encodeChanges(chain.changes)).catch((thrown: unknown) => {
        report({ type: 'storage-failed', code: 'storage-failed', sentence: `A change of attesters could not be stored, and is asked for again: ${reasonOf(thrown)}` })
      })
    }
    // More than a third of the attesters signed two changes of one number: whoever goes by the other one is not to blame.
    if (fault === 'out-of-order') report({ type: 'attesters-differ', sentence: 'A hub goes by other changes of the attesters than this one, which stays with those that it knew first.' })
    return fault === undefined || fault === 'out-of-order' ? undefined : 'bad-change'
  }

  async function inTurn<T> (work: () => Promise<T>): Promise<T> {
    const done = taking.then(work)
    taking = done.catch(() => undefined) // whoever asked hears of it
    return done
  }

  /** This hub signs one change of a number, until the time of that one has passed. Codes: `invalid-argument`, those of the store. */
  async function remember (change: AttesterChange): Promise<void> {
    const kept = await store.getValue(signedName)
    const before = kept instanceof Uint8Array ? decodeChanges(kept)?.[0]?.change : undefined
    if (before?.number === change.number && toHex(hashOfChange(before)) !== toHex(hashOfChange(change)) && before.height > heightAt(now())) {
      throw new HubError('invalid-argument', `This hub signed another change with the number ${change.number}, that could still hold. Wait for height ${before.height}, or sign that one.`)
    }
    await store.putValue(signedName, encodeChanges([{ change, attestations: [] }]))
  }

  async function signed (change: AttesterChange, given: readonly Attestation[]): Promise<SignedProposal> {
    const fault = chain.faultOf(change)
    if (fault !== undefined) throw new HubError('invalid-argument', sentences[fault])
    const by = new Map((await validOf({ change, attestations: given })).map(attestation => [attestation.attester, attestation]))
    const own = await signer?.()
    if (own !== undefined && chain.last.has(own.publicKey)) {
      if (change.height <= heightAt(now())) throw new HubError('invalid-argument', 'The time at which this change was to hold has passed: propose it anew.')
      await remember(change)
      by.set(own.publicKey, { attester: own.publicKey, signature: await own.sign(changeInput(change)) })
    }
    const attestations = [...by.values()]
    const needed = majorityOf(chain.last.size)
    const holds = attestations.length >= needed && await takeAll([{ change, attestations }]) === undefined
    return { text: toHex(encodeChanges([{ change, attestations }])), signed: attestations.length, needed, height: change.height, holds }
  }

  const kept = await store.getValue(changesName)
  const stored = kept instanceof Uint8Array ? decodeChanges(kept) : []
  if (stored === undefined || await takeAll(stored) !== undefined) {
    report({ type: 'attesters-damaged', code: 'storage-failed', sentence: 'What was stored of the changes of attesters is damaged: it is had from other hubs again.' })
  }

  return {
    at: height => chain.at(height),
    get nextNumber () { return chain.changes.length + 1 },
    since (number) {
      const later = chain.changes.filter(({ change }) => change.number >= number)
      return later.length === 0 ? undefined : encodeChanges(later)
    },
    async take (bytes) {
      const changes = decodeChanges(bytes)
      return changes === undefined ? 'change-malformed' : inTurn(async () => takeAll(changes))
    },
    async show () {
      const height = Math.max(0, heightAt(now()))
      const attesters = chain.at(height)
      const own = (await signer?.())?.publicKey
      return {
        height,
        attesters: [...attesters].map(peerOfKey).sort(),
        needed: attesters.size === 0 ? null : thresholdOf(attesters.size),
        majority: majorityOf(chain.last.size),
        own: own !== undefined && attesters.has(own),
        changes: chain.changes.map(({ change, attestations }) =>
          ({ number: change.number, height: change.height, kind: change.kind, peerId: peerOfKey(change.attester), signed: attestations.length }))
      }
    },
    async propose ({ kind, peerId }) {
      const attester = keyOfPeer(peerId)
      if (attester === undefined) throw new HubError('invalid-argument', 'An attester is named by an Ed25519 peer id (12D3KooW…).')
      const height = Math.max(heightAt(now()) + changeLeadEpochs, (chain.changes.at(-1)?.change.height ?? 0) + 1)
      return inTurn(async () => signed({ network: rules.network, number: chain.changes.length + 1, before: chain.head, height, kind, attester }, []))
    },
    async sign (text) {
      const bytes = text.length > textLengthMax ? undefined : fromHex(text.trim())
      const [one, ...others] = (bytes && decodeChanges(bytes)) ?? []
      if (one === undefined || others.length > 0) throw new HubError('invalid-argument', 'This is no proposed change of attesters: give the text that propose answered with.')
      return inTurn(async () => signed(one.change, one.attestations))
    }
  }
}
