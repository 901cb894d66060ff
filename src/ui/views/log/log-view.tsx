/**
 * Everything that happened to links, messages, sync and storage, with causes, newest first. It is live, and holds still while somebody reads: while it is
 * paused, scrolled away from the newest line, or a line is selected. What is looked for, and the selected line, stand in the address.
 */
import './log.css'
import { useRef, useState } from 'react'
import { logTopic, statusTopic } from '../../data/topics.ts'
import { useHubWords } from '../../data/hub-people.ts'
import { useTopic } from '../../data/use-live.ts'
import { count, counted } from '../../design/format.ts'
import { Icon } from '../../design/marks.tsx'
import { useCommand } from '../../shell/commands.ts'
import { type Crumb, type Inspected, ViewFrame } from '../../shell/frame.tsx'
import { useLink, useRoute, useRouter } from '../../shell/router.ts'
import { withPath, withQuery } from '../../shell/route.ts'
import { faultsWords } from '../../words/faults.ts'
import type { LogEvent } from '../../../worker/api.ts'
import { exportLines } from './export-lines.ts'
import { FaultsPanel } from './faults-panel.tsx'
import { filterLog, filterOf, levels, parts } from './log-kinds.ts'
import { LogTable } from './log-table.tsx'
import { LineFacts } from './line-facts.tsx'

const levelWords = { error: 'Errors', warning: 'Errors and warnings', info: 'All but details', detail: 'All lines' } as const
const partWords = {
  links: 'Links', relays: 'Relays', messages: 'Messages', sync: 'Sync', storage: 'Storage', identity: 'Identity', faults: 'Faults', other: 'Other'
} as const

