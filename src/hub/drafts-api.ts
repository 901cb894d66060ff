/** What can be written, and apps that write it: a part of the hub's API (api.ts), data only. */
import type { StatesApi, StateView } from './fastsync/states-api.ts'

export type Draft =
  | { readonly kind: 'post', readonly text: string, readonly parent?: string }
  | { readonly kind: 'reaction', readonly target: string, readonly type: string, readonly set: boolean }
  | { readonly kind: 'link', readonly target: string, readonly type: string, readonly set: boolean }
  | { readonly kind: 'profile', readonly field: string, readonly value: string }
  | { readonly kind: 'record', readonly collection: string, readonly key: string, readonly value: Uint8Array | null }
  | { readonly kind: 'remove', readonly target: string }

/** What a draft became. */
export interface Published {
  readonly id: string
  /** Its number among the messages of its signer. */
  readonly seq: number
  readonly author: string
}

/** What an app may write. Records of these collections only; collections are named where records are, and nowhere else. */
export interface AppScope {
  readonly kinds: ReadonlyArray<Draft['kind']>
  readonly collections: readonly string[]
}

/** A program that writes as this author, by a device key of its own. */
export interface AppView {
  readonly id: string
  readonly name: string
  readonly scope: AppScope
  /** asked: the person has not decided yet. */
  readonly state: 'asked' | 'granted' | 'refused' | 'revoked'
  /** Its device key, while it is granted. */
  readonly device: string | null
  /** When its state last changed. */
  readonly at: number
}

export interface AppsApi {
  list (): Promise<AppView[]>
  /** Asks, once; says what was decided so far. Codes: `invalid-argument`, `too-many`. */
  ask (app: {
    readonly id: string
    readonly name: string
    readonly scope: { readonly kinds: readonly string[], readonly collections?: readonly string[] }
  }): Promise<AppView>
  /** For the person's hand only. Makes the app a device key. Codes: `not-granted` (it never asked), those of `identity.addDevice`. */
  grant (id: string): Promise<AppView>
  /** Refuses what was asked, or revokes the app's key for good; what it wrote stays. Codes: those of `identity.revokeDevice`. */
  revoke (id: string): Promise<AppView>
  /** An app that is not granted may ask again after it. */
  forget (id: string): Promise<void>
  /** As `publish`, by the app's key. Codes besides: `not-granted`, `scope-exceeded`, `too-many` (20 a second). */
  publish (id: string, draft: Draft, options?: { readonly traced?: boolean, readonly key?: string }): Promise<Published>
  /** As `states.offer`, of a reducer whose name is the app's id, or begins with it and a slash. Codes besides: `not-granted`, `scope-exceeded`. */
  offer (id: string, state: Parameters<StatesApi['offer']>[0]): Promise<StateView>
}
