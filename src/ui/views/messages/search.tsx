/** Posts by what they say: the hub's posts are read from the newest on, page by page, while it is typed and looked at. */
import { useEffect, useState } from 'react'
import { reasonOf } from '../../../base/errors.ts'
import { useLive } from '../../data/use-live.ts'
import { count, counted, dayName, machineTime } from '../../design/format.ts'
import { Sigil } from '../../design/marks.tsx'
import { AuthorName } from '../../shell/author-name.tsx'
import { useLink } from '../../shell/router.ts'
import type { MessageView } from '../../../worker/api.ts'
import { textOf } from './thread-list.tsx'
import { timeOrDay } from './when.ts'

/** Posts found that are shown: more is another question. */
const foundMax = 100
/** Posts read in one question. */
const pagePosts = 500
/** After the last key, in ms, before the hub is asked. */
const typedMs = 200

interface Search {
  readonly found: readonly MessageView[]
  readonly searched: number
  readonly state: 'searching' | 'done' | 'full'
  readonly failure: string | null
}

const begun: Search = { found: [], searched: 0, state: 'searching', failure: null }

export function SearchResults ({ wanted }: { wanted: string }) {
  const { found, searched, state, failure } = useSearch(wanted)
  const link = useLink()
  const words = state === 'searching'
    ? `Searching: ${counted(searched, 'message')} so far`
    : state === 'full' ? `The newest ${count(foundMax)} that match` : `${counted(found.length, 'match', 'matches')} in ${counted(searched, 'message')}`
  return (
    <div className="thread-list">
      <p className="search-state" role="status">{failure ?? words}</p>
      <div className="thread-rows" role="region" aria-label="Messages found" tabIndex={0}>
        <ol>
          {found.map(({ id, author, timestamp, body }) => (
            <li key={id} className="thread-row found">
              <a {...link({ view: 'messages', path: [id], query: {} })}>
                <Sigil id={author} size={20} />
                <span className="thread-who"><AuthorName author={author} /></span>
                <time dateTime={machineTime(timestamp)} title={dayName(timestamp)}>{timeOrDay(timestamp)}</time>
                <span className="thread-text" dir="auto">{textOf(body)}</span>
              </a>
            </li>
          ))}
        </ol>
        {found.length === 0 && state === 'done' && <p className="empty">No message says that. Every message that this hub has was read; letters count the same in either case.</p>}
      </div>
    </div>
  )
}

function useSearch (wanted: string): Search {
  const live = useLive()
  const [search, setSearch] = useState<Search & { readonly wanted: string }>({ ...begun, wanted })
  useEffect(() => {
    let over = false
    const isOver = (): boolean => over
    const needle = wanted.trim().toLowerCase()
    const run = async (): Promise<void> => {
      let found: MessageView[] = []
      let searched = 0
      let after: string | undefined
      for (;;) {
        const page = await live.hub().query({ kind: 'post', limit: pagePosts, ...(after == null ? {} : { after }) })
        after = page.at(-1)?.id
        searched += page.length
        found = [...found, ...page.filter(({ body }) => textOf(body)?.toLowerCase().includes(needle))].slice(0, foundMax)
        const state = found.length === foundMax ? 'full' : page.length < pagePosts ? 'done' : 'searching'
        if (isOver()) return
        setSearch({ found, searched, state, failure: null, wanted })
        if (state !== 'searching') return
      }
    }
    const timer = setTimeout(() => {
      run().catch((thrown: unknown) => { if (!over) setSearch({ ...begun, state: 'done', failure: `The messages could not be searched: ${reasonOf(thrown)}`, wanted }) })
    }, typedMs)
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [live, wanted])
  return search.wanted === wanted ? search : begun
}
