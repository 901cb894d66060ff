/**
 * States of apps as a hub has them (fastsync/SPEC.md, F29 to F33): what its own apps make and ask for, what others attest of the same, and what is handed to
 * whoever asks. Babble's SnapshotHandler and RestoreHandler, but that nothing is restored before it is checked.
 */
import { toHex } from '../../base/bytes.ts'
import { HubError, reasonOf } from '../../base/errors.ts'
import type { Report } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import {
  checkpointName, decodeStates, encodeState, encodeStates, isReducer, stateHash, stateInput, type AppState, type AttestedState, type Reducer
} from '../../fastsync/app-state.ts'
import { peerOfKey } from '../../fastsync/attesters.ts'
import { countingIn, mayHaveHeight, thresholdOf, type Attestation } from '../../fastsync/checkpoint.ts'
import { compareBytes } from '../../fastsync/chunk-key.ts'
import { attestEveryMs, stateBytesMax } from '../../fastsync/limits.ts'
import { createStateRegister, type CountedState, type KnownState } from '../../fastsync/state-register.ts'
import type { SignatureCheck, Signer } from '../../message/signing.ts'
import type { NetworkGenesis } from '../../message/types.ts'
import type { MessageStore } from '../../store/message-store.ts'
import { objectOf, wholeOf } from '../arguments.ts'
import type { Answers, AskedNeighbours } from './asked-neighbours.ts'
import type { AttesterRegister } from './attester-register.ts'
import type { JoinRejection } from './joining.ts'
import { openKeptStates } from './kept-states.ts'
import type { KnownSnapshots, Snapshot } from './known-snapshots.ts'
import type { StateInputs } from './state-input.ts'
import type { RestoredState, StatesApi, StateView } from './states-api.ts'

export interface AppStates extends StatesApi {
  /** Asks neighbours what is attested of the states that this hub's apps named, if it is time. Never rejects. */
  turn (): Promise<void>
  /** F32. What is attested of a reducer's states; undefined: nothing. */
  told (reducer: Reducer): Uint8Array | undefined
  /** F33. Bytes of a state that is kept. Codes: those of the store. */
  bytes (hash: Uint8Array): Promise<Uint8Array | undefined>
}

export interface AppStatesOptions {
  readonly rules: NetworkGenesis
  readonly store: Pick<MessageStore, 'getValue' | 'putValue'>
  /** Of this hub's peer id. */
  readonly signer: (() => Promise<Signer>) | undefined
  readonly neighbours: AskedNeighbours
  readonly register: Pick<AttesterRegister, 'at' | 'nextNumber' | 'take'>
  readonly known: Pick<KnownSnapshots, 'certified' | 'current' | 'find' | 'signed'>
  readonly inputs: StateInputs
  readonly checkSignature: SignatureCheck
  readonly isJoining: () => boolean
  readonly now: () => number
  readonly reject: (peer: PeerId, code: JoinRejection) => void
  readonly report: (report: Report) => void
}

/** Who told of a state, by its name. */
type Tellers = Map<string, Set<PeerId>>

const pageDefault = 500
const pageMax = 1_000
/** States that are tried one after the other before an app is told that there is none: of each something may be missing. */
const triesMax = 4
/** Contradictions that are told of once. */
const toldMax = 256

