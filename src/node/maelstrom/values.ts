/**
 * The values of the broadcast workload, as posts: each is one signed message of the node that was asked, its text the value's JSON. They are derived from
 * what is stored, like every view (DESIGN 3): whoever holds the message has the value.
 */
import type { Entry } from '../../hub/messages/entry.ts'
import type { Draft } from '../../hub/api.ts'

export interface Values {
  /** Takes what was stored; what holds no value is passed over. */
  add: (entry: Entry) => void
  /** Each value once, in the order in which they came. */
  readonly all: readonly unknown[]
}

export function createValues (onValue?: (value: unknown) => void): Values {
  const texts = new Set<string>()
  const all: unknown[] = []
  return {
    all,
    add ({ message: { body } }) {
      if (body?.kind !== 'post' || texts.has(body.text)) return
      try {
        const value: unknown = JSON.parse(body.text)
        texts.add(body.text)
        all.push(value)
        onValue?.(value)
      } catch {
        // A post that is no JSON: nobody broadcast it.
      }
    }
  }
}

export function draftOf (value: unknown): Draft {
  return { kind: 'post', text: JSON.stringify(value) }
}
