/** A conversation in the order it is read: each answer below what it answers, the earlier one first. Pure. */
import type { ConversationView, MessageView, ReactionView } from '../../../worker/api.ts'

export interface ThreadPost {
  readonly message: MessageView
  /** 0: the first post. */
  readonly depth: number
  /** Who is answered, where that is not the post just above; null: it is, or nobody is. */
  readonly answers: MessageView | null
  readonly reactions: readonly ReactionView[]
}

const noReactions: readonly ReactionView[] = []

/** Answers to what is not among them (left out, or not here) stand below the first post. */
export function threadOrder ({ first, answers, reactions }: ConversationView): ThreadPost[] {
  const all = new Map([first, ...answers].map(message => [message.id, message]))
  const below = new Map<string, MessageView[]>()
  for (const message of answers) {
    const parent = String(message.body?.parent)
    const id = parent !== message.id && all.has(parent) ? parent : first.id
    below.set(id, [...below.get(id) ?? [], message])
  }
  const reactionsOf = new Map(reactions.map(({ id, reactions: those }) => [id, those]))
  const posts: ThreadPost[] = []
  const open = [{ message: first, depth: 0, parent: null as MessageView | null }]
  for (let next = open.pop(); next != null; next = open.pop()) {
    const { message, depth, parent } = next
    const above = posts.at(-1)?.message
    posts.push({ message, depth, answers: parent == null || parent === above ? null : parent, reactions: reactionsOf.get(message.id) ?? noReactions })
    // The last one put in is the next one taken out.
    for (const answer of (below.get(message.id) ?? []).toReversed()) open.push({ message: answer, depth: depth + 1, parent: message })
    below.delete(message.id)
  }
  return posts
}
