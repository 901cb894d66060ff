/** Messages to read and a box to write in; beside them who I am, who else is here, and what happened last. */
import './messages.css'
import './overview.css'
import { useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { statusTopic } from '../../data/topics.ts'
import { useHubState, useLive, useTopic } from '../../data/use-live.ts'
import { counted, peerTail } from '../../design/format.ts'
import { Sigil } from '../../design/marks.tsx'
import { ViewFrame } from '../../shell/frame.tsx'
import type { HubApi, MessageView } from '../../../worker/api.ts'
import { InvitationSteps } from '../network/guide.tsx'
import { Compose } from './compose.tsx'
import { keepDraft, keptDraft } from './draft.ts'
import { MessageList } from './message-list.tsx'
import { Overview } from './overview.tsx'
import { followPosts, type Posts } from './posts.ts'

const notRead: readonly MessageView[] = []

export default function MessagesView () {
  const live = useLive()
  const { value: status } = useTopic(statusTopic)
  const { messages, older, unread, loadOlder } = usePosts()
  const [draft, setDraft] = useState(keptDraft)
  const box = useRef<HTMLTextAreaElement>(null)
  const write = (text: string): void => {
    keepDraft(text)
    setDraft(text)
  }
  const inspected = status == null ? null : {
    key: 'me', label: 'You and the other hubs', mark: <Sigil id={status.author} size={28} />, title: 'You',
    subtitle: <>{status.networkName}, hub {peerTail(status.peerId)}</>,
    peek: null, closes: false,
    content: <Overview invitation={<ul className="steps small"><InvitationSteps address={location.href} /></ul>} />
  }
  const tools = status != null && <span className="message-count" title="Of all kinds, those that introduce keys included">{counted(status.messages, 'signed message')} here</span>
  return (
    <ViewFrame crumbs={[{ words: 'Messages' }]} inspected={inspected} tools={tools}>
      <h1 className="hidden">Messages</h1>
      {unread != null && <p className="trouble" role="alert">{unread}</p>}
      {messages?.length === 0
        ? <p className="empty no-messages">No messages yet. What you write is signed by this device and kept here, and travels to every linked hub.</p>
        : <MessageList messages={messages ?? notRead} older={older} self={status?.author ?? null} onOlder={loadOlder} />}
      <Compose draft={draft} onDraft={write} onPublish={async (text) => { await live.hub().publish({ kind: 'post', text }) }} device={status?.device ?? null} boxRef={box} />
    </ViewFrame>
  )
}

/** The posts of the running hub, followed while this view is open. */
function usePosts () {
  const state = useHubState()
  const hub = state.type === 'running' ? state.hub : null
  const store = useMemo(() => postsWhileSubscribed(hub), [hub])
  return { ...useSyncExternalStore(store.subscribe, store.snapshot), loadOlder: store.loadOlder }
}

const nothing = { messages: null, older: 'none', unread: null } as const

function postsWhileSubscribed (hub: HubApi | null) {
  let posts: Posts | null = null
  return {
    subscribe: (listener: () => void) => {
      if (hub == null) return () => { /* there is nothing to follow */ }
      const followed = posts = followPosts(hub, () => document.visibilityState === 'visible')
      followed.subscribe(listener)
      return () => {
        followed.close()
        posts = null
      }
    },
    snapshot: () => posts?.snapshot() ?? nothing,
    loadOlder: () => { posts?.loadOlder() }
  }
}
