/**
 * Apps (DESIGN 9): programs that write as this author by a device key of their own, in a scope that the person granted. An app asks, the person grants or
 * revokes; a granted app's drafts are signed with its key, so every hub sees and enforces the scope, and revoking keeps what it wrote until then.
 *
 * Keys never leave the store. It holds apps to their scope and pace; it does not know who calls: pages of one origin are not walled off from each other by
 * the browser, so a scope guards against mistakes of an app and against its key, not against a page of the same origin that means harm.
 */
import { TokenBucket } from '../base/bounded.ts'
import { HubError } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'
import { nameBytesMax } from '../message/limits.ts'
import type { PublicKeyHex } from '../message/types.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { AppScope, AppView, Draft, HubApi } from './api.ts'
import type { Identity } from './identity.ts'
import type { Publications } from './publications.ts'
import type { Publisher } from './publisher.ts'

/** Apps known at once, those that only asked included. A person grants a handful; what asks more is a flood. */
const appsMax = 32
/** Letters of a name, as it is shown to the person who decides. */
const nameLengthMax = 64
const collectionsMax = 16
const collectionLengthMax = 64
const idForm = /^[a-z0-9][a-z0-9.-]{0,63}$/
/** Drafts an app may publish a second, and at once. A person's clicks stay far below; an import takes its time. Guess. */
const draftsPerSecond = 20
const draftsBurst = 100
const kinds: ReadonlySet<string> = new Set(['post', 'reaction', 'link', 'profile', 'record', 'remove'])
const prefix = 'app/'

interface StoredApp extends Omit<AppView, 'device'> {
  readonly version: 1
  readonly key: { readonly deviceKey: CryptoKeyPair | string, readonly device: string, readonly author: string } | null
}

export interface AppsOptions {
  readonly store: Pick<MessageStore, 'getValues' | 'putValue'>
  readonly identity: Pick<Identity, 'author' | 'makeDeviceKey' | 'signerOf'>
  readonly publisher: Pick<Publisher, 'addDevice' | 'revokeDevice' | 'headOf'>
  readonly publications: Publications
  /** Codes: those of `HubApi.states.offer`. */
  readonly offerState: HubApi['states']['offer']
  readonly report: (report: Report) => void
  readonly now: () => number
}

/** Codes: those of the store. */
export async function openApps ({ store, identity, publisher, publications, offerState, report, now }: AppsOptions): Promise<HubApi['apps']> {
  const apps = new Map<string, StoredApp>()
  const paces = new Map<string, TokenBucket>()
  for (const [key, value] of await store.getValues(prefix, { limit: appsMax })) apps.set(key.slice(prefix.length), value as StoredApp)

  async function keep (app: StoredApp): Promise<AppView> {
    await store.putValue(prefix + app.id, app)
    apps.set(app.id, app)
    return viewOf(app)
  }

  function known (id: unknown): StoredApp {
    const app = typeof id === 'string' ? apps.get(id) : undefined
    if (app == null) throw new HubError('not-granted', 'This app has not asked for anything yet: it calls apps.ask first.')
    return app
  }

  /** Codes: `not-granted`. */
  function granted (id: unknown, what: string): StoredApp & { readonly key: NonNullable<StoredApp['key']> } {
    const app = known(id)
    const { key, state } = app
    if (state !== 'granted' || key?.author !== identity.author) throw new HubError('not-granted', `This app may not ${what}: it is ${state}. The person decides in the settings, under Apps.`)
    return { ...app, key }
  }

  return {
    list: async () => [...apps.values()].map(viewOf),
    async ask (given) {
      const { id, name, scope } = checked(given)
      const before = apps.get(id)
      if (before != null && (before.state === 'refused' || (before.state !== 'revoked' && isWithin(scope, before.scope)))) return viewOf(before)
      if (before == null && apps.size >= appsMax) throw new HubError('too-many', `${appsMax} apps are known already: revoke and forget one in the settings first.`)
      report({ type: 'app-asked', sentence: `The app ${name} asks to write ${wordsOf(scope)}: the settings say yes or no.` })
      if (before?.state === 'granted') return viewOf(before) // what it has goes on; the person is not asked to widen it unseen
      return keep({ version: 1, id, name, scope, state: 'asked', at: now(), key: null })
    },
    async grant (id) {
      const app = known(id)
      if (app.state === 'granted' && app.key?.author === identity.author) return viewOf(app)
      const deviceKey = await identity.makeDeviceKey()
      const { publicKey: device } = await identity.signerOf(deviceKey)
      await publisher.addDevice(device, app.scope, startOf(app.name))
      return keep({ ...app, state: 'granted', at: now(), key: { deviceKey, device, author: identity.author } })
    },
    async revoke (id) {
      const app = known(id)
      if (app.state === 'granted' && app.key?.author === identity.author) {
        const device = app.key.device as PublicKeyHex
        await publisher.revokeDevice(device, publisher.headOf(device))
      }
      return keep({ ...app, state: app.state === 'asked' ? 'refused' : 'revoked', at: now(), key: null })
    },
    async forget (id) {
      const app = known(id)
      if (app.state === 'granted') throw new HubError('invalid-argument', 'This app is granted: revoke it before it is forgotten.')
      await store.putValue(prefix + app.id, undefined)
      apps.delete(app.id)
    },
    async publish (id, draft, options = {}) {
      const app = granted(id, 'write')
      const pace = paces.get(app.id) ?? new TokenBucket(draftsPerSecond, draftsBurst)
      paces.set(app.id, pace)
      if (!pace.take(now())) throw new HubError('too-many', `An app publishes ${draftsPerSecond} drafts a second at most: wait a moment.`)
      if (!allows(app.scope, draft)) throw new HubError('scope-exceeded', `This app may write ${wordsOf(app.scope)} only.`)
      return publications.publish(draft, { ...options, signer: await identity.signerOf(app.key.deviceKey) })
    },
    async offer (id, state) {
      const app = granted(id, 'have its states attested')
      const name = String((Object(state) as { readonly reducer?: { readonly name?: unknown } }).reducer?.name)
      if (name !== app.id && !name.startsWith(`${app.id}/`)) throw new HubError('scope-exceeded', `This app's reducers are named ${app.id}, or ${app.id}/ and a word of their own.`)
      return offerState(state)
    }
  }
}

