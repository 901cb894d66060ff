/**
 * A hub, always the same way: its sigil, the name of the author whose device signed that it is theirs, and the tail of its id, which tells it from all others.
 * The whole id is in the title.
 */
import { useHubPeople } from '../data/hub-people.ts'
import { type Person, provenName } from '../data/person.ts'
import { keyEnds, keyHead, peerTail, unknown } from '../design/format.ts'
import { Sigil } from '../design/marks.tsx'
import { useLink } from './router.ts'

export function HubName ({ peerId, size }: { peerId: string, size?: number }) {
  return <NamedHub peerId={peerId} person={useHubPeople().get(peerId)} {...size != null && { size }} />
}

/** For who knows whose hub it is. */
export function NamedHub ({ peerId, person, size = 18 }: { peerId: string, person: Person | null | undefined, size?: number }) {
  const name = provenName(person)
  return (
    <span className="name" title={peerId}>
      <Sigil id={peerId} size={size} />
      {name == null ? <b className="mono">{peerTail(peerId)}</b> : <><b className="hub-person" dir="auto">{name}</b><code>{peerTail(peerId)}</code></>}
    </span>
  )
}

/** Beside a hub's name in a list: what it only says of its author, or that nothing is known. */
export function AuthorDoubt ({ person }: { person: Person | null | undefined }) {
  if (person == null) return <small className="quiet" title="Whose hub it is, is not known here">{unknown}</small>
  return person.proven ? null : <small className="quiet" dir="auto" title="It says so; no device that this author is known to have introduced signed it">says {person.name ?? keyHead(person.author)}</small>
}

/** Whose hub it is, and how that is known. */
export function HubAuthor ({ person }: { person: Person | null | undefined }) {
  const link = useLink()
  if (person == null) return <>{unknown} <span className="quiet">it does not say, or nothing was heard of it</span></>
  const words = person.name == null ? <code title={person.author}>{keyEnds(person.author)}</code> : <><b dir="auto">{person.name}</b> <code title={person.author}>{keyHead(person.author)}</code></>
  return (
    <>
      {!person.proven && 'says it is '}<a {...link({ view: 'author', path: [person.author], query: {} })}>{words}</a>
      {' '}<span className="quiet">{person.proven ? 'a device of theirs signed for this hub' : 'signed by a device that this author, as far as is known here, did not introduce, or revoked'}</span>
    </>
  )
}
