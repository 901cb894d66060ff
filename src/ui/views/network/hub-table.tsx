/** The hubs as a table: the same facts as the chart, for eyes that scan and for those that do not see. It re-sorts only while nobody is at it. */
import { createContext, memo, use, useRef, useState } from 'react'
import { type LinkSample, type LinksSeen, ratesOf, rateOf } from '../../data/link-samples.ts'
import { Age } from '../../design/age.tsx'
import { bytes, count, peerTail, roundTrip, unknown } from '../../design/format.ts'
import { AuthorDoubt, NamedHub } from '../../shell/hub-name.tsx'
import { LinkGlyph } from '../../design/marks.tsx'
import { Sparkline } from '../../design/sparkline.tsx'
import { revealRow, RowsAside, useRowsInSight } from '../../design/virtual-rows.tsx'
import { useCommand } from '../../shell/commands.ts'
import { heldOrder, type SortKey, type Sorting, sortHubs } from './hub-order.ts'
import { linkWords } from './hub-words.ts'
import type { HubFact } from './model.ts'

export interface HubTableProperties {
  readonly hubs: readonly HubFact[]
  readonly seen: LinksSeen
  readonly nowMs: number
  readonly selected: string | null
  readonly sorting: Sorting
  readonly onSort: (sorting: Sorting) => void
  readonly onSelect: (peerId: string) => void
}

const columns: ReadonlyArray<{ key: SortKey, words: string, figure?: true, wide?: true }> = [
  { key: 'hub', words: 'Hub' }, { key: 'link', words: 'Link' }, { key: 'path', words: 'Path', wide: true }, { key: 'rtt', words: 'Round trip', figure: true },
  { key: 'in', words: 'In, per s', figure: true, wide: true }, { key: 'out', words: 'Out, per s', figure: true, wide: true },
  { key: 'score', words: 'Score', figure: true, wide: true }, { key: 'mode', words: 'Mode', wide: true },
  { key: 'messages', words: 'Messages', figure: true, wide: true }, { key: 'reported', words: 'Reported', figure: true }
]
const headPx = 28

