/** The hop tree drawn: who had it from whom on the left, when on the right. The table beside it says the same in words. */
import { useHubWords } from '../../data/hub-people.ts'
import { roundTrip, span, spanFromMs, unknown } from '../../design/format.ts'
import { useLink } from '../../shell/router.ts'
import { sigilCells } from '../../design/sigil.ts'
import { type Hop, hopWords } from './hop-tree.ts'

const width = 392
const rowHeight = 22
const headHeight = 18
const stepPx = 14
const namesPx = 150
const marginPx = 52

export function HopPicture ({ hops, self }: { hops: readonly Hop[], self: string }) {
  const longestMs = Math.max(10, ...hops.map(({ afterMs }) => afterMs ?? 0))
  const x = (ms: number): number => namesPx + Math.max(0, ms) / longestMs * (width - namesPx - marginPx)
  const y = (row: number): number => headHeight + row * rowHeight + rowHeight / 2
  const hopName = useHopName(self)
  const height = headHeight + hops.length * rowHeight + 2
  const ticks = [0, longestMs / 2, longestMs]
  return (
    <svg className="hops" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label="The message’s way from hub to hub; the table below says the same">
      {ticks.map(ms => (
        <g key={ms}><path className="hops-grid" d={`M${x(ms)} ${headHeight - 2}V${height}`} /><text className="hops-small" x={x(ms)} y={11} textAnchor={ms === 0 ? 'start' : 'middle'}>{ms === 0 ? '0' : roundTrip(ms)}</text></g>
      ))}
      {hops.map((hop, row) => {
        const left = 2 + hop.depth * stepPx
        const parent = hop.parent == null ? undefined : hops[hop.parent]
        return (
          <g key={hop.peerId ?? 'author'} data-how={hop.how}>
            {hop.parent != null && parent != null && <path className="hops-branch" d={`M${2 + parent.depth * stepPx + 7} ${y(hop.parent) + 9}V${y(row)}H${left - 1}`} />}
            {hop.peerId != null && <path className="hops-sigil" transform={`translate(${left + 2} ${y(row) - 5}) scale(2)`} d={sigilCells(hop.peerId).map(cell => `M${cell.x} ${cell.y}h1.03v1.03h-1.03z`).join('')} />}
            <text className="hops-name" x={left + 18} y={y(row) + 4}>{hopName(hop)}</text>
            <When hop={hop} x={x} parentMs={parent?.afterMs ?? null} y={y(row)} />
          </g>
        )
      })}
    </svg>
  )
}

function When ({ hop: { how, afterMs }, x, y, parentMs }: { hop: Hop, x: (ms: number) => number, y: number, parentMs: number | null }) {
  if (how === 'wrote') return <><circle className="hops-start" cx={x(0)} cy={y} r={4} /><text className="hops-small" x={x(0) + 10} y={y + 4}>wrote it</text></>
  if (afterMs == null) return <text className="hops-small" x={x(0) + 4} y={y + 4}>{how === 'named' ? '—, does not report' : '—, holds it'}</text>
  const [from, to] = [x(parentMs ?? 0), x(afterMs)]
  return (
    <>
      {parentMs == null
        ? <><path className="hops-gap" d={`M${x(0)} ${y}H${to - 4}`} /><circle className="hops-arrival" cx={to} cy={y} r={3.5} /></>
        : <rect className="hops-bar" x={Math.min(from, to)} y={y - 4} width={Math.max(3, to - from)} height={8} rx={1} />}
      <text className="hops-small" x={to + 7} y={y + 4}>{afterMs < 0 ? 'before 0' : `+${afterMs < spanFromMs ? Math.round(afterMs) : span(afterMs)}`}</text>
    </>
  )
}

export function HopTable ({ hops, self }: { hops: readonly Hop[], self: string }) {
  const hopName = useHopName(self)
  const link = useLink()
  return (
    <table className="raw-table">
      <thead><tr><th scope="col">Hub</th><th scope="col">From</th><th scope="col">After</th><th scope="col">How it is known</th></tr></thead>
      <tbody>
        {hops.map((hop) => {
          const parent = hop.parent == null ? undefined : hops[hop.parent]
          return (
            <tr key={hop.peerId ?? 'author'}>
              <th scope="row" title={hop.peerId ?? undefined}>{hop.peerId == null ? hopName(hop) : <a {...link({ view: 'network', path: ['hub', hop.peerId], query: {} })}>{hopName(hop)}</a>}</th>
              <td>{parent == null ? unknown : hopName(parent)}</td>
              <td>{hop.afterMs == null ? unknown : hop.afterMs < 0 ? 'before it was written' : roundTrip(hop.afterMs)}</td>
              <td>{hopWords(hop)}{hop.duplicates != null && hop.duplicates > 0 && `, again × ${hop.duplicates}`}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function useHopName (self: string): (hop: Hop) => string {
  const words = useHubWords()
  return ({ peerId }) => peerId == null ? 'its author’s hub' : peerId === self ? 'this hub' : words(peerId)
}
