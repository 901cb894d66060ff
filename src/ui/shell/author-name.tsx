/** An author, always the same way: the name they gave themselves, if any, and the head of their key, which nobody else can have. */
import { useName, useSelf } from '../data/people.ts'
import { keyEnds, keyHead } from '../design/format.ts'
import { useLink } from './router.ts'

export interface AuthorNameProperties {
  readonly author: string
  /** Whether it leads to the author's page. */
  readonly linked?: boolean
}

export function AuthorName ({ author, linked = false }: AuthorNameProperties) {
  const name = useName(author)
  const own = useSelf() === author
  const link = useLink()
  const words = name == null && !own
    ? <b className="mono" title={author}>{keyEnds(author)}</b>
    : <><b dir="auto">{own ? name == null ? 'You' : `${name}, you` : name}</b> <code title={author}>{keyHead(author)}</code></>
  if (!linked) return <span className="author-name">{words}</span>
  return <a className="author-name" {...link({ view: 'author', path: [author], query: {} })}>{words}</a>
}
