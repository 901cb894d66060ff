/** How this hub becomes equal with others: the comparison that runs or ended last, where the sets differ, who lacks what, and what was before. */
import './sync.css'
import { useMemo, useState } from 'react'
import { statusTopic } from '../../data/topics.ts'
import type { FrontierView, SyncSession } from '../../../worker/api.ts'
import { syncNow, useSyncAsk } from '../../data/sync-now.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { count, counted } from '../../design/format.ts'
import { Icon } from '../../design/marks.tsx'
import { useCommand } from '../../shell/commands.ts'
import { type Inspected, ViewFrame } from '../../shell/frame.tsx'
import { useRoute, useRouter } from '../../shell/router.ts'
import { type Route, withPath } from '../../shell/route.ts'
import { HeatMap } from './heat-map.tsx'
import { Icicle, nameOf } from './icicle.tsx'
import { CurrentSession, Costs, SessionFacts, sessionTitle } from './session-panels.tsx'
import { JoinPanel } from './join-panel.tsx'
import { LifePanel } from './life-panel.tsx'
import { SessionTable } from './session-table.tsx'
import { SubtreeFacts } from './subtree-facts.tsx'
import { sessionSentence } from './sync-model.ts'
import { frontierTopic, sessionsTopic, treeTopic } from './sync-topics.ts'

const home: Route = { view: 'sync', path: [], query: {} }
const nothingDiffers: readonly string[] = []

export default function SyncView () {
  const live = useLive()
  const ask = useSyncAsk()
  const route = useRoute()
  const router = useRouter()
  const sessions = useTopic(sessionsTopic)
  const { value: frontier } = useTopic(frontierTopic)
  const { value: status } = useTopic(statusTopic)
  const [chosenId, prefix = ''] = route.path
  const chosen = chosenId == null ? null : sessions.value?.find(({ id }) => String(id) === chosenId) ?? null
  const session = chosen ?? sessions.value?.[0] ?? null
  const select = (id: number): void => { router.select({ ...route, path: [String(id)] }) }
  useCommand('sync-now', () => { syncNow(live) })
  const crumbs = [
    { words: 'Sync', route: home },
    ...chosen == null ? [] : [{ words: sessionTitle(chosen), route: { ...home, path: [String(chosen.id)] } }],
    ...prefix === '' ? [] : [{ words: <span className="mono">{nameOf(prefix)}</span> }]
  ]
  const tools = <button type="button" className="button" aria-disabled={ask.type === 'running'} onClick={() => { syncNow(live) }}>{ask.type === 'running' ? 'Comparing' : 'Sync now'}</button>
  return (
    <ViewFrame crumbs={crumbs} tools={tools} inspected={chosen == null ? null : inspectedOf(chosen, prefix)}>
      <div className="sync" tabIndex={-1}>
        <h1 className="hidden">Sync</h1>
        {ask.type === 'refused' && <p className="failure-note" role="alert">Nothing was compared: {ask.sentence}</p>}
        {sessions.failure != null && <p className="failure-note" role="alert">The comparisons could not be read: {sessions.failure}</p>}
        {status?.join != null && <JoinPanel join={status.join} />}
        {session == null
          ? <NoSession known={sessions.value != null} />
          : <div className="sync-top"><CurrentSession session={session} /><Costs session={session} /></div>}
        {sessions.value != null && (
          <>
            <Tree session={session} chosen={chosen != null} prefix={prefix} />
            <div className="sync-bottom">
              <Lacks frontier={frontier} nowMs={sessions.at} />
              <section aria-label="Past comparisons">
                <h2>Comparisons <span className="section-note">{count(sessions.value.length)}</span></h2>
                <SessionTable sessions={sessions.value} selected={session?.id ?? null} onSelect={select} />
              </section>
            </div>
          </>
        )}
        <LifePanel />
      </div>
    </ViewFrame>
  )
}

