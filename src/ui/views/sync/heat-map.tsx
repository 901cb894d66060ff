/**
 * What other hubs lacked when this one last compared with them, author by hub. Only hubs that were compared with have a column; the others
 * are not drawn as complete. A table, coloured: each cell has its figure.
 */
import type { FrontierView } from '../../../worker/api.ts'
import { useHubWords } from '../../data/hub-people.ts'
import { count, span } from '../../design/format.ts'
import { Sigil } from '../../design/marks.tsx'
import { AuthorName } from '../../shell/author-name.tsx'
import { useLink } from '../../shell/router.ts'
import { type HeatRow, heatRows, heatStep } from './heat-model.ts'

export interface HeatMapProperties {
  readonly frontier: FrontierView
  readonly nowMs: number
}

/** Columns that fit beside one another; the newest comparisons first. */
const columnsMax = 9
const rowsMax = 12
/** Older than this a comparison says little of now, in ms. */
const staleMs = 120_000

export function HeatMap ({ frontier, nowMs }: HeatMapProperties) {
  const hubs = [...frontier.hubs].sort((a, b) => b.at - a.at).slice(0, columnsMax)
  const words = useHubWords()
  const link = useLink()
  const rows = heatRows(frontier, hubs.map(({ peerId }) => peerId))
  return (
    <div className="table-scroll heat">
      <table>
        <thead>
          <tr>
            <th scope="col">Author</th><th scope="col" className="held">Held here</th><th scope="col"><span>You</span><small>here</small></th>
            {hubs.map(({ peerId, at }) => <th key={peerId} scope="col" title={peerId}><a className="mono" {...link({ view: 'network', path: ['hub', peerId], query: {} })}>{words(peerId)}</a><small data-stale={nowMs - at >= staleMs}>{span(nowMs - at)}</small></th>)}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, rowsMax).map(row => <Row key={row.author} row={row} stale={hubs.map(({ at }) => nowMs - at >= staleMs)} />)}
        </tbody>
      </table>
      <p className="heat-note">
        Figures are messages that were missing at the last comparison, and moved then. Dot: nothing was missing. Hatched: not compared.
        {rows.length > rowsMax && ` ${count(rows.length - rowsMax)} more authors held here.`}
        {frontier.hubs.length === 0 && ' No hub was compared with yet.'}
      </p>
    </div>
  )
}

function Row ({ row: { author, held, own, cells }, stale }: { row: HeatRow, stale: readonly boolean[] }) {
  return (
    <tr>
      <th scope="row" title={author}><Sigil id={author} size={14} /> <AuthorName author={author} linked /></th>
      <td className="held">{count(held)}</td>
      <Cell value={own} stale={false} />
      {cells.map((value, index) => <Cell key={index} value={value} stale={stale[index] ?? false} />)}
    </tr>
  )
}

function Cell ({ value, stale }: { value: number | null, stale: boolean }) {
  const words = value == null ? 'not compared' : value === 0 ? 'nothing missing' : `${count(value)} missing`
  return <td className="heat-cell" data-step={heatStep(value)} data-stale={stale} title={words}>{value == null ? <span className="hidden">not compared</span> : value === 0 ? <span aria-label="nothing missing" role="img">·</span> : count(value)}</td>
}
