/** Who a hub belongs to, and how it is called after them. Pure. */
import { peerTail } from '../design/format.ts'

export interface Person {
  readonly author: string
  /** Whether a device of the author signed that this hub is theirs; otherwise the hub says so. */
  readonly proven: boolean
  /** null: not known, or none chosen. */
  readonly name: string | null
}

/** By peer id; hubs that do not say whose they are have none. */
export type HubPeople = ReadonlyMap<string, Person>

/** Characters of a name beside an id: the name is a help, the id tells. */
const nameShortMax = 14

export function hubWords (peerId: string, person: Person | null | undefined): string {
  const name = provenName(person)
  return name == null ? peerTail(peerId) : `${name.length > nameShortMax ? `${name.slice(0, nameShortMax - 1)}…` : name} ${peerTail(peerId)}`
}

/** null: none, or only claimed. */
export function provenName (person: Person | null | undefined): string | null {
  return person?.proven === true ? person.name : null
}