/** Codes: those of the store. */
export async function openAppStates (options: AppStatesOptions): Promise<AppStates> {
  const { rules, store, signer, neighbours, register, known, inputs, checkSignature, isJoining, now, reject, report } = options
  const states = createStateRegister(height => register.at(height))
  const kept = await openKeptStates(store, state => ({ name: toHex(encodeState(state)), checkpoint: checkpointName(state.checkpoint) }))
  const contradictions = new Set<string>()
  let nextMs = -Infinity

  for (const { state, attestations, isOwn } of kept.before) {
    states.name(state.reducer)
    states.add(state, await validOf({ state, attestations }, 'left-out') ?? [], isOwn)
  }

  /** Of known attesters. What they did not sign is left out, or makes all of it worthless. */
  async function validOf ({ state, attestations }: AttestedState, otherwise: 'left-out' | 'worthless'): Promise<Attestation[] | undefined> {
    const { checkpoint } = state
    const input = stateInput(state)
    const valid: Attestation[] = []
    for (const attestation of countingIn({ checkpoint, attestations }, register.at(checkpoint.height))) {
      if (await checkSignature(attestation.attester, attestation.signature, input)) valid.push(attestation)
      else if (otherwise === 'worthless') return undefined
    }
    return valid
  }

  const isCertified = (snapshot: Snapshot): boolean => known.signed(snapshot) >= thresholdOf(register.at(snapshot.checkpoint.height).size)
  const sameReducer = (one: Reducer, other: Reducer): boolean => one.name === other.name && one.version === other.version

  async function name (reducer: Reducer): Promise<void> {
    if (states.name(reducer) === undefined) return
    await kept.keepOnly(({ reducer: of }) => states.reducers.some(one => sameReducer(one, of)))
  }

  function noteContradiction (state: AppState): void {
    const of = states.of(state.reducer).filter(({ checkpoint }) => checkpoint === checkpointName(state.checkpoint))
    const { name: reducer, version } = state.reducer
    const id = `${reducer} ${version} ${checkpointName(state.checkpoint)}`
    if (of.length < 2 || contradictions.has(id)) return
    if (contradictions.size >= toldMax) contradictions.clear()
    contradictions.add(id)
    report({
      type: 'states-differ',
      sentence: `Hubs made ${of.length} different states by ${reducer} ${version} of the checkpoint at height ${state.checkpoint.height}: somebody lies, or it gives different things for the same messages.`
    })
  }

  /** F32. What a neighbour knows of a reducer's states. */
  async function hear (peer: PeerId, reducer: Reducer, answers: Answers, tellers: Tellers): Promise<void> {
    const [changes, bytes] = await Promise.all([answers({ type: 'changes', number: register.nextNumber }), answers({ type: 'states', reducer })])
    const fault = changes && await register.take(changes)
    if (fault !== undefined) reject(peer, fault)
    if (fault !== undefined || bytes === undefined) return
    const told = decodeStates(bytes)
    const isSound = ({ state: { checkpoint, reducer: of } }: AttestedState): boolean =>
      checkpoint.network === rules.network && sameReducer(of, reducer) && mayHaveHeight(checkpoint.height, now())
    if (told?.every(isSound) !== true) {
      reject(peer, 'certificate-malformed')
      return
    }
    const grown: KnownState[] = []
    for (const attested of told) {
      const valid = await validOf(attested, 'worthless')
      if (valid === undefined) {
        reject(peer, 'bad-certificate')
        return
      }
      const added = states.add(attested.state, valid, false)
      const of = toHex(encodeState(attested.state))
      const entry = states.of(reducer).find(one => one.name === of)
      if (entry === undefined) continue
      tellers.set(of, (tellers.get(of) ?? new Set()).add(peer))
      if (!added) continue
      grown.push(entry)
      noteContradiction(attested.state)
    }
    await kept.update(grown)
  }

  /** Neighbours are asked at once: those who are silent hold up nobody else. */
  async function hearAll (reducers: readonly Reducer[]): Promise<Tellers> {
    const tellers: Tellers = new Map()
    await Promise.all(isJoining() ? [] : neighbours.next().map(async peer => neighbours.asking(peer, async (answers) => {
      for (const reducer of reducers) await hear(peer, reducer, answers, tellers)
    })))
    return tellers
  }

  /** F33. From those who told of it; undefined: not to be had, or this hub does not hold all of its checkpoint. */
  async function fetched (one: CountedState, tellers: Tellers): Promise<Uint8Array | undefined> {
    const { checkpoint, hash, size } = one.state
    for (const peer of tellers.get(one.name) ?? []) {
      let bytes: Uint8Array | undefined
      let snapshot: Snapshot | undefined
      const isInTime = await neighbours.asking(peer, async (answers) => {
        bytes = await answers({ type: 'state', hash })
        if (bytes === undefined) return
        const isIt = bytes.length === size && compareBytes(stateHash(bytes), hash) === 0
        if (!isIt) reject(peer, 'chunk-wrong')
        else snapshot = known.find(checkpoint.manifest) ?? await neighbours.taken(peer, checkpoint, answers)
      })
      if (!isInTime) for (const others of tellers.values()) others.delete(peer) // it is asked nothing more this time
      const within = snapshot && await inputs.within(snapshot)
      if (bytes === undefined || within === undefined) continue
      await kept.keep(one, bytes, within)
      return bytes
    }
    return undefined
  }

  function viewOf (one: CountedState): StateView {
    const { state: { reducer, checkpoint: { height }, hash, size }, checkpoint, isOwn, by, needed } = one
    return {
      reducer, height, checkpoint, size, hash: toHex(hash), own: isOwn, attesters: by.map(peerOfKey).sort(), needed: Number.isFinite(needed) ? needed : null,
      contradicted: states.isContradicted(one)
    }
  }

  /** F30. Of whoever attests at a certified checkpoint's height. Codes: `key-unavailable`. */
  async function attestation (state: AppState, snapshot: Snapshot): Promise<readonly Attestation[]> {
    const attesters = register.at(state.checkpoint.height)
    if (signer === undefined || !isCertified(snapshot)) return []
    const own = await signer()
    return attesters.has(own.publicKey) ? [{ attester: own.publicKey, signature: await own.sign(stateInput(state)) }] : []
  }

  return {
    told (reducer) {
      const told = states.told(reducer)
      return told.length === 0 ? undefined : encodeStates(told)
    },
    bytes: async hash => kept.bytes(hash),
    async turn () {
      if (now() < nextMs || states.reducers.length === 0 || isJoining()) return
      nextMs = now() + attestEveryMs
      await hearAll(states.reducers).catch((thrown: unknown) => {
        report({ type: 'states-not-heard', code: 'internal', sentence: `What others say of the states of apps could not be had: ${reasonOf(thrown)}` })
      })
    },
    async input (page) {
      const { checkpoint, from, limit } = objectOf(page, 'page')
      const isNext = checkpoint != null && inputs.open?.name === checkpoint
      if (checkpoint != null && !isNext) throw incomplete('Of that checkpoint nothing is open here any more: begin anew, without one.')
      const snapshot = isNext ? inputs.open.snapshot : known.certified ?? await known.current(false)
      const reduction = await inputs.reduction(snapshot)
      const start = wholeOf(from, 'from', { from: 0, to: Number.MAX_SAFE_INTEGER, otherwise: 0 })
      const end = start + pageLimitOf(limit)
      return {
        height: snapshot.checkpoint.height, checkpoint: reduction.name, certified: isCertified(snapshot),
        messages: await reduction.page(start, end - start), next: end < reduction.size ? end : null
      }
    },
    async offer (given) {
      const { reducer, checkpoint, bytes } = objectOf(given, 'state')
      const of = reducerOf(reducer)
      if (!(bytes instanceof Uint8Array) || bytes.length < 1 || bytes.length > stateBytesMax) throw new HubError('invalid-argument', `A state has 1 to ${stateBytesMax} bytes.`)
      const { open } = inputs
      if (open === undefined || open.name !== checkpoint) throw incomplete('A state is offered of the input that was read last: read it, and offer what was made of it within two minutes.')
      const state: AppState = { checkpoint: open.snapshot.checkpoint, reducer: of, size: bytes.length, hash: stateHash(bytes) }
      const own = toHex(encodeState(state))
      await name(of)
      if (states.of(of).some(one => one.isOwn && one.checkpoint === checkpoint && one.name !== own)) {
        throw new HubError('invalid-argument', 'This reducer gave something else for the same messages before: it has to give the same always, or another version.')
      }
      states.add(state, [], true) // nothing else is said from here on, whoever offers at the same time
      const attestations = await attestation(state, open.snapshot)
      // Kept before anybody hears of it: after a restart this hub says nothing else.
      await kept.keep({ state, name: own, checkpoint, isOwn: true, attestations: new Map(attestations.map(one => [one.attester, one])) }, bytes, open.within)
      states.add(state, attestations, true)
      noteContradiction(state)
      const entry = states.of(of).find(one => one.name === own)
      if (entry === undefined) throw incomplete('Another app took the place of this one meanwhile: offer it again.')
      await kept.update([entry])
      return viewOf(entry)
    },
    async restore (reducer, given): Promise<RestoredState | null> {
      const of = reducerOf(reducer)
      const { atLeast } = objectOf(given, 'options')
      const enough = atLeast == null ? undefined : wholeOf(atLeast, 'atLeast', { from: 1, to: 64, otherwise: 1 })
      await name(of)
      const tellers = await hearAll([of])
      for (const one of states.offered(of, enough).slice(0, triesMax)) {
        const here = kept.has(one) && await kept.within(one.checkpoint) !== undefined ? await kept.bytes(one.state.hash) : undefined
        const bytes = here ?? await fetched(one, tellers)
        if (bytes !== undefined) return { ...viewOf(one), bytes }
      }
      return null
    },
    async later (query) {
      const { checkpoint, from, limit } = objectOf(query, 'query')
      const within = typeof checkpoint === 'string' ? await kept.within(checkpoint) : undefined
      if (checkpoint != null && within === undefined) throw incomplete('Nothing is known here of that checkpoint: restore a state first.')
      return inputs.later(within, wholeOf(from, 'from', { from: 1, to: Number.MAX_SAFE_INTEGER, otherwise: 1 }), pageLimitOf(limit))
    },
    show: async reducer => states.of(reducerOf(reducer)).map(viewOf)
  }
}

function pageLimitOf (given: unknown): number {
  return wholeOf(given, 'limit', { from: 1, to: pageMax, otherwise: pageDefault })
}

/** Codes: `invalid-argument`. */
function reducerOf (given: unknown): Reducer {
  const { name, version } = objectOf(given as Partial<Reducer> | undefined, 'reducer')
  if (!isReducer({ name, version })) throw new HubError('invalid-argument', 'A reducer is {name, version}: 1 to 64 lower-case letters, digits, dots, slashes and dashes, and a whole number from 1.')
  return { name: name as string, version: version as number }
}

function incomplete (sentence: string): HubError {
  return new HubError('incomplete', sentence)
}
