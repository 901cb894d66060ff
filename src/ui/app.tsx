/**
 * The page: status on top, the messages and the box to write in, and beside them who is here. Pure functions of the store's
 * snapshot, but for what only this page knows: the text being written and whether the guide was put away.
 */
import { useRef, useState, useSyncExternalStore } from 'react'
import { Compose } from './compose.tsx'
import { counted } from './format.ts'
import { Guide, InvitationSteps } from './guide.tsx'
import type { HubSnapshot, HubStore } from './hub-store.ts'
import { Inspector } from './inspector.tsx'
import { ToneMark } from './marks.tsx'
import { MessageList } from './message-list.tsx'
import { Notice } from './notice.tsx'
import { PaneTabs } from './pane-tabs.tsx'
import { isGossiping, stateStatement, statusStatement, type Statement } from './sentences.ts'
import { StatusStrip } from './status-strip.tsx'
import type { MessageView } from '../worker/api.ts'

export interface AppProperties {
  readonly hubName: string
  readonly store: HubStore
  /** The page's own address, from which others are made. */
  readonly address: string
}

export function App ({ hubName, store, address }: AppProperties) {
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot)
  const panes = useRef<HTMLDivElement>(null)
  // Kept here, so that it outlives a hub that stops under the writer.
  const [draft, setDraft] = useState('')
  const { state } = snapshot
  const stopped = state.type !== 'running' && state.type !== 'starting'
  return (
    <div className="app">
      <a className="skip" href="#messages">Skip to the messages</a>
      <StatusStrip snapshot={snapshot} />
      {stopped ? <Notice state={state} address={address} /> : (
        <>
          <div className="panes" ref={panes}>
            <main id="messages" tabIndex={-1}><Messages snapshot={snapshot} store={store} address={address} draft={draft} onDraft={setDraft} /></main>
            <aside id="hubs" aria-label="You and the other hubs" tabIndex={-1}>
              <Inspector snapshot={snapshot} hubName={hubName} invitation={<ul className="steps small"><InvitationSteps address={address} /></ul>} />
            </aside>
          </div>
          <PaneTabs panes={panes} linked={snapshot.status == null ? null : snapshot.peers.filter(isGossiping).length} />
        </>
      )}
    </div>
  )
}

interface MessagesProperties {
  readonly snapshot: HubSnapshot
  readonly store: HubStore
  readonly address: string
  readonly draft: string
  readonly onDraft: (text: string) => void
}

function Messages ({ snapshot, store, address, draft, onDraft }: MessagesProperties) {
  const [guideHidden, setGuideHidden] = useState(false)
  const box = useRef<HTMLTextAreaElement>(null)
  const { status, messages, older, unread } = snapshot
  const none = messages?.length === 0
  return (
    <>
      <StatusBar snapshot={snapshot} />
      {unread != null && <p className="trouble" role="alert">{unread}</p>}
      {none && status != null && !guideHidden && (
        <Guide status={status} snapshot={snapshot} address={address} onWrite={() => box.current?.focus()} onHide={() => setGuideHidden(true)} />
      )}
      {(!none || guideHidden) && <h1 className="hidden">Messages</h1>}
      {none && guideHidden && <p className="no-messages">No messages yet.</p>}
      {!none && <MessageList messages={messages ?? notRead} older={older} self={status?.author ?? null} onOlder={store.loadOlder} />}
      <Compose draft={draft} onDraft={onDraft} onPublish={text => store.publish({ kind: 'post', text })} device={status?.device ?? null} boxRef={box} />
    </>
  )
}

const notRead: readonly MessageView[] = []

/** The one sentence about this hub, and what follows from it. */
function StatusBar ({ snapshot }: { snapshot: HubSnapshot }) {
  const { tone, sentence, detail } = statementOf(snapshot)
  return (
    <div className="status-bar" data-tone={tone}>
      <ToneMark tone={tone} large={tone === 'error'} />
      <div>
        <p className="status-sentence" role="status" data-testid="status-sentence">{sentence}</p>
        {detail != null && <p className="status-detail">{detail}</p>}
      </div>
      {snapshot.status != null && <span className="status-count" title="Of all kinds, those that introduce keys included">{counted(snapshot.status.messages, 'signed message')} here</span>}
    </div>
  )
}

function statementOf ({ state, status, peers, candidates, answeredAt, silence }: HubSnapshot): Statement {
  if (silence != null) return { tone: 'error', sentence: silence, detail: null }
  if (state.type !== 'running') return stateStatement(state)
  if (status == null || answeredAt == null) return { tone: 'working', sentence: 'Asking the hub how it is.', detail: null }
  return statusStatement(status, peers, candidates, answeredAt)
}
