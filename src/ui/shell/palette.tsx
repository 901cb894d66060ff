/** Find or do: one field over hubs, messages and commands. Moved in with the arrows, opened with Enter. */
import { type KeyboardEvent, useEffect, useId, useState } from 'react'
import { useHubWords } from '../data/hub-people.ts'
import { candidatesTopic, linksTopic } from '../data/topics.ts'
import { useLive, useTopic } from '../data/use-live.ts'
import { Icon, Sigil } from '../design/marks.tsx'
import type { MessageView } from '../../worker/api.ts'
import { useCommands } from './commands.ts'
import { Dialog } from './dialog.tsx'
import { paletteGroups, type PaletteEntry } from './palette-entries.ts'
import { useRouter } from './router.ts'

/** Posts that are searched: the newest ones. */
const postsSearchedMax = 500

export function Palette ({ onClose }: { onClose: () => void }) {
  const router = useRouter()
  const commands = useCommands()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const listId = useId()
  const { value: links, at } = useTopic(linksTopic)
  const { value: candidates } = useTopic(candidatesTopic)
  const words = useHubWords()
  const { posts, failure } = useNewestPosts()
  const groups = paletteGroups(typed, { peers: links?.peers ?? [], candidates: candidates ?? [], words, posts, offered: commands.isOffered, nowMs: at ?? 0 })
  const entries = groups.flatMap(group => group.entries)
  const at0 = Math.min(chosen, entries.length - 1)

  const choose = (entry: PaletteEntry | undefined): void => {
    if (entry == null) return
    onClose()
    if (entry.does.type === 'open') router.open(entry.does.route)
    else commands.run(entry.does.command)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number | undefined>> = { ArrowDown: 1, ArrowUp: -1 }
    const move = moves[event.key]
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) choose(entries[at0])
    else if (move != null) setChosen((at0 + move + entries.length) % Math.max(1, entries.length))
    else return
    event.preventDefault()
  }

  return (
    <Dialog label="Find or do" onClose={onClose}>
      <div className="palette-field">
        <Icon name="search" size={18} />
        <input
          autoFocus
          role="combobox"
          aria-expanded={entries.length > 0}
          aria-controls={listId}
          aria-activedescendant={entries[at0] == null ? undefined : `${listId}-${at0}`}
          aria-label="Find a hub, a message, an author or something to do"
          placeholder="Hub, message, author or command"
          value={typed}
          onChange={(event) => { setTyped(event.target.value); setChosen(0) }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className="palette-list" id={listId} {...entries.length > 0 && { role: 'listbox', 'aria-label': 'Found' }}>
        {groups.map(group => (
          <div key={group.title} role="group" aria-label={group.title}>
            <p className="palette-title" aria-hidden="true">{group.title}</p>
            {group.entries.map((entry) => {
              const index = entries.indexOf(entry)
              return <Row key={entry.key} id={`${listId}-${index}`} entry={entry} chosen={index === at0} onChoose={() => choose(entry)} onPoint={() => setChosen(index)} />
            })}
          </div>
        ))}
        {entries.length === 0 && <p className="palette-none" role="status">Nothing here matches. Messages are searched among the newest {postsSearchedMax}, hubs by their author’s name and their id.</p>}
        {failure != null && <p className="palette-none" role="status">Messages could not be searched: {failure}</p>}
      </div>
      <p className="dialog-note"><span><kbd>↑</kbd> <kbd>↓</kbd> move</span><span><kbd>Enter</kbd> open</span><span><kbd>Esc</kbd> close</span></p>
    </Dialog>
  )
}

function Row ({ id, entry, chosen, onChoose, onPoint }: { id: string, entry: PaletteEntry, chosen: boolean, onChoose: () => void, onPoint: () => void }) {
  return (
    <div id={id} className="palette-row" role="option" aria-selected={chosen} onClick={onChoose} onPointerMove={onPoint}>
      {entry.sigil == null ? <Icon name={entry.does.type === 'run' ? 'chevron' : 'message'} size={14} /> : <Sigil id={entry.sigil} size={16} />}
      <span className="palette-words">{entry.words}</span>
      {entry.does.type === 'run' ? <kbd>{entry.note}</kbd> : <span className="palette-note">{entry.note}</span>}
    </div>
  )
}

function useNewestPosts (): { readonly posts: readonly MessageView[], readonly failure: string | null } {
  const live = useLive()
  const [found, setFound] = useState<{ posts: readonly MessageView[], failure: string | null }>({ posts: [], failure: null })
  useEffect(() => {
    let over = false
    const state = live.state()
    if (state.type !== 'running') return
    state.hub.query({ kind: 'post', limit: postsSearchedMax }).then(
      (posts) => { if (!over) setFound({ posts, failure: null }) },
      (thrown: unknown) => { if (!over) setFound({ posts: [], failure: String(thrown) }) }
    )
    return () => { over = true }
  }, [live])
  return found
}
