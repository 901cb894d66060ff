/**
 * Publishing once, however often it is asked for: whoever cannot know whether an answer was lost (a tab whose engine went away, an app, a program behind
 * HTTP) asks again with the same key, and gets the message that the first call made. The key lies in the store before the message does, and in the same
 * transaction or an earlier one (store S5), so a message that is there is always found by its key; a key whose message did not get there is published anew.
 */
import { HubError } from '../base/errors.ts'
import type { Signer } from '../message/signing.ts'
import type { MessageId } from '../message/types.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { Draft, Published } from './api.ts'
import type { Messages } from './messages/messages.ts'
import type { Publisher } from './publisher.ts'

/**
 * Keys remembered. Whoever repeats does so within seconds, or first thing when it starts again; a thousand pages that wait with one call each fit four
 * times. With too few, a repeated call would be refused instead of answered; it is never published twice.
 */
export const keysMax = 4_000
/** Milliseconds since 1970 as twelve digits of hex, a dash, sixteen random ones: in the order of time, so that those forgotten are known by their age. */
const keyForm = /^[0-9a-f]{12}-[0-9a-f]{16}$/
/** Keys read at once when a hub opens. */
const pageSize = 1_000
const prefix = 'publication/'

export interface Publications {
  /** Codes: those of `publish`, `invalid-argument` (not a key), `outcome-unknown` (too long ago to know). */
  publish: (draft: Draft, options?: { readonly traced?: boolean, readonly key?: string, readonly signer?: Signer }) => Promise<Published>
}

export interface PublicationsOptions {
  readonly store: Pick<MessageStore, 'getValues' | 'putValue'>
  readonly publisher: Pick<Publisher, 'publish'>
  readonly messages: Pick<Messages, 'get'>
}

/** Reads the keys of earlier runs. Codes: those of the store. */
export async function openPublications ({ store, publisher, messages }: PublicationsOptions): Promise<Publications> {
  const known = new Map<string, Published>()
  for (let after: string | undefined; known.size < keysMax;) {
    const page = await store.getValues(prefix, { after, limit: pageSize })
    for (const [name, value] of page) known.set(name.slice(prefix.length), value as Published)
    after = page.at(-1)?.[0]
    if (page.length < pageSize) break
  }
  /** As many as the publisher lets wait. */
  const underWay = new Map<string, Promise<Published>>()

  /** In one task with the append that follows it: the two are one transaction. */
  function remember (key: string, published: Published): void {
    known.set(key, published)
    // A write that fails takes the message's own with it, and that one is told to whoever called.
    store.putValue(prefix + key, published).catch(() => undefined)
    for (const oldest of known.keys()) {
      if (known.size <= keysMax) break
      known.delete(oldest)
      store.putValue(prefix + oldest, undefined).catch(() => undefined) // read again, and let go again, at the next start
    }
  }

  async function publishOnce (key: string, draft: Draft, options: { readonly traced?: boolean, readonly signer?: Signer }): Promise<Published> {
    const before = known.get(key)
    if (before != null && await messages.get(before.id as MessageId) != null) return before
    const [oldest] = known.keys()
    if (before == null && known.size >= keysMax && oldest != null && key < oldest) {
      throw new HubError('outcome-unknown', 'This was asked for so long ago that it is not known whether it was published: look for it, and publish it again if it is not there.')
    }
    return publisher.publish(draft, options, (published) => { remember(key, published) })
  }

  return {
    async publish (draft, { key, ...options } = {}) {
      if (key === undefined) return publisher.publish(draft, options)
      if (typeof key !== 'string' || !keyForm.test(key)) throw new HubError('invalid-argument', 'A key is twelve hex digits of the time in ms, a dash, and sixteen random ones.')
      const publishing = underWay.get(key) ?? publishOnce(key, draft, options).finally(() => { underWay.delete(key) })
      underWay.set(key, publishing)
      return publishing
    }
  }
}
