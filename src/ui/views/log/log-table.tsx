/** The lines as a table of which only those in sight are in the page. */
import { useEffect, useRef, useState } from 'react'
import { useHubWords } from '../../data/hub-people.ts'
import { clockTime, count, machineTime, unknown } from '../../design/format.ts'
import { revealRow, RowsAside, useRowsInSight } from '../../design/virtual-rows.tsx'
import { useCommand } from '../../shell/commands.ts'
import type { LogEvent } from '../../../worker/api.ts'
import { kindOf, type Level } from './log-kinds.ts'

export interface LogTableProperties {
  /** Newest first. */
  readonly lines: readonly LogEvent[]
  readonly selected: number | null
  /** Whether it is said above that it stands still, which takes room. */
  readonly isHeld: boolean
  readonly onSelect: (event: number) => void
  /** Scrolled away from the newest line, or back to it. */
  readonly onAway: (isAway: boolean) => void
  readonly onPeer: (peerId: string) => void
}

const headPx = 28
/** Scrolled by less than this the newest line is still looked at, in px. */
const awayPx = 15

const levelWords: Readonly<Record<Level, string>> = { error: 'Error', warning: 'Warning', info: 'Change', detail: 'Detail' }

export function LogTable ({ lines, selected, isHeld, onSelect, onAway, onPeer }: LogTableProperties) {
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const rowPx = matchMedia('(pointer: coarse), (max-width: 640px)').matches ? 58 : 30
  const { indexes, abovePx, belowPx } = useRowsInSight(scroller, lines.length, rowPx)
  const at = lines.findIndex(({ event }) => event === selected)
  const move = (step: number): void => {
    const next = lines[at < 0 ? 0 : Math.min(lines.length - 1, Math.max(0, at + step))]
    if (next == null) return
    revealRow(scroller, lines.indexOf(next), rowPx, headPx)
    const withFocus = body.current?.contains(document.activeElement) === true
    onSelect(next.event)
    if (withFocus) requestAnimationFrame(() => { body.current?.querySelector<HTMLElement>('[aria-current] button')?.focus({ preventScroll: true }) })
  }
  useCommand('next', () => { move(1) })
  useCommand('previous', () => { move(-1) })
  const reveal = useRef(true)
  useEffect(() => {
    // A link to one line opens where that line is: once more when the table stands still there, which takes a row's room.
    if (!reveal.current || scroller == null || at < 0) return
    revealRow(scroller, at, rowPx, headPx)
    reveal.current = !isHeld && scroller.scrollTop > awayPx
  }, [scroller, at, rowPx, isHeld])

  return (
    <div className="table-scroll log-scroll" ref={setScroller} tabIndex={0} role="region" aria-label="Lines of the log" onScroll={({ currentTarget: { scrollTop } }) => { onAway(scrollTop > awayPx) }}>
      <table className="table" aria-rowcount={lines.length + 1}>
        <thead><tr><th scope="col"><span className="hidden">Level</span></th><th scope="col">At</th><th scope="col">What</th><th scope="col">Hub</th><th scope="col">Code</th><th scope="col">In words</th></tr></thead>
        <tbody ref={body}>
          <RowsAside px={abovePx} />
          {indexes.map((index) => {
            const line = lines[index]
            if (line == null) return null
            const isSelected = line.event === selected
            const isReachable = isSelected || (at < 0 && index === 0)
            return <Row key={line.event} index={index} line={line} isSelected={isSelected} isReachable={isReachable} onSelect={onSelect} onPeer={onPeer} />
          })}
          <RowsAside px={belowPx} />
        </tbody>
      </table>
    </div>
  )
}

interface RowProperties extends Pick<LogTableProperties, 'onSelect' | 'onPeer'> {
  readonly index: number
  readonly line: LogEvent
  readonly isSelected: boolean
  /** Whether Tab stops here: at one row of the table; the others are reached by J and K. */
  readonly isReachable: boolean
}

function Row ({ index, line, isSelected, isReachable, onSelect, onPeer }: RowProperties) {
  const { event, at, type, peer, code, sentence, times } = line
  const { level } = kindOf(line)
  const words = useHubWords()
  return (
    <tr aria-rowindex={index + 2} aria-current={isSelected ? 'true' : undefined} data-testid="line" data-type={type} data-level={level} onClick={() => { onSelect(event) }}>
      <td className="log-level"><span className="log-mark" data-level={level} title={levelWords[level]}><span className="hidden">{levelWords[level]}</span></span></td>
      <td><time dateTime={machineTime(at)}>{clockTime(at)}</time></td>
      <td><button type="button" className="row-button" tabIndex={isReachable ? 0 : -1}>{type}</button>{times > 1 && <small> × {count(times)}</small>}</td>
      <td className="mono" title={peer ?? undefined}>{peer == null
        ? unknown
        : <button type="button" className="row-button" tabIndex={-1} title={`Only lines about ${peer}`} onClick={(click) => { click.stopPropagation(); onPeer(peer) }}>{words(peer)}</button>}
      </td>
      <td>{code ?? unknown}</td>
      <td className="log-words" title={sentence}>{sentence}</td>
    </tr>
  )
}