export function HubTable ({ hubs, seen, nowMs, selected, sorting, onSort, onSelect }: HubTableProperties) {
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const [held, setHeld] = useState<readonly string[] | null>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const rowPx = matchMedia('(pointer: coarse), (max-width: 640px)').matches ? 46 : 30
  const rows = heldOrder(sortHubs(hubs, sorting, seen), held)
  const { indexes, abovePx, belowPx } = useRowsInSight(scroller, rows.length, rowPx)

  const move = (step: number): void => {
    const at = rows.findIndex(({ peerId }) => peerId === selected)
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))]
    if (next == null) return
    revealRow(scroller, rows.indexOf(next), rowPx, headPx)
    const withFocus = body.current?.contains(document.activeElement) === true
    onSelect(next.peerId)
    if (withFocus) requestAnimationFrame(() => { body.current?.querySelector<HTMLElement>('[aria-current] button')?.focus({ preventScroll: true }) })
  }
  useCommand('next', () => { move(1) })
  useCommand('previous', () => { move(-1) })
  const hold = (): void => { setHeld(shown => shown ?? rows.map(({ peerId }) => peerId)) }
  const release = (): void => { if (body.current?.contains(document.activeElement) !== true) setHeld(null) }
  const sort = (key: SortKey): void => {
    setHeld(null)
    onSort({ key, descending: sorting.key === key && !sorting.descending })
  }

  return (
    <div
      className="table-scroll hub-table"
      ref={setScroller}
      tabIndex={-1}
      onPointerEnter={hold}
      onPointerLeave={release}
      onFocus={hold}
      onBlur={(event) => { if (!event.currentTarget.contains(event.relatedTarget) && !event.currentTarget.matches(':hover')) setHeld(null) }}
    >
      <table className="table" aria-label="Hubs" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map(({ key, words, figure, wide }) => (
              <th key={key} scope="col" className={[figure && 'figure', wide && 'wide'].filter(Boolean).join(' ')} aria-sort={sorting.key === key ? sorting.descending ? 'descending' : 'ascending' : undefined}>
                <button type="button" onClick={() => { sort(key) }}>{words}<span aria-hidden="true">{sorting.key === key ? sorting.descending ? ' ↓' : ' ↑' : ''}</span></button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          <RowsAside px={abovePx} />
          <NowContext value={nowMs}>
            {indexes.map((index) => {
              const hub = rows[index]
              if (hub == null) return null
              const isSelected = hub.peerId === selected
              const reachable = isSelected || (index === 0 && !hubs.some(({ peerId }) => peerId === selected))
              const samples = seen.samples.get(hub.peerId)
              return <Row key={hub.peerId} index={index} hub={hub} samples={samples} selected={isSelected} reachable={reachable} onSelect={onSelect} />
            })}
          </NowContext>
          <RowsAside px={belowPx} />
        </tbody>
      </table>
    </div>
  )
}

interface RowProperties {
  readonly index: number
  readonly hub: HubFact
  /** Of its link; none: it has none. */
  readonly samples: readonly LinkSample[] | undefined
  readonly selected: boolean
  /** Whether Tab stops here: at one row of the table; the others are reached by J and K. */
  readonly reachable: boolean
  readonly onSelect: (peerId: string) => void
}

const noSamples: readonly LinkSample[] = []

/** Drawn again only when it says something else: of a crowd most rows change by nothing from one second to the next but their ages. */
const Row = memo(function Row ({ index, hub, samples = noSamples, selected, reachable, onSelect }: RowProperties) {
  const { peerId, peer, person, standing, via, mode, messages, at } = hub
  return (
    <tr
      aria-rowindex={index + 2}
      aria-current={selected ? 'true' : undefined}
      data-testid="peer"
      data-peer={peerId}
      data-path={peer?.path}
      data-link={peer?.link}
      data-standing={standing}
      onClick={() => { onSelect(peerId) }}
    >
      <td><button type="button" className="row-button" tabIndex={reachable ? 0 : -1}><NamedHub peerId={peerId} person={person} /></button> <AuthorDoubt person={person} /></td>
      <td><span className="cell"><LinkGlyph link={peer?.link ?? 'none'} path={peer?.path ?? 'direct'} oneWay={peer?.oneWay ?? false} failed={standing === 'failed' || standing === 'lost'} />{linkWords(hub)}</span></td>
      <td className="wide">{peer?.path ?? (via == null ? unknown : <span className="quiet">via {peerTail(via)}</span>)}</td>
      <td className="figure">{roundTrip(peer?.rttMs)}</td>
      <td className="figure wide"><Sparkline values={ratesOf(samples, 'bytesIn')} /> <span className="rate">{bytes(rateOf(samples, 'bytesIn'))}</span></td>
      <td className="figure wide"><Sparkline values={ratesOf(samples, 'bytesOut')} /> <span className="rate">{bytes(rateOf(samples, 'bytesOut'))}</span></td>
      <td className="figure wide">{peer == null ? unknown : count(peer.score)}</td>
      <td className="wide">{mode ?? unknown}</td>
      <td className="figure wide">{count(messages)}</td>
      <td className="figure"><HeardAge at={hub.report?.heardAt ?? (peer == null ? at : null)} by={peer == null && hub.report == null && via != null ? peerTail(via) : undefined} /></td>
    </tr>
  )
}, (before, after) => saysTheSame(before.hub, after.hub) && before.samples === after.samples && before.index === after.index &&
  before.selected === after.selected && before.reachable === after.reachable && before.onSelect === after.onSelect)

function saysTheSame (one: HubFact, other: HubFact): boolean {
  return one.standing === other.standing && one.peer === other.peer && one.report?.heardAt === other.report?.heardAt && one.at === other.at &&
    one.via === other.via && one.mode === other.mode && one.messages === other.messages && one.person === other.person
}

/** Ages go on while their rows stand. */
const NowContext = createContext<number | null>(null)

function HeardAge ({ at, by }: { at: number | null, by: string | undefined }) {
  return <Age at={at} nowMs={use(NowContext)} by={by} />
}
