/**
 * Makes and signs this hub's own messages: one at a time, so that numbers follow one another (message/SPEC.md), and introduces this
 * device by a signer-add of the root key before anything else. A number is used up only when its message is stored.
 */
import { HubError } from '../base/errors.ts'
import { fromHex } from '../base/bytes.ts'
import { composeMessage } from '../message/compose.ts'
import { signMessage, type Signer } from '../message/signing.ts'
import type { Body, Message, MessageId, NetworkGenesis, PublicKeyHex } from '../message/types.ts'
import { createWorkSearch } from '../message/work.ts'
import type { Draft } from './api.ts'
import type { Identity } from './identity.ts'
import type { Runtime } from './runtime.ts'

export interface Publisher {
  /** Resolves once the message is stored. Codes: `invalid-argument`, `message-invalid`, `too-many`, those of the store. */
  publish: (draft: Draft) => Promise<{ id: string, seq: number, author: string }>
}

export interface PublisherOptions {
  readonly runtime: Runtime
  readonly identity: Identity
  readonly rules: NetworkGenesis
  readonly now: () => number
}

/** Drafts that wait for their turn. */
const waitingMax = 1_000
/** Proofs tried between two breaths: about 10 ms. */
const workSlice = 10_000

interface Head { readonly seq: number, readonly id: MessageId, readonly timestamp: number }

/** Resolves when this device is introduced. Codes: `key-unavailable`, those of the store. */
export async function createPublisher ({ runtime, identity, rules, now }: PublisherOptions): Promise<Publisher> {
  const heads = headsOf(runtime, identity)
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  if (!runtime.knowsSigner(identity.author, identity.device)) {
    const work = await proveWork()
    await sign(await identity.openRoot(), { kind: 'signer-add', signer: identity.device, scope: { kinds: [], collections: [] }, name: identity.deviceName, work })
  }

  async function proveWork (): Promise<Uint8Array> {
    const search = createWorkSearch({ network: rules.network, author: identity.author, signer: identity.device }, rules.genesis.admissionBits)
    for (;;) {
      const work = search.advance(workSlice)
      if (work != null) return work
      await new Promise((resolve) => { setTimeout(resolve) })
    }
  }

  async function sign (signer: Signer, body: Body): Promise<Message> {
    const head = heads.get(signer.publicKey)
    const unsigned = composeMessage({
      author: identity.author,
      signer: signer.publicKey,
      seq: (head?.seq ?? 0) + 1,
      prev: head?.id,
      timestamp: Math.max(now(), (head?.timestamp ?? 0) + 1),
      body
    }, rules)
    const message: Message = { id: unsigned.id, header: unsigned.header, body: unsigned.body, bytes: await signMessage(unsigned, signer) }
    await runtime.publish(message)
    const { seq, timestamp } = message.header
    heads.set(signer.publicKey, { seq, id: message.id, timestamp })
    return message
  }

  return {
    async publish (draft) {
      const body = bodyOfDraft(draft)
      if (waiting >= waitingMax) throw new HubError('too-many', `${waitingMax} messages wait to be stored: wait for some of them first.`)
      waiting += 1
      const turn = last.then(async () => sign(identity.signer, body))
      last = turn.catch(() => undefined) // the next one goes on from the last stored number; the failure is told to whoever published
      try {
        const { id, header } = await turn
        return { id, seq: header.seq, author: header.author }
      } finally {
        waiting -= 1
      }
    }
  }
}

/** The newest message of each of this author's keys here. */
function headsOf (runtime: Runtime, { author }: Identity): Map<PublicKeyHex, Head> {
  const heads = new Map<PublicKeyHex, Head>()
  for (const { message: { id, header } } of runtime.index.fromEvent(0, Infinity)) {
    const { signer, seq, timestamp } = header
    if (header.author === author && seq > (heads.get(signer)?.seq ?? 0)) heads.set(signer, { seq, id, timestamp })
  }
  return heads
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
