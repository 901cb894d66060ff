/** What apps make of a checkpoint's messages and get back (fastsync/SPEC.md F29 to F33): a part of the hub's API (hub/api.ts), data only. */
import type { MessageView } from '../messages/api.ts'

/** `name`: 1 to 64 lower-case letters, digits, dots, slashes and dashes; an app's begins with its id. Another version is another function. */
export interface StateReducer {
  readonly name: string
  readonly version: number
}

/** What all hubs that hold a message say of it alike. */
export type StateMessage = Pick<MessageView, 'id' | 'author' | 'signer' | 'seq' | 'timestamp' | 'kind' | 'body'>

/** A page of what a state is made of. */
export interface StateInput {
  /** The last epoch in it. */
  readonly height: number
  /** What this checkpoint is known by: hex. */
  readonly checkpoint: string
  /** Whether enough attesters signed the checkpoint. Otherwise it is this hub's own, and what is made of it is for this hub alone. */
  readonly certified: boolean
  readonly messages: readonly StateMessage[]
  /** Where the next page begins; null: this was the last one. */
  readonly next: number | null
}

export interface StateView {
  readonly reducer: StateReducer
  readonly height: number
  readonly checkpoint: string
  /** Of the state's bytes: hex. */
  readonly hash: string
  readonly size: number
  /** An app of this hub made it. */
  readonly own: boolean
  /** Peer ids of the attesters who signed it, and no other state of the same checkpoint. */
  readonly attesters: readonly string[]
  /** How many of them are enough; null: nobody attests in this network. */
  readonly needed: number | null
  /** Another state of the same reducer and checkpoint is known: somebody lies, or the reducer gives different things for the same messages. */
  readonly contradicted: boolean
}

export interface RestoredState extends StateView {
  readonly bytes: Uint8Array
}

/** What came beside and after the messages of a checkpoint. */
export interface LaterMessages {
  readonly messages: ReadonlyArray<{ readonly event: number, readonly message: StateMessage }>
  /** From which event on to ask next. */
  readonly next: number
  /** Whether that one has not come yet. */
  readonly done: boolean
}

export interface StatesApi {
  /**
   * The messages of the newest certified checkpoint, or where there is none of this hub's own, in the order in which all hubs have them, as they stand by
   * that checkpoint alone. `checkpoint` and `from` give the next page. Codes: `invalid-argument`, `incomplete` (this hub lacks some of it, or has gone on:
   * begin anew), those of the store. @default limit 500; 1,000 at most
   */
  input (page?: { readonly checkpoint?: string, readonly from?: number, readonly limit?: number }): Promise<StateInput>
  /**
   * Keeps what was made of the input that was read last, and attests it if this hub is an attester: 1 byte to 1 MiB. Codes: `invalid-argument` (also where
   * this hub's app said something else of this checkpoint before), `incomplete`, `key-unavailable`, those of the store.
   */
  offer (state: { readonly reducer: StateReducer, readonly checkpoint: string, readonly bytes: Uint8Array }): Promise<StateView>
  /**
   * The newest state that an app of this hub made, or that enough attesters signed and that none contradicts, if this hub holds all messages of its
   * checkpoint; null: there is none, the app makes it of all messages. `atLeast`: so many attesters are enough. Codes: `invalid-argument`, those of the store.
   */
  restore (reducer: StateReducer, options?: { readonly atLeast?: number }): Promise<RestoredState | null>
  /**
   * Messages that are not of a checkpoint whose state was restored or offered here, by event, each once; without `checkpoint` all. One that is removed
   * comes without its body, a barred one not at all.
   * Codes: `invalid-argument`, `incomplete` (nothing is known of that checkpoint any more), those of the store. @default from 1; limit 500, 1,000 at most
   */
  later (query?: { readonly checkpoint?: string, readonly from?: number, readonly limit?: number }): Promise<LaterMessages>
  /** What is known of a reducer's states, the newest first. Codes: `invalid-argument`. */
  show (reducer: StateReducer): Promise<StateView[]>
}
