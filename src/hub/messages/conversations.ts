/**
 * What is asked of messages once somebody reads: views, threads, what waits. Not needed for a hub to run, so it is loaded after it does (hub-api.ts). Answers
 * are entries and members; making them plain data is the API's business.
 */
import { HubError } from '../../base/errors.ts'
import type { ReplicatedSet } from '../../message/replicated-set.ts'
import type { MessageId, PublicKeyHex } from '../../message/types.ts'
import type { AnswersView, ForkView, ReactionView, WaitingView } from '../api.ts'
import { toWaitingView } from '../message-view.ts'
import type { Entry } from './entry.ts'
import type { Messages } from './messages.ts'
import { postsBelow } from './threads.ts'
import { createViews, type Views } from './views.ts'

/** The replicated set, as far as it is read here. */
export type ReadableSet = Pick<ReplicatedSet, 'standingOf' | 'authorOf' | 'memberOf' | 'idOf' | 'waiting' | 'signerOf' | 'seqOf' | 'forked' | 'idsAt'>

export interface Reading extends Views {
  /** The thread of a post: its first post that is here, and the newest `limit` of what stands below it. */
  conversation: (entry: Entry, limit: number, own: PublicKeyHex) => Promise<{
    readonly first: Entry
    readonly answers: readonly Entry[]
    readonly count: number
    readonly reactions: ReadonlyArray<{ readonly id: MessageId, readonly reactions: readonly ReactionView[] }>
  }>
  /** Codes: `invalid-argument` (too many). */
  answers: (ids: readonly MessageId[]) => AnswersView[]
  waiting: () => WaitingView[]
  /** One number of one device, given to several messages: those found last first. Codes: those of the store. */
  forks: () => Promise<Array<Pick<ForkView, 'author' | 'signer' | 'seq'> & { readonly messages: readonly Entry[] }>>
}

/** Posts of one question about answers: some screens of a list. */
const answersAskedMax = 200
/** Waiting messages that are shown: more is a flood, of which the number tells enough. */
const waitingShownMax = 200
/** Forks that are shown: whoever copies a key to flood gains nothing by more. */
const forksShownMax = 100
/** Members looked at to find them: a fork has up to three that count here, more where an author forks everywhere. */
const forkedMembersMax = 1_000

export function createReading (messages: Messages, set: ReadableSet): Reading {
  const views = createViews(messages, set)
  return {
    ...views,
    async conversation (entry, limit, own) {
      const first = (await views.ancestors(entry))[0] ?? entry
      const below = postsBelow([first.message.id], messages, set)[0]?.members ?? []
      const answers = await messages.getMembers(below.slice(-limit))
      const ids = [first, ...answers].map(({ message }) => message.id)
      const reactions = await views.reactions(ids, own)
      const reactionsOf = ids.map((id, index) => ({ id, reactions: reactions[index] ?? [] })).filter(({ reactions: those }) => those.length > 0)
      return { first, answers, count: below.length, reactions: reactionsOf }
    },
    answers (ids) {
      if (ids.length > answersAskedMax) throw new HubError('invalid-argument', `answers takes at most ${answersAskedMax} ids.`)
      return postsBelow(ids, messages, set).map(({ id, members }) => {
        const newest = members.at(-1)
        return { id, count: members.length, newestAt: newest == null ? null : messages.catalog.timestampOf(newest) }
      })
    },
    async forks () {
      const seqs = new Map(set.forked(forkedMembersMax).map((member) => {
        const [author, signer, seq] = [set.authorOf(member), set.signerOf(member), set.seqOf(member)]
        return [`${author} ${signer} ${seq}`, { author, signer, seq }] as const
      }))
      const found = await Promise.all([...seqs.values()].reverse().slice(0, forksShownMax).map(async ({ author, signer, seq }) =>
        ({ author, signer, seq, messages: await messages.getMembers(set.idsAt(author, signer, seq).map(id => set.memberOf(id))) })))
      return found.filter(fork => fork.messages.length > 1) // of one that retention dropped nothing can be shown
    },
    waiting: () => set.waiting(waitingShownMax).map(({ message, options: { sender = '' }, why }) => toWaitingView(message, why, sender === '' ? null : sender))
  }
}