export default function LogView () {
  const words = useHubWords()
  const route = useRoute()
  const router = useRouter()
  const link = useLink()
  const { value: log, failure } = useTopic(logTopic)
  const { value: status } = useTopic(statusTopic)
  const field = useRef<HTMLInputElement>(null)
  const [paused, setPaused] = useState<number | null>(null)
  const [away, setAway] = useState<number | null>(null)
  const [first] = route.path
  const selected = first === 'faults' || first == null ? null : Number(first)
  const newest = log?.at(-1)?.event ?? 0
  const heldAt = paused ?? away
  const filter = filterOf(route.query)
  const found = filterLog(log ?? [], filter).toReversed()
  const shown = heldAt == null ? found : found.filter(({ event }) => event <= heldAt)
  const waiting = found.length - shown.length
  const set = (settings: Readonly<Record<string, string | null>>): void => { router.select(withQuery(route, settings)) }
  useCommand('filter', () => { field.current?.focus() })
  useCommand('inspect', () => { document.querySelector<HTMLElement>('.inspector-body')?.focus() })

  const inspected = first === 'faults' ? faultsInspected(status?.faults ?? null) : selected == null ? null : lineInspected(log ?? [], selected)
  const tools = (
    <>
      <span className="quiet log-count">{count(found.length)} of {counted(log?.length ?? 0, 'line')}</span>
      <label className="field">
        <Icon name="search" size={14} />
        <input ref={field} type="search" placeholder="Search the log" aria-label="Search the log" value={filter.text} onChange={({ target: { value } }) => { set({ filter: value === '' ? null : value }) }} />
        <kbd aria-hidden="true">/</kbd>
      </label>
    </>
  )
  const crumbs: Crumb[] = [{ words: 'Log', route: withPath(route) }, ...inspected == null ? [] : [{ words: first === 'faults' ? 'Faults' : `Line ${count(selected)}` }]]
  return (
    <ViewFrame crumbs={crumbs} tools={tools} inspected={inspected}>
      <h1 className="hidden">Log</h1>
      <div className="log-tools" role="toolbar" aria-label="What is shown of the log">
        <label><span className="quiet">Show</span>
          <select value={filter.level ?? 'detail'} aria-label="Level" onChange={({ target: { value } }) => { set({ level: value === 'detail' ? null : value }) }}>
            {levels.map(level => <option key={level} value={level}>{levelWords[level]}</option>)}
          </select>
        </label>
        <label><span className="quiet">of</span>
          <select value={filter.part ?? ''} aria-label="Part" onChange={({ target: { value } }) => { set({ part: value === '' ? null : value }) }}>
            <option value="">every part</option>
            {parts.map(part => <option key={part} value={part}>{partWords[part]}</option>)}
          </select>
        </label>
        {filter.peer != null && <button type="button" className="button chip" aria-label={`Show every hub, not only ${words(filter.peer)}`} onClick={() => { set({ peer: null }) }}>Hub <b className="mono">{words(filter.peer)}</b><Icon name="cross" size={11} /></button>}
        <span className="log-room" />
        <button type="button" className="button" aria-pressed={paused != null} onClick={() => { setPaused(paused == null ? newest : null); setAway(null) }}>{paused == null ? 'Pause' : 'Go on'}</button>
        <button type="button" className="button" aria-disabled={found.length === 0} onClick={() => { if (found.length > 0) exportLines(found.toReversed(), status?.peerId ?? null) }}>Export</button>
        <a className="button" aria-current={first === 'faults' ? 'page' : undefined} {...link(first === 'faults' ? withPath(route) : withPath(route, 'faults'))}>Faults</a>
      </div>
      {failure != null && <p className="empty failure" role="alert">The log could not be read: {failure} It is asked again every second.</p>}
      {log == null && failure == null && <p className="empty" role="status">Reading the log of this hub.</p>}
      {heldAt != null && (
        <p className="log-held" role="status">
          {paused == null ? 'Held still while you read' : 'Paused'}: {waiting === 0 ? 'nothing new.' : `${counted(waiting, 'new line')}.`}
          <button type="button" className="button quiet" onClick={() => { setPaused(null); setAway(null); document.querySelector('.log-scroll')?.scrollTo(0, 0) }}>Show the newest</button>
        </p>
      )}
      {log != null && found.length === 0 && (
        <p className="empty">
          {log.length === 0
            ? 'Nothing has happened yet. Links, messages and everything that fails will stand here, with causes.'
            : <>No line is like that. <button type="button" className="button quiet" onClick={() => { set({ filter: null, level: null, part: null, peer: null }) }}>Show all lines</button></>}
        </p>
      )}
      {found.length > 0 && (
        <LogTable
          lines={shown}
          selected={selected}
          isHeld={heldAt != null}
          onSelect={(event) => { if (paused == null) setAway(heldAt ?? newest); router.select(withPath(route, String(event))) }}
          onAway={(isAway) => { if (isAway) setAway(at => at ?? newest); else if (selected == null) setAway(null) }}
          onPeer={(peer) => { set({ peer }) }}
        />
      )}
    </ViewFrame>
  )
}

function faultsInspected (faults: Parameters<typeof faultsWords>[0]): Inspected {
  return {
    key: 'faults', label: 'Faults', mark: <Icon name="faults" size={22} />, title: 'Faults', subtitle: faults == null ? 'none injected' : 'injected now',
    peek: faults == null ? 'Lose or delay frames, or cut hubs off, to see how the network takes it.' : `Injected at this hub: ${faultsWords(faults)}.`, content: <FaultsPanel />
  }
}

function lineInspected (log: readonly LogEvent[], event: number): Inspected {
  const line = log.find(known => known.event === event)
  return {
    key: String(event), label: 'Line of the log', mark: <Icon name="log" size={22} />, title: line?.type ?? 'Not here', subtitle: `line ${count(event)}`, peek: line?.sentence ?? null,
    content: line == null
      ? <p className="empty">This line is not kept any more, or was of another hub’s log: each hub has its own, which begins anew when its page is loaded.</p>
      : <LineFacts line={line} />
  }
}