function viewOf ({ id, name, scope, state, at, key }: StoredApp): AppView {
  return { id, name, scope, state, at, device: key?.device ?? null }
}

function allows ({ kinds: granted, collections }: AppScope, draft: Draft): boolean {
  const { kind, collection } = Object(draft) as { readonly kind?: unknown, readonly collection?: unknown }
  return granted.some(one => one === kind) && (kind !== 'record' || collections.some(one => one === collection))
}

function isWithin (inner: AppScope, outer: AppScope): boolean {
  return inner.kinds.every(kind => outer.kinds.includes(kind)) && inner.collections.every(collection => outer.collections.includes(collection))
}

function wordsOf ({ kinds: granted, collections }: AppScope): string {
  return granted.map(kind => kind === 'record' ? `records of ${collections.join(', ')}` : `${kind}s`).join(', ')
}

/** As much of a name as a device's holds, in whole characters. */
function startOf (name: string): string {
  const bytes = new Uint8Array(nameBytesMax)
  return new TextDecoder().decode(bytes.subarray(0, new TextEncoder().encodeInto(name, bytes).written))
}

/** From outside. An app's scope names everything: none of it may mean all. Codes: `invalid-argument`. */
function checked (given: unknown): { readonly id: string, readonly name: string, readonly scope: AppScope } {
  const wrong = (what: string): HubError => new HubError('invalid-argument', what)
  if (typeof given !== 'object' || given === null) throw wrong('apps.ask needs {id, name, scope}.')
  const { id, name, scope } = given as { id?: unknown, name?: unknown, scope?: unknown }
  if (typeof id !== 'string' || !idForm.test(id)) throw wrong('An app\'s id has 1 to 64 lower-case letters, digits, dots and dashes.')
  if (typeof name !== 'string' || name.trim() === '' || name.length > nameLengthMax) throw wrong(`An app's name is a text of at most ${nameLengthMax} letters.`)
  const { kinds: asked, collections = [] } = (typeof scope === 'object' ? scope ?? {} : {}) as { kinds?: unknown, collections?: unknown }
  if (!isTexts(asked) || asked.length === 0 || asked.some(kind => !kinds.has(kind))) throw wrong(`An app's scope names the kinds it writes, of ${[...kinds].join(', ')}.`)
  if (!isTexts(collections) || collections.length > collectionsMax || collections.some(one => one === '' || one.length > collectionLengthMax)) {
    throw wrong(`An app's scope names at most ${collectionsMax} collections.`)
  }
  if (asked.includes('record') !== (collections.length > 0)) throw wrong('An app that writes records names their collections, and no other does.')
  return { id, name: name.trim(), scope: { kinds: [...new Set(asked)] as AppScope['kinds'], collections: [...new Set(collections)] } }
}

function isTexts (given: unknown): given is string[] {
  return Array.isArray(given) && given.every(one => typeof one === 'string')
}
