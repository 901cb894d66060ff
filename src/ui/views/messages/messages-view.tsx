/** Messages: threads on the left, the one that is read beside them with the box to write in, and what is known of the selected message in the inspector. */
import './messages.css'
import './overview.css'
import './thread.css'
import { useCallback, useDeferredValue, useMemo, useRef, useState } from 'react'
import { statusTopic } from '../../data/topics.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { counted, keyHead, peerTail } from '../../design/format.ts'
import { CopyButton } from '../../design/copy-button.tsx'
import { Icon, Sigil } from '../../design/marks.tsx'
import { AuthorName } from '../../shell/author-name.tsx'
import { useCommand } from '../../shell/commands.ts'
import { type Inspected, ViewFrame } from '../../shell/frame.tsx'
import { useLink, useRoute, useRouter } from '../../shell/router.ts'
import { coverageWords } from '../../words/sentences.ts'
import { InvitationSteps } from '../network/invitation-steps.tsx'
import { Compose } from './compose.tsx'
import { MessageFacts, messageSubtitle } from './message-inspector.tsx'
import { conversationTopic } from './message-topics.ts'
import { Overview } from './overview.tsx'
import { RemoveButton } from './remove-button.tsx'
import { SearchResults } from './search.tsx'
import { Thread } from './thread.tsx'
import { ThreadList } from './thread-list.tsx'
import { TroubleList, type TroubleKind } from './trouble-list.tsx'

const threadsFilter = { kind: 'post', parent: null } as const
const troubleKinds: readonly TroubleKind[] = ['waiting', 'rejected', 'barred', 'forks']

export default function MessagesView () {
  const live = useLive()
  const router = useRouter()
  const { path: [selected = null], query } = useRoute()
  const { value: status } = useTopic(statusTopic)
  const [entered, setEntered] = useState(false)
  // A thread that is closed has no focus to lose.
  if (entered && selected == null) setEntered(false)
  const [typed, setTyped] = useState('')
  const wanted = useDeferredValue(typed)
  /** What is read beside the list: the row that was pressed is marked before its thread and its facts are drawn, which may take a busy page a while. */
  const read = useDeferredValue(selected)
  const box = useRef<HTMLTextAreaElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const conversation = useConversation(selected)
  const shown = troubleKinds.find(kind => kind === query.show) ?? null
  const message = conversation?.message ?? null

  const write = useCallback((): void => { setTimeout(() => box.current?.focus()) }, [])
  const leave = useCallback((): void => { router.select({ ...router.route(), path: [] }) }, [router])
  useCommand('reply', write)
  useCommand('filter', () => { field.current?.focus() })

  const publish = async (text: string, traced: boolean): Promise<void> => {
    await live.hub().publish({ kind: 'post', text, ...(selected == null ? {} : { parent: selected }) }, { traced })
    if (selected != null) live.refresh(conversationTopic(selected))
  }
  const inspected: Inspected | null = selected != null
    ? {
        key: 'message', label: 'The selected message', mark: <Icon name="document" size={22} />,
        title: <span className="mono" title={selected}>{keyHead(selected)}{selected.slice(-4)}</span>,
        subtitle: <>{message != null && messageSubtitle(message)} <CopyButton text={selected} label="Copy id" className="icon-button small" icon="copy" /></>,
        peek: message == null ? 'Not here' : coverageWords(message), content: read == null ? null : <MessageFacts key={read} id={read} />,
        foot: message?.author === status?.author && message?.body != null ? <RemoveButton key={selected} id={selected} /> : undefined
      }
    : status == null
      ? null
      : {
          key: 'me', label: 'You and the other hubs', mark: <Sigil id={status.author} size={28} />, title: <AuthorName author={status.author} />,
          subtitle: <>{status.networkName}, hub {peerTail(status.peerId)}</>, peek: null, closes: false,
          content: <Overview invitation={<ul className="steps small"><InvitationSteps address={location.href} /></ul>} />
        }
  const tools = (
    <>
      {status != null && <span className="message-count" title="Of all kinds, those that introduce keys included">{counted(status.messages, 'signed message')} here</span>}
      <label className="field message-search">
        <Icon name="search" size={14} />
        <input
          ref={field}
          type="search"
          aria-label="Search messages"
          placeholder="Search messages"
          value={typed}
          onChange={(event) => { setTyped(event.target.value) }}
          onKeyDown={(event) => { if (event.key === 'Escape') { setTyped(''); field.current?.blur() } }}
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
    </>
  )
  const crumbs = [{ words: 'Messages', route: { view: 'messages', path: [], query: {} } } as const, ...selected == null ? [] : [{ words: <span className="mono">{keyHead(selected)}</span> }]]
  return (
    <ViewFrame crumbs={selected == null ? [{ words: 'Messages' }] : crumbs} inspected={inspected} tools={tools} wideInspector={selected != null}>
      <h1 className="hidden">Messages</h1>
      <div className="message-panes" data-reading={selected != null}>
        <nav className="list-pane" aria-label="Threads">
          <Shown shown={shown} pending={status?.pending ?? 0} />
          {wanted.trim() !== ''
            ? <SearchResults wanted={wanted} />
            : shown != null
              ? <TroubleList shown={shown} />
              : (
                  <ThreadList
                    filter={threadsFilter}
                    threads
                    label="Threads, the newest first"
                    selected={selected}
                    first={conversation?.first ?? null}
                    keys={!entered}
                    onEnter={() => setEntered(true)}
                    empty={<p>No messages yet. What you write is signed by this device and kept here, and travels to every linked hub.</p>}
                  />
                )}
        </nav>
        {selected == null
          ? <p className="nothing-read">Choose a thread to read it here, or write a new one below.<span><kbd>J</kbd> <kbd>K</kbd> move, <kbd>Enter</kbd> goes into a thread, <kbd>R</kbd> writes</span></p>
          : read == null ? null : <Thread id={read} entered={entered} onEntered={setEntered} onReply={write} />}
        <Compose
          key={selected ?? 'new'}
          answered={message}
          answeredId={message != null && message.kind !== 'post' ? null : selected}
          onPublish={publish}
          onLeave={() => { leave(); write() }}
          device={status?.device ?? null}
          boxRef={box}
        />
      </div>
    </ViewFrame>
  )
}

/** Which messages are listed. */
function Shown ({ shown, pending }: { shown: TroubleKind | null, pending: number }) {
  const link = useLink()
  const chips = [
    { to: null, words: 'All' }, { to: 'waiting', words: pending > 0 ? `Waiting ${pending}` : 'Waiting' }, { to: 'rejected', words: 'Rejected' }, { to: 'barred', words: 'Barred' }, { to: 'forks', words: 'Forks' }
  ] as const
  return (
    <p className="shown">
      {chips.map(({ to, words }) => (
        <a key={words} className="chip" aria-current={shown === to ? 'true' : undefined} {...link({ view: 'messages', path: [], query: to == null ? {} : { show: to } })}>{words}</a>
      ))}
    </p>
  )
}

/** The selected message and the first one of its thread, as far as they are read. */
function useConversation (id: string | null) {
  const topic = useMemo(() => conversationTopic(id ?? ''), [id])
  const nobody = useMemo(() => ({ ...topic, name: 'no conversation', everyMs: Infinity, read: async () => ({ found: null }) }), [topic])
  const found = useTopic(id == null ? nobody : topic).value?.found
  return found == null ? null : { first: found.first.id, message: [found.first, ...found.answers].find(message => message.id === id) ?? null }
}
