/**
 * What an app makes of all messages, without reading all of them (fastsync/SPEC.md F29 to F33): had back with a checkpoint where others that run the same
 * reducer attested it, made by itself otherwise, and gone on with. Works with a hub of this browser (connect-hub.ts), and with whatever has the same calls.
 */
import type { HubApi, RestoredState, StateMessage, StateReducer, StateView } from '../api.ts'

/**
 * A reducer: gives the same state for the same messages at every hub, whenever and in whatever order they come. Change its version with whatever it gives. A
 * message that was taken back before it was read has no body; of one that is taken back later a message of the kind `remove` says so, with its `target`.
 */
export interface Reducer<State> extends StateReducer {
  readonly empty: () => State
  /** May change the state that it is given, and return that. */
  readonly add: (state: State, message: StateMessage) => State
  /** 1 byte to 1 MiB: one form only, so sort what has no order. */
  readonly encode: (state: State) => Uint8Array
  readonly decode: (bytes: Uint8Array) => State
}

export interface Followed<State> {
  readonly state: State
  /** What it began with; null: with nothing. */
  readonly restored: RestoredState | null
  readonly stop: () => void
}

export type ReducingHub = Pick<HubApi, 'states' | 'subscribe'>

/**
 * Resolves once all that this hub stores is in the state; `onChange` hears of each change after that, until it is stopped. What the reducer throws ends it.
 * Codes: those of `states.restore`, `states.later` and `subscribe`.
 */
export async function followState<State> (hub: ReducingHub, reducer: Reducer<State>, onChange: (state: State) => void): Promise<Followed<State>> {
  const { name, version, empty, add, decode } = reducer
  const restored = await hub.states.restore({ name, version })
  let state = restored === null ? empty() : decode(restored.bytes)
  /** Until what lies beside it was read. */
  let { checkpoint } = restored ?? {}
  let next = 1
  let reading: Promise<void> | undefined
  let isBehind = false
  let isStopped = false

  /** As far as there is something; whether anything came. */
  async function readOn (): Promise<boolean> {
    let came = false
    for (;;) {
      const page = await hub.states.later({ from: next, ...checkpoint === undefined ? {} : { checkpoint } })
      for (const { message } of page.messages) state = add(state, message)
      came ||= page.messages.length > 0
      next = page.next
      if (!page.done) continue
      checkpoint = undefined
      return came
    }
  }

  function tell (): void {
    if (!isStopped) onChange(state)
  }

  async function catchUp (): Promise<void> {
    try {
      while (isBehind && !isStopped) {
        isBehind = false
        if (await readOn()) tell()
      }
    } finally {
      reading = undefined
    }
  }

  /** What comes while it reads makes it read again. A callback that fails ends the subscription, as any does. */
  async function heard (): Promise<void> {
    isBehind = true
    await (reading ??= catchUp())
  }

  await readOn()
  const end = await hub.subscribe({}, heard)
  const stop = (): void => {
    isStopped = true
    end()
  }
  try {
    await heard() // what came before the subscription did
  } catch (thrown) {
    stop()
    throw thrown
  }
  return { get state () { return state }, restored, stop }
}

/** Makes the state of the newest checkpoint of all its messages, and offers it: to this hub for the next time, and where it is an attester to all others. */
export async function offerState<State> (hub: Pick<HubApi, 'states'>, { name, version, empty, add, encode }: Reducer<State>): Promise<StateView> {
  let page = await hub.states.input()
  const { checkpoint } = page
  let state = empty()
  for (;;) {
    for (const message of page.messages) state = add(state, message)
    if (page.next === null) return hub.states.offer({ reducer: { name, version }, checkpoint, bytes: encode(state) })
    page = await hub.states.input({ checkpoint, from: page.next })
  }
}
