/**
 * Serving and joining as this hub does them, loaded when the first of it is needed: a hub that is equal with its neighbours needs neither. When a join
 * begins is fast-sync.ts's business.
 */
import { reasonOf } from '../../base/errors.ts'
import type { EventLog } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import type { Timer } from '../../base/timer.ts'
import { keyOfPeer } from '../../fastsync/attesters.ts'
import { attestationInput, countingIn, heightAt, manifestOf, thresholdOf, type Attestation, type Certificate } from '../../fastsync/checkpoint.ts'
import type { Resumed } from '../../fastsync/join-io.ts'
import { membersOf, type Holdings } from '../../fastsync/making.ts'
import type { Packable } from '../../fastsync/piece.ts'
import { decodePin, encodePin } from '../../fastsync/pin.ts'
import type { ReplicatedSet } from '../../message/replicated-set.ts'
import { createSignatureCheck } from '../../message/signing.ts'
import type { Message, NetworkGenesis } from '../../message/types.ts'
import type { MessageStore } from '../../store/message-store.ts'
import type { Messages } from '../messages/messages.ts'
import type { Retention } from '../retention.ts'
import type { CatchUp } from '../settings-api.ts'
import type { SyncStream } from '../sync/sync-stream.ts'
import { openAppStates, type AppStates } from './app-states.ts'
import { createAskedNeighbours } from './asked-neighbours.ts'
import { openAttesterRegister, type AttesterRegister } from './attester-register.ts'
import { createAttesting } from './attesting.ts'
import type { FastNetwork } from './fast-network.ts'
import { startJoin, type Joining, type JoinRejection } from './joining.ts'
import { createKnownSnapshots } from './known-snapshots.ts'
import type { Remembered } from './remembered.ts'
import { createServing } from './serving.ts'
import { createStateInputs } from './state-input.ts'

export interface SnapshotsOptions extends Pick<Remembered, 'recallCertified' | 'keepCertified'> {
  readonly rules: NetworkGenesis
  readonly network: FastNetwork
  /** Where the changes of attesters and the states of apps are kept. */
  readonly store: Pick<MessageStore, 'getValue' | 'putValue'>
  readonly members: {
    readonly holdings: Holdings & { readonly size: number }
    /** Resolves when all members can be asked for. */
    built (): Promise<void>
    /** These members, without bodies that are not served; fewer where some are not here any more. */
    read (members: readonly number[]): Promise<readonly Packable[]>
    has (message: Message): boolean
    /** Whether it is stored, or no member: it waits for its signer, or is none here. */
    isKept (message: Message): boolean
    /** For each, whether its signature is valid; whatever is asked for waits for its turn. */
    check (messages: readonly Message[]): Promise<readonly boolean[]>
  }
  /** What is stored, and how it stands: for apps. */
  readonly messages: Pick<Messages, 'fromEvent' | 'lastEvent' | 'getMembers'>
  readonly set: Pick<ReplicatedSet, 'standing'>
  /** As comparisons have it (hub/sync). */
  readonly offerAll: (from: PeerId, offers: (offer: (message: Message) => void) => void) => void
  readonly stored: () => Promise<unknown>
  readonly reject: (peer: PeerId, code: JoinRejection, sentence: string) => void
  /** What it keeps (hub/retention.ts). */
  readonly retention: Pick<Retention, 'keeps' | 'minEpoch'>
  /** Whether this hub is an attester that was found equal with its neighbours (lifecycle/SPEC.md L4). */
  readonly isPacemaker: () => boolean
  readonly log: EventLog
  readonly now: () => number
  readonly timer: Timer
  readonly wait: (ms: number) => Promise<void>
}

export interface Snapshots {
  serve (peer: PeerId, stream: SyncStream): Promise<void>
  /** Goes on from what was pinned before, where that is given and still good; `onPin` hears of what is pinned now. */
  join (catchUp: CatchUp, pinned: Uint8Array | undefined, onPin: (pinned: Uint8Array) => void): Promise<Joining>
  /** Looks whether there is something to attest, or to hear of attestations, and does it. Never rejects. */
  attest (): Promise<void>
  readonly register: AttesterRegister
  /** States of apps, once what was certified before is known again. */
  states (): Promise<AppStates>
  /** Whether the hub with this id attests now. */
  isAttester (peer: PeerId): boolean
  /** The height of the newest certified checkpoint that this hub knows and serves; null: none. */
  readonly checkpoint: number | null
  stop (): void
}

