/**
 * States whose bytes this hub keeps (fastsync/SPEC.md, F32 and F33), with which of its events are their checkpoint's: the newest of each reducer. What lies on
 * the disk is checked when it is read.
 */
import { fromHex, toHex } from '../../base/bytes.ts'
import { decodeStates, encodeStates, stateHash, type AttestedState } from '../../fastsync/app-state.ts'
import { reducersMax, statesKeptMax } from '../../fastsync/limits.ts'
import type { KnownState } from '../../fastsync/state-register.ts'
import type { MessageStore } from '../../store/message-store.ts'
import type { Within } from './state-input.ts'

export interface KeptState extends AttestedState {
  readonly isOwn: boolean
}

export interface KeptStates {
  /** What was kept in a life before this one; anything, if the disk is damaged. */
  readonly before: readonly KeptState[]
  has (state: KnownState): boolean
  /** Keeps it for the next start too, and lets go of older ones of its reducer. Codes: those of the store. */
  keep (state: KnownState, bytes: Uint8Array, within: Within): Promise<void>
  /** More of what is kept was attested. Codes: those of the store. */
  update (states: readonly KnownState[]): Promise<void>
  /** Lets go of all but the states of these reducers. Codes: those of the store. */
  keepOnly (isNamed: (state: AttestedState['state']) => boolean): Promise<void>
  /** By the hash of its bytes; undefined: not kept, or damaged. Codes: those of the store. */
  bytes (hash: Uint8Array): Promise<Uint8Array | undefined>
  /** By the name of its checkpoint. Codes: those of the store. */
  within (checkpoint: string): Promise<Within | undefined>
}

interface Kept {
  readonly known: Pick<KnownState, 'state' | 'attestations' | 'checkpoint' | 'name' | 'isOwn'>
  readonly upTo: number
  /** Of the bits of its checkpoint's events, hex. */
  readonly bitsHash: string
}

/** As it is stored: `state` as peers tell of it, hex. */
interface Stored extends Pick<Kept, 'upTo' | 'bitsHash'> {
  readonly state: string
  readonly isOwn: boolean
}

const indexName = 'app-states'
const bytesName = (hash: Uint8Array): string => `app-state/${toHex(hash)}`
const withinName = (checkpoint: string): string => `app-state-within/${checkpoint}`

/** `nameOf`: of a state and of its checkpoint, as the register has them. Codes: those of the store. */
export async function openKeptStates (
  store: Pick<MessageStore, 'getValue' | 'putValue'>, nameOf: (state: AttestedState['state']) => Pick<KnownState, 'name' | 'checkpoint'>
): Promise<KeptStates> {
  /** The oldest first. */
  let kept: Kept[] = ofIndex(await store.getValue(indexName)).map(({ state, attestations, isOwn, upTo, bitsHash }) => ({
    known: { state, isOwn, attestations: new Map(attestations.map(attestation => [attestation.attester, attestation])), ...nameOf(state) }, upTo, bitsHash
  }))
  const before = kept.map(({ known: { state, attestations, isOwn } }) => ({ state, isOwn, attestations: [...attestations.values()] }))
  /** The one that was read last. */
  let recent: { readonly checkpoint: string, readonly within: Within } | undefined

  async function save (): Promise<void> {
    await store.putValue(indexName, kept.map(({ known: { state, attestations, isOwn }, upTo, bitsHash }): Stored => (
      { state: toHex(encodeStates([{ state, attestations: [...attestations.values()] }])), isOwn, upTo, bitsHash }
    )))
  }

  async function letGo (gone: readonly Kept[]): Promise<void> {
    kept = kept.filter(one => !gone.includes(one))
    await save()
    for (const { known: { state, checkpoint } } of gone) {
      if (!kept.some(({ known }) => toHex(known.state.hash) === toHex(state.hash))) await store.putValue(bytesName(state.hash), undefined)
      if (!kept.some(({ known }) => known.checkpoint === checkpoint)) await store.putValue(withinName(checkpoint), undefined)
    }
  }

  return {
    before,
    has: ({ name }) => kept.some(({ known }) => known.name === name),
    async keep (known, bytes, within) {
      await store.putValue(bytesName(known.state.hash), bytes)
      await store.putValue(withinName(known.checkpoint), within.bits)
      if (recent?.checkpoint === known.checkpoint) recent = { checkpoint: known.checkpoint, within }
      const { name, version } = known.state.reducer
      const same = ({ known: { state: { reducer } } }: Kept): boolean => reducer.name === name && reducer.version === version
      // One checkpoint has one list of events: the last one goes as far as any.
      const events = { upTo: within.upTo, bitsHash: toHex(stateHash(within.bits)) }
      kept = [...kept.filter(one => one.known.name !== known.name), { known, ...events }]
        .map(one => one.known.checkpoint === known.checkpoint ? { ...one, ...events } : one)
        .sort((one, other) => one.known.state.checkpoint.height - other.known.state.checkpoint.height)
      await letGo(kept.filter(same).slice(0, -statesKeptMax))
    },
    async update (states) {
      const grown = new Map(states.map(known => [known.name, known]))
      if (!kept.some(({ known }) => grown.has(known.name))) return
      kept = kept.map(one => ({ ...one, known: grown.get(one.known.name) ?? one.known }))
      await save()
    },
    async keepOnly (isNamed) {
      const gone = kept.filter(({ known }) => !isNamed(known.state))
      if (gone.length > 0) await letGo(gone)
    },
    async bytes (hash) {
      const value = kept.some(({ known }) => toHex(known.state.hash) === toHex(hash)) ? await store.getValue(bytesName(hash)) : undefined
      return value instanceof Uint8Array && toHex(stateHash(value)) === toHex(hash) ? value : undefined
    },
    async within (checkpoint) {
      const one = kept.find(({ known }) => known.checkpoint === checkpoint)
      if (one === undefined) return undefined
      if (recent?.checkpoint === checkpoint) return recent.within
      const bits = await store.getValue(withinName(checkpoint))
      if (!(bits instanceof Uint8Array) || toHex(stateHash(bits)) !== one.bitsHash) return undefined
      recent = { checkpoint, within: { bits, upTo: one.upTo } }
      return recent.within
    }
  }
}

function ofIndex (value: unknown): Array<AttestedState & Omit<Stored, 'state'>> {
  if (!Array.isArray(value)) return []
  return value.slice(0, reducersMax * statesKeptMax).flatMap((given: unknown) => {
    const one = Object(given) as Partial<Stored>
    const bytes = typeof one.state === 'string' ? fromHex(one.state) : undefined
    const [attested] = (bytes && decodeStates(bytes)) ?? []
    const { isOwn, upTo, bitsHash } = one
    return attested !== undefined && typeof isOwn === 'boolean' && Number.isSafeInteger(upTo) && typeof bitsHash === 'string'
      ? [{ ...attested, isOwn, upTo: upTo as number, bitsHash }]
      : []
  })
}
