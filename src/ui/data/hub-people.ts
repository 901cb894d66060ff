/**
 * Whose hub is whose, as far as it is known: what hubs announce of their authors, which the engine checked, beside the names that those authors chose. Read
 * while some hub is in sight.
 */
import type { Topic } from './live.ts'
import { nameField, shownName } from './people.ts'
import { type HubPeople, hubWords, type Person } from './person.ts'
import { statusTopic } from './topics.ts'
import { useTopic } from './use-live.ts'

interface Read {
  readonly people: HubPeople
  readonly names: ReadonlyMap<string, { readonly name: string | null, readonly at: number }>
}

/** A name is asked for again after this, in ms: it seldom changes. One that is not known is asked for each time: the profile may come after the hub. */
const nameAgainMs = 30_000
/** Names asked for in one turn, so that a crowd costs the engine no more than a page of messages. */
const namesAtOnceMax = 40

export const hubPeopleTopic: Topic<Read> = {
  name: 'whose hubs', everyMs: 4_000, read: async (hub, before, now) => {
    const at = now()
    const authors = (await hub.hubs()).flatMap(({ peerId, author, authorProven }) => author == null ? [] : [{ peerId, author, authorProven }])
    const names = new Map(before?.names)
    const ageOf = (author: string): number => at - (names.get(author)?.at ?? -Infinity)
    const due = [...new Set(authors.map(({ author }) => author))].filter(author => names.get(author)?.name == null || ageOf(author) >= nameAgainMs)
      .sort((one, other) => ageOf(other) - ageOf(one)).slice(0, namesAtOnceMax)
    await Promise.all(due.map(async (author) => { names.set(author, { name: shownName((await hub.profile(author)).fields[nameField]), at }) }))
    const people = new Map(authors.map(({ peerId, author, authorProven: proven }) => [peerId, { author, proven, name: names.get(author)?.name ?? null }]))
    const known = before?.people
    const same = known?.size === people.size && [...people].every(([peerId, person]) => isSamePerson(known.get(peerId), person))
    return { people: same ? known : people, names: new Map([...names].filter(([author]) => authors.some(one => one.author === author))) }
  }
}

const nobody: HubPeople = new Map()

export function useHubPeople (): HubPeople {
  return useTopic(hubPeopleTopic).value?.people ?? nobody
}

/** A hub in a few words: `Ines …k3Qf` where that is proven, `You` for this one, otherwise `…k3Qf`. */
export function useHubWords (): (peerId: string) => string {
  const people = useHubPeople()
  const self = useTopic(statusTopic).value?.peerId
  return peerId => peerId === self ? 'You' : hubWords(peerId, people.get(peerId))
}

function isSamePerson (one: Person | undefined, other: Person): boolean {
  return one?.author === other.author && one.proven === other.proven && one.name === other.name
}
