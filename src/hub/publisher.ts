/**
 * Makes and signs this hub's own messages: one at a time, so that numbers follow one another (message/SPEC.md), and introduces this
 * device by a signer-add of the root key before anything else. A number is used up only when its message is stored.
 *
 * Drafts, changes of devices and a change of identity take turns in one queue, in the order of the calls. Each is done by whoever
 * this hub is at its turn: what was asked before a change of identity is written as the old author, what was asked after it as the new.
 *
 * What other hubs wrote with the same root key counts as soon as it is stored here. Two hubs that do not know of each other can give
 * two root messages one number: all signer-adds stay members, and of signer-removes four a number do (message/set/SPEC.md R4, R5).
 */
import { HubError } from '../base/errors.ts'
import { fromHex } from '../base/bytes.ts'
import { composeMessage } from '../message/compose.ts'
import { aheadMsMax } from '../message/set/limits.ts'
import { signMessage, type Signer } from '../message/signing.ts'
import type { Body, Message, MessageId, NetworkGenesis, PublicKeyHex, Scope } from '../message/types.ts'
import { createWorkSearch } from '../message/work.ts'
import type { DeviceView, Draft, Published } from './api.ts'
import { openFeeds, type Head } from './identity-feeds.ts'
import type { Identity } from './identity.ts'
import type { Runtime } from './runtime.ts'

export interface Publisher {
  /**
   * Resolves once the message is stored. Codes: `invalid-argument`, `message-invalid` (also: outside this device's scope), `device-revoked`,
   * `clock-behind`, `too-many`, those of the store. `signer`: another device of this author. `before` hears of
   * the message in the task that hands it to the store.
   */
  publish: (draft: Draft, options?: { readonly traced?: boolean, readonly signer?: Signer }, before?: (published: Published) => void) => Promise<Published>
  /**
   * Resolves once the signer-add is stored. Codes: `invalid-argument`, `message-invalid`, `device-revoked`, `key-unavailable`, `too-many`, those
   * of the store.
   */
  addDevice: (device: PublicKeyHex, scope: Scope, name?: string) => Promise<{ id: string }>
  /** Resolves once the signer-remove is stored. `keepHead` is a message of that device. Codes: as for `addDevice`, without `device-revoked`. */
  revokeDevice: (device: PublicKeyHex, keepHead: MessageId | undefined) => Promise<{ id: string }>
  /** The newest message of a device that is known here. */
  headOf: (device: PublicKeyHex) => MessageId | undefined
  /**
   * Writes on as the author of this root entropy (16 bytes), as a new device; resolves once that is introduced. The identity changes only when
   * the introduction is made; if that cannot be stored, it rejects with the store's code, and the next draft waits for the introduction.
   * Codes: `message-invalid` (no number left), `too-many`, those of the store.
   */
  become: (entropy: Uint8Array<ArrayBuffer>) => Promise<void>
  /** This hub's own device was revoked. */
  readonly revoked: boolean
  /** What is known here of this author's devices. Codes: those of the store. */
  devices: () => Promise<DeviceView[]>
}

export interface PublisherOptions {
  readonly runtime: Runtime
  readonly identity: Identity
  readonly rules: NetworkGenesis
  readonly now: () => number
  /** Waited for before the first draft: what other hubs hold of this author is to be here by then (own-head.ts). @default nothing */
  readonly beforeFirst?: (() => Promise<void>) | undefined
}

/** Calls that wait for their turn. */
const waitingMax = 1_000
/** Proofs tried between two breaths: about 10 ms. */
const workSlice = 10_000
/** What this hub's own device may write. */
const everything: Scope = { kinds: [], collections: [] }

