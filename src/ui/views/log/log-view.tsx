/** Everything that happened to links, messages, sync and storage, with causes, newest first. */
import './log.css'
import { useRef, useState } from 'react'
import { logTopic } from '../../data/topics.ts'
import { useTopic } from '../../data/use-live.ts'
import { clockTime, count, machineTime, peerTail, unknown } from '../../design/format.ts'
import { RowsAside, useRowsInSight } from '../../design/virtual-rows.tsx'
import { useCommand } from '../../shell/commands.ts'
import { ViewFrame } from '../../shell/frame.tsx'
import { useRoute, useRouter } from '../../shell/router.ts'
import { withQuery } from '../../shell/route.ts'

const rowPx = 30
const columns = 5

export default function LogView () {
  const route = useRoute()
  const router = useRouter()
  const filter = route.query.filter ?? ''
  const { value: log, failure } = useTopic(logTopic)
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const field = useRef<HTMLInputElement>(null)
  useCommand('filter', () => { field.current?.focus() })
  const wanted = filter.toLowerCase()
  const lines = (log ?? []).filter(({ type, peer, code, sentence }) => wanted === '' || [type, peer, code, sentence].some(text => text?.toLowerCase().includes(wanted))).toReversed()
  const { indexes, abovePx, belowPx } = useRowsInSight(scroller, lines.length, rowPx)
  const tools = (
    <>
      <span className="quiet">{count(lines.length)} of {count(log?.length)} events</span>
      <label className="field"><input ref={field} type="search" placeholder="Filter events" aria-label="Filter events" value={filter} onChange={(event) => { router.select(withQuery(route, { filter: event.target.value === '' ? null : event.target.value })) }} /><kbd aria-hidden="true">/</kbd></label>
    </>
  )
  return (
    <ViewFrame crumbs={[{ words: 'Log' }]} tools={tools}>
      <h1 className="hidden">Log</h1>
      {failure != null && <p className="empty failure" role="alert">The log could not be read: {failure}</p>}
      {log != null && lines.length === 0 && <p className="empty">{filter === '' ? 'Nothing has happened yet. Links, messages and everything that fails will stand here, with causes.' : 'No event has that in its type, hub, code or sentence.'}</p>}
      <div className="table-scroll log-scroll" ref={setScroller} tabIndex={0} role="region" aria-label="Events">
        <table className="table">
          <thead><tr><th scope="col">At</th><th scope="col">What</th><th scope="col">Hub</th><th scope="col">Code</th><th scope="col">In words</th></tr></thead>
          <tbody>
            <RowsAside px={abovePx} columns={columns} />
            {indexes.map((index) => {
              const line = lines[index]
              if (line == null) return null
              return (
                <tr key={line.event} data-type={line.type}>
                  <td><time dateTime={machineTime(line.at)}>{clockTime(line.at)}</time></td>
                  <td>{line.type}{line.times > 1 && <small> × {count(line.times)}</small>}</td>
                  <td className="mono" title={line.peer ?? undefined}>{line.peer == null ? unknown : peerTail(line.peer)}</td>
                  <td>{line.code ?? unknown}</td>
                  <td className="log-words" title={line.sentence}>{line.sentence}</td>
                </tr>
              )
            })}
            <RowsAside px={belowPx} columns={columns} />
          </tbody>
        </table>
      </div>
    </ViewFrame>
  )
}