/** Codes: those of the store. */
export async function openSnapshots (options: SnapshotsOptions): Promise<Snapshots> {
  const { rules, network, members, messages, set, store, retention, recallCertified, keepCertified } = options
  const { offerAll, stored, reject, isPacemaker, log, now, timer, wait } = options
  const { holdings } = members
  const checkSignature = createSignatureCheck()
  let joining = 0
  const built = async (): Promise<typeof holdings> => {
    await members.built()
    return holdings
  }
  const rest = async (): Promise<void> => wait(0)
  const register = await openAttesterRegister({ rules, store, checkSignature, signer: network.signer, now, report: log.report })
  const known = createKnownSnapshots({ network: rules.network, attestersAt: height => register.at(height), holdings: built, rest, now })
  const rejectTeller = (peer: PeerId, code: JoinRejection): void => { reject(peer, code, `The hub told of a checkpoint what no honest one tells: ${code}.`) }
  const neighbours = createAskedNeighbours({ network, known, rest, timer, holdings: built, reject: rejectTeller })
  const isJoining = (): boolean => joining > 0
  const states = await openAppStates({
    rules, store, signer: network.signer, neighbours, register, known, checkSignature, isJoining, now, reject: rejectTeller, report: log.report,
    inputs: createStateInputs({ rules, known, holdings: built, messages, set, rest, now, timer })
  })
  const serving = createServing({
    known, states, holdings: built, now, timer,
    changesSince: number => register.since(number),
    report: log.report,
    reject: (peer, code) => { reject(peer, code, 'The hub asked for something of a snapshot in a way that is none.') },
    read: async asked => members.read(asked)
  })
  const attesting = createAttesting({
    rules, network, neighbours, register, known, checkSignature, isPacemaker, isJoining, now,
    reject: rejectTeller,
    onCertified ({ checkpoint, attestations, manifest }) {
      keepCertified(encodePin({ certificate: { checkpoint, attestations: [...attestations.values()] }, manifest })).catch((thrown: unknown) => {
        log.report({ type: 'certificate-not-kept', code: 'storage-failed', sentence: `After a restart this hub waits for another certified checkpoint: ${reasonOf(thrown)}` })
      })
    },
    report: log.report
  })

  /** F6. What counts of it, if that is enough. Nothing that lies on the disk is believed. */
  async function certifying (certificate: Certificate): Promise<readonly Attestation[] | undefined> {
    const attesters = register.at(certificate.checkpoint.height)
    const input = attestationInput(certificate.checkpoint)
    const counting = countingIn(certificate, attesters)
    const valid = await Promise.all(counting.map(async ({ attester, signature }) => checkSignature(attester, signature, input)))
    const left = counting.filter((_, index) => valid[index])
    return left.length >= thresholdOf(attesters.size) ? left : undefined
  }

  /** F16. Whether the manifest is the right one the join sees. */
  async function resumedFrom (pinned: Uint8Array | undefined): Promise<Resumed | undefined> {
    const pin = pinned && decodePin(pinned)
    return pin && { ...pin, certified: await certifying(pin.certificate) !== undefined }
  }

  /** F22. What was certified in a life before this one: its messages are here still, as all that a hub that keeps all had verified. */
  async function restore (): Promise<void> {
    const kept = retention.minEpoch === 0 ? await recallCertified() : undefined
    const pin = kept && decodePin(kept)
    if (pin === undefined || pin.certificate.checkpoint.network !== rules.network || manifestOf(pin.manifest, pin.certificate.checkpoint) === undefined) return
    const valid = await certifying(pin.certificate)
    if (valid === undefined) return
    const { attestations } = known.add({ checkpoint: pin.certificate.checkpoint, manifest: pin.manifest, beside: new Map() })
    for (const attestation of valid) attestations.set(attestation.attester, attestation)
  }
  const restored = restore().catch((thrown: unknown) => {
    log.report({ type: 'certificate-not-kept', code: 'storage-failed', sentence: `The certified checkpoint of before could not be read: ${reasonOf(thrown)}` })
  })

  return {
    register,
    async states () {
      await restored
      return states
    },
    isAttester (peer) {
      const key = keyOfPeer(peer)
      return key !== undefined && register.at(heightAt(now())).has(key)
    },
    async attest () {
      await restored
      await attesting.turn()
      await states.turn()
    },
    get checkpoint () { return known.certified?.checkpoint.height ?? null },
    async serve (peer, stream) {
      await restored
      await serving.serve(peer, stream)
    },
    stop: () => { serving.stop() },
    async join (catchUp, pinned, onPin) {
      await members.built() // what is here already is not fetched
      const resumed = await resumedFrom(pinned)
      joining += 1
      const join = startJoin({
        rules, network, register, catchUp, resumed, onPin, checkSignature, offerAll, stored, reject, now, timer,
        report: log.report,
        fromEpoch: () => retention.minEpoch,
        keeps: header => retention.keeps(header),
        has: message => members.has(message),
        isKept: message => members.isKept(message),
        verifyAll: async messages => members.check(messages),
        holds: (entry, height) => holdings.size > 0 && membersOf(holdings, entry, height) !== undefined
      })
      void join.ended.then(() => { joining -= 1 })
      return join
    }
  }
}