function inspectedOf (session: SyncSession, prefix: string): Inspected {
  return prefix === ''
    ? { key: `session ${session.id}`, label: 'Comparison', mark: <Icon name="sync" size={22} />, title: sessionTitle(session), peek: sessionSentence(session), content: <SessionFacts session={session} /> }
    : {
        key: `subtree ${prefix}`, label: 'Subtree', mark: <Icon name="matrix" size={22} />, title: <>Subtree <span className="mono">{nameOf(prefix)}</span></>,
        peek: 'What is in this part of the tree.', content: <SubtreeFacts prefix={prefix} session={session} />
      }
}

function NoSession ({ known }: { known: boolean }) {
  const { value: status } = useTopic(statusTopic)
  const words = !known
    ? 'Asking the hub what it compared.'
    : 'Nothing was compared yet. A hub compares with each new neighbour, and with one of them every half minute; what one side lacks moves then.'
  return <p className="empty">{words}{status?.synced === true && ' It was found equal with its neighbours within the last minute.'}</p>
}

function Tree ({ session, chosen, prefix }: { session: SyncSession | null, chosen: boolean, prefix: string }) {
  const route = useRoute()
  const router = useRouter()
  const differing = session?.differing ?? nothingDiffers
  // A link to a subtree opens where that is.
  const [zoom, setZoom] = useState(prefix.slice(0, 7))
  const topic = useMemo(() => treeTopic(zoom, differing), [zoom, differing])
  const { value: tree, failure } = useTopic(topic)
  const select = (pressed: string): void => {
    if (pressed === zoom && zoom !== '') setZoom(zoom.slice(0, -1))
    else if (pressed.length < 8 && pressed !== '') setZoom(pressed)
    if (session != null && pressed !== '') router.select(chosen ? withPath(route, route.path[0] ?? '', pressed) : { ...route, path: [String(session.id), pressed] })
  }
  return (
    <section className="sync-tree" aria-label="Where the sets differ">
      <h2>
        <span>{differing.length === 0 ? 'The tree that is compared' : 'Where the sets differ'}</span>
        <ul className="sync-key" aria-label="What the parts mean"><li data-state="equal">equal</li><li data-state="differs">differs</li><li data-state="mended">was, now equal</li></ul>
        {zoom !== '' && <button type="button" className="button quiet" onClick={() => { setZoom('') }}>Whole tree</button>}
      </h2>
      {failure != null && <p className="failure" role="alert">The tree could not be read: {failure}</p>}
      {tree == null
        ? <p className="quiet">{failure == null ? 'The tree is not there yet: it is built while the hub opens.' : ''}</p>
        : tree.root.count === 0
          ? <p className="quiet">No messages older than five seconds are here yet: there is nothing to compare.</p>
          : <Icicle tree={tree} differing={differing} mended={session?.outcome === 'equal'} selected={prefix === '' ? null : prefix} onSelect={select} />}
      {differing.length > 0 && (
        <details className="fold">
          <summary><Icon name="chevron" size={13} /><span>As a table</span><span className="fold-note">{counted(differing.length, 'subtree')}</span></summary>
          <table className="table">
            <thead><tr><th scope="col">Subtree</th><th scope="col">State</th></tr></thead>
            <tbody>{differing.map(part => <tr key={part}><td><button type="button" className="row-button mono" onClick={() => { select(part) }}>{nameOf(part)}</button></td><td>{session?.outcome === 'equal' ? 'differed, now equal' : 'differs'}</td></tr>)}</tbody>
          </table>
        </details>
      )}
    </section>
  )
}

function Lacks ({ frontier, nowMs }: { frontier: FrontierView | null, nowMs: number | null }) {
  return (
    <section aria-label="Missing messages, author by hub">
      <h2>Missing messages, author by hub <span className="section-note">as of each comparison</span></h2>
      {frontier == null || nowMs == null ? <p className="quiet">Not known.</p> : <HeatMap frontier={frontier} nowMs={nowMs} />}
    </section>
  )
}