/** Resolves when this device is introduced. Codes: `key-unavailable`, those of the store. */
export async function createPublisher ({ runtime, identity, rules, now, beforeFirst }: PublisherOptions): Promise<Publisher> {
  let feeds = await openFeeds(runtime, identity.author)
  let waiting = 0
  let first: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()

  await introduce()

  /** Before each draft: after a change of identity whose introduction could not be stored, there still is one to make. */
  async function introduce (): Promise<void> {
    if (feeds.isDevice(identity.device)) return
    const body = await signerAdd(identity.author, identity.device, everything, identity.deviceName)
    await write(await identity.openRoot(), body)
  }

  async function signerAdd (author: PublicKeyHex, signer: PublicKeyHex, scope: Scope, name: string): Promise<Body> {
    const search = createWorkSearch({ network: rules.network, author, signer }, rules.genesis.admissionBits)
    for (;;) {
      const work = search.advance(workSlice)
      if (work != null) return { kind: 'signer-add', signer, scope, name, work }
      await new Promise((resolve) => { setTimeout(resolve) })
    }
  }

  async function write (signer: Signer, body: Body, traced = false, before?: (published: Published) => void): Promise<Message> {
    const message = await sign(identity.author, signer, feeds.head(signer.publicKey), body)
    before?.(publishedOf(message))
    await runtime.publish(message, traced) // its feed's head follows what is stored
    return message
  }

  async function sign (author: PublicKeyHex, signer: Signer, head: Head | undefined, body: Body): Promise<Message> {
    const nowMs = now()
    const timestamp = Math.max(nowMs, (head?.timestamp ?? 0) + 1)
    if (timestamp > nowMs + aheadMsMax) {
      // Other hubs would put it off until then, and everything after it (message/set/SPEC.md, deferred).
      const minutes = Math.ceil((timestamp - nowMs) / 60_000)
      throw new HubError('clock-behind', `This computer's clock is ${minutes} min behind the last message written here. If it was wrong then, wait for so long; if it is wrong now, set it right.`)
    }
    const unsigned = composeMessage({
      author,
      signer: signer.publicKey,
      seq: (head?.seq ?? 0) + 1,
      prev: head?.id,
      timestamp,
      body
    }, rules)
    return { id: unsigned.id, header: unsigned.header, body: unsigned.body, bytes: await signMessage(unsigned, signer) }
  }

  async function inTurn<T> (work: () => Promise<T>): Promise<T> {
    if (waiting >= waitingMax) throw new HubError('too-many', `${waitingMax} messages wait to be stored: wait for some of them first.`)
    waiting += 1
    const turn = last.then(work)
    last = turn.catch(() => undefined) // the next one goes on from the last stored number; the failure is told to whoever called
    try {
      return await turn
    } finally {
      waiting -= 1
    }
  }

  return {
    headOf: device => feeds.head(device)?.id,
    async publish (draft, { traced = false, signer: given } = {}, before) {
      if (typeof traced !== 'boolean') throw new HubError('invalid-argument', 'traced must be true or false.')
      const body = bodyOfDraft(draft)
      return inTurn(async () => {
        await (first ??= beforeFirst?.() ?? Promise.resolve())
        await introduce()
        const signer = given ?? identity.signer
        const device = signer.publicKey
        if (feeds.isRevoked(device)) throw new HubError('device-revoked', 'This device was revoked and can write nothing more: import the identity from its recovery phrase, which makes a new device.')
        if (!feeds.mayWrite(device, body)) throw new HubError('message-invalid', `This device may not write this: a ${body.kind} is outside the scope that it was added with.`)
        return publishedOf(await write(signer, body, traced, before))
      })
    },
    addDevice: async (device, scope, name = '') => inTurn(async () => {
      if (device === identity.author) throw new HubError('invalid-argument', 'This is the root key itself: a device needs a key of its own.')
      if (feeds.isRevoked(device)) throw new HubError('device-revoked', 'This device was revoked, which is for good: make a new key on it and add that.')
      const body = await signerAdd(identity.author, device, scope, name)
      return { id: (await write(await identity.openRoot(), body)).id }
    }),
    revokeDevice: async (device, keepHead) => inTurn(async () => {
      if (!feeds.isDevice(device)) throw new HubError('invalid-argument', 'No device of this author that is known here has this key.')
      const kept = keepHead == null ? undefined : (await runtime.messages.get(keepHead))?.message.header
      if (keepHead != null && (kept?.signer !== device || kept.author !== identity.author)) {
        throw new HubError('invalid-argument', 'keepHead must be a message of that device which this hub holds.')
      }
      return { id: (await write(await identity.openRoot(), { kind: 'signer-remove', signer: device, keepHead })).id }
    }),
    get revoked () { return feeds.isRevoked(identity.device) },
    devices: async () => (await import('./devices.ts')).devicesOf(runtime, identity, feeds),
    async become (entropy) {
      const next = await identity.prepare(entropy)
      const body = await signerAdd(next.author, next.device, everything, identity.deviceName)
      await inTurn(async () => {
        const nextFeeds = await openFeeds(runtime, next.author)
        try {
          const introduction = await sign(next.author, next.root, nextFeeds.head(next.author), body)
          await next.adopt()
          feeds.close()
          feeds = nextFeeds
          await runtime.publish(introduction)
        } finally {
          if (feeds !== nextFeeds) nextFeeds.close()
        }
      })
    }
  }
}

function publishedOf ({ id, header }: Message): Published {
  return { id, seq: header.seq, author: header.author }
}

/** A draft from outside, checked by hand because scripts write them. Codes: `invalid-argument`. */
function bodyOfDraft (draft: Draft): Body {
  if (typeof draft !== 'object' || draft as Draft | null == null) throw new HubError('invalid-argument', 'A draft is an object such as {kind: "post", text: "…"}.')
  switch (draft.kind) {
    case 'post': return { kind: 'post', text: textOf(draft.text, 'text'), parent: draft.parent == null ? undefined : hexOf(draft.parent, 'parent') as MessageId }
    case 'reaction': return { kind: 'reaction', target: hexOf(draft.target, 'target') as MessageId, type: textOf(draft.type, 'type'), set: flagOf(draft.set) }
    case 'link': return { kind: 'link', target: hexOf(draft.target, 'target') as PublicKeyHex, type: textOf(draft.type, 'type'), set: flagOf(draft.set) }
    case 'profile': return { kind: 'profile', field: textOf(draft.field, 'field'), value: textOf(draft.value, 'value') }
    case 'record': return { kind: 'record', collection: textOf(draft.collection, 'collection'), key: textOf(draft.key, 'key'), value: bytesOf(draft.value) }
    case 'remove': return { kind: 'remove', target: hexOf(draft.target, 'target') as MessageId }
    default: throw new HubError('invalid-argument', 'A draft\'s kind is post, reaction, link, profile, record or remove.')
  }
}

function textOf (value: unknown, name: string): string {
  if (typeof value !== 'string') throw new HubError('invalid-argument', `The draft's ${name} must be a text.`)
  return value
}

function hexOf (value: unknown, name: string): string {
  if (typeof value !== 'string' || fromHex(value, 32) == null) throw new HubError('invalid-argument', `The draft's ${name} must be 64 lower-case hex digits.`)
  return value
}

function flagOf (value: unknown): boolean {
  if (typeof value !== 'boolean') throw new HubError('invalid-argument', 'The draft\'s set must be true or false.')
  return value
}

function bytesOf (value: unknown): Uint8Array | undefined {
  if (value == null) return undefined
  if (!(value instanceof Uint8Array)) throw new HubError('invalid-argument', 'The draft\'s value must be bytes (a Uint8Array), or null.')
  return value
}
