/**
 * What attesters said of the states of reducers (SPEC.md, F31 and F32), and which of them may be given to an app. Signatures were checked before.
 *
 * Invariants
 * 1. What is given does not depend on the order in which attestations came, as long as none had to be let go.
 * 2. Of states of one reducer and checkpoint at most one is given: where two have enough, none is.
 */
import { toHex } from '../base/bytes.ts'
import type { PublicKeyHex } from '../message/types.ts'
import { checkpointName, encodeState, type AppState, type AttestedState, type Reducer } from './app-state.ts'
import { thresholdOf, type Attestation } from './checkpoint.ts'
import { reducersMax, statesOfReducerMax, statesToldMax } from './limits.ts'

export interface KnownState {
  readonly state: AppState
  /** Of its state's bytes in this one form, hex. */
  readonly name: string
  /** Of its checkpoint, hex. */
  readonly checkpoint: string
  /** Of whoever attested at its height, as far as this hub knew; one of each. */
  readonly attestations: ReadonlyMap<PublicKeyHex, Attestation>
  /** An app of this hub made it. */
  readonly isOwn: boolean
}

export interface CountedState extends KnownState {
  /** F31. Whose attestation counts. */
  readonly by: readonly PublicKeyHex[]
  /** How many are enough; Infinity where nobody attests. */
  readonly needed: number
}

export interface StateRegister {
  /** From now on this reducer's states are kept; the one that was named longest ago goes where there are too many. It is returned. */
  name (reducer: Reducer): Reducer | undefined
  readonly reducers: readonly Reducer[]
  /** Of a reducer that was named; otherwise it is let go. Whether anything is new in it. */
  add (state: AppState, attestations: readonly Attestation[], isOwn: boolean): boolean
  /** Of one reducer: the greatest height first, of one height what more attesters signed. */
  of (reducer: Reducer): CountedState[]
  /** F32. What others are told, this hub's own first, then what has enough, then the newest. */
  told (reducer: Reducer): AttestedState[]
  /** F33. What may be given, the best first; `atLeast`: so many attesters, in place of as many as certify. */
  offered (reducer: Reducer, atLeast?: number): CountedState[]
  /** Whether another state of its checkpoint was signed by an attester, or made here. */
  isContradicted (state: KnownState): boolean
}

interface Entry extends KnownState {
  readonly attestations: Map<PublicKeyHex, Attestation>
  isOwn: boolean
}

/** States that one attester may have told of at one height: more are of one that says anything. */
const statesOfAttesterMax = 2

const idOf = ({ name, version }: Reducer): string => `${name} ${version}`

export function createStateRegister (attestersAt: (height: number) => ReadonlySet<PublicKeyHex>): StateRegister {
  /** In the order in which they were named, the newest last. */
  const reducers = new Map<string, { readonly reducer: Reducer, states: Entry[] }>()

  function counted (all: readonly Entry[]): CountedState[] {
    return all.map((one) => {
      const attesters = attestersAt(one.state.checkpoint.height)
      const others = all.filter(other => other !== one && other.checkpoint === one.checkpoint)
      const by = [...one.attestations.keys()].filter(key => attesters.has(key) && !others.some(other => other.attestations.has(key)))
      return { ...one, by, needed: thresholdOf(attesters.size) }
    }).sort((one, other) => other.state.checkpoint.height - one.state.checkpoint.height || other.by.length - one.by.length || (one.name < other.name ? -1 : 1))
  }

  const statesOf = (reducer: Reducer): Entry[] => reducers.get(idOf(reducer))?.states ?? []
  const hasEnough = ({ by, needed }: CountedState): boolean => by.length >= needed
  /** This hub's own first, then what has enough; of each the newest first. */
  const ranked = (all: readonly CountedState[]): CountedState[] =>
    [...all.filter(({ isOwn }) => isOwn), ...all.filter(one => !one.isOwn && hasEnough(one)), ...all.filter(one => !one.isOwn && !hasEnough(one))]

  return {
    name (reducer) {
      const id = idOf(reducer)
      const before = reducers.get(id)
      reducers.delete(id)
      reducers.set(id, before ?? { reducer, states: [] })
      const [oldest] = reducers.values()
      if (reducers.size <= reducersMax || oldest === undefined) return undefined
      reducers.delete(idOf(oldest.reducer))
      return oldest.reducer
    },
    get reducers () { return [...reducers.values()].map(({ reducer }) => reducer) },
    add (state, attestations, isOwn) {
      const kept = reducers.get(idOf(state.reducer))
      if (kept === undefined) return false
      const name = toHex(encodeState(state))
      const same = kept.states.find(known => known.name === name)
      const { height } = state.checkpoint
      const others = kept.states.filter(one => one !== same && one.state.checkpoint.height === height)
      const tells = (key: PublicKeyHex): number => others.filter(({ attestations: of }) => of.has(key)).length
      const fresh = attestations.filter(({ attester }) => same?.attestations.has(attester) !== true && tells(attester) < statesOfAttesterMax)
      if (fresh.length === 0 && (!isOwn || same?.isOwn === true)) return false
      const entry: Entry = same ?? { state, name, checkpoint: checkpointName(state.checkpoint), attestations: new Map(), isOwn }
      entry.isOwn ||= isOwn
      for (const attestation of fresh) entry.attestations.set(attestation.attester, attestation)
      if (same === undefined) kept.states.push(entry)
      const left = new Set(ranked(counted(kept.states)).slice(0, statesOfReducerMax).map(one => one.name))
      kept.states = kept.states.filter(one => left.has(one.name))
      return true
    },
    of: reducer => counted(statesOf(reducer)),
    told: reducer => ranked(counted(statesOf(reducer))).filter(({ attestations }) => attestations.size > 0).slice(0, statesToldMax)
      .map(({ state, attestations }) => ({ state, attestations: [...attestations.values()] })),
    offered (reducer, atLeast) {
      const all = counted(statesOf(reducer))
      const isEnough = ({ by, needed }: CountedState): boolean => by.length >= (atLeast ?? needed)
      return all.filter(one => one.isOwn ||
        (isEnough(one) && !all.some(other => other.name !== one.name && other.checkpoint === one.checkpoint && (other.isOwn || isEnough(other)))))
    },
    isContradicted: ({ state, name, checkpoint }) => statesOf(state.reducer).some(other => other.name !== name && other.checkpoint === checkpoint)
  }
}
