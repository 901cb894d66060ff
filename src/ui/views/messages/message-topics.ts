/** What the engine is asked about messages that are looked at, and how often. The paces are guesses: what an eye takes for now, and no more. */
import type { ConversationView, ForkView, LogEvent, MessageDetail, MessageView, WaitingView } from '../../../worker/api.ts'
import type { Topic } from '../../data/live.ts'
import { isSameMessage } from './places.ts'
import type { KeyHistory } from './signature-chain.ts'

/** The thread of a message; `value` null while it is not answered, `found` null where the message is not here, or no post. */
export function conversationTopic (id: string): Topic<{ readonly found: ConversationView | null }> {
  return {
    name: `conversation ${id}`, everyMs: 1_000, read: async (hub, before) => {
      const found = await hub.conversation(id)
      return { found: found == null ? null : keepSame(before?.found ?? null, found) }
    }
  }
}

export function detailTopic (id: string): Topic<{ readonly found: MessageDetail | null }> {
  return { name: `message ${id}`, everyMs: 1_000, read: async hub => ({ found: await hub.message(id) }) }
}

/** What an author's root key did: at most 256 messages (message/SPEC.md, "Limits"). */
export function keyHistoryTopic (author: string): Topic<KeyHistory> {
  return {
    name: `keys ${author}`, everyMs: 5_000, read: async (hub) => {
      const [adds, removes] = await Promise.all((['signer-add', 'signer-remove'] as const).map(async kind => hub.query({ author, kind, order: 'ascending', limit: 256 })))
      return { adds: adds ?? [], removes: removes ?? [] }
    }
  }
}

export interface Troubles {
  /** The newest first. */
  readonly refused: readonly LogEvent[]
  readonly waiting: readonly WaitingView[]
  readonly barred: readonly MessageView[]
}

/** Refusals of messages that the log tells of. `message-pending` is not among them: what waits is listed as it is now. */
const refusalTypes = ['message-rejected', 'message-deferred', 'message-excluded'] as const
/** Shown of each. */
const troublesMax = 200

export const troublesTopic: Topic<Troubles> = {
  name: 'troubles', everyMs: 2_000, read: async (hub) => {
    const [waiting, barred, ...events] = await Promise.all([
      hub.waiting(), hub.query({ standing: 'barred', limit: troublesMax }), ...refusalTypes.map(async type => hub.events({ type, limit: 1_000 }))
    ])
    return { waiting, barred, refused: events.flat().sort((one, other) => other.at - one.at).slice(0, troublesMax) }
  }
}

/** Numbers that a device gave to more than one message. */
export const forksTopic: Topic<readonly ForkView[]> = { name: 'forks', everyMs: 5_000, read: hub => hub.forks() }

/** Posts that say the same stay the same objects, so that they are not drawn again. */
function keepSame (before: ConversationView | null, now: ConversationView): ConversationView {
  const known = new Map((before == null ? [] : [before.first, ...before.answers]).map(message => [message.id, message]))
  const same = (message: MessageView): MessageView => {
    const was = known.get(message.id)
    return was != null && isSameMessage(was, message) ? was : message
  }
  return { ...now, first: same(now.first), answers: now.answers.map(same) }
}
