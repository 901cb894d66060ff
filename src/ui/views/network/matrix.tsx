/** The links as a matrix: a row is a hub, a column a hub it links to. What the chart shows by nearness this shows by name, and nothing crosses. */
import { useEffect, useRef, useState } from 'react'
import { hubWords } from '../../data/person.ts'
import { counted } from '../../design/format.ts'
import { type Chart, openChart, pointOf } from './chart.ts'
import { hasSameMatrix } from './matrix-order.ts'
import type { HubFact, NetworkFacts } from './model.ts'

export interface MatrixProperties {
  readonly facts: NetworkFacts
  readonly selected: string | null
  readonly onSelect: (peerId: string | null) => void
}

export function Matrix ({ facts, selected, onSelect }: MatrixProperties) {
  const room = useRef<HTMLDivElement>(null)
  const chart = useRef<Chart | null>(null)
  const shown = useShown(facts)

  useEffect(() => {
    const box = room.current
    if (box == null) return
    const opened = chart.current = openChart(box, 'matrix')
    return () => {
      chart.current = null
      opened.close()
    }
  }, [])
  useEffect(() => chart.current?.hear(({ peerId }) => { onSelect(peerId) }), [onSelect])
  useEffect(() => { chart.current?.show(shown, selected, []) }, [shown, selected])

  return (
    <div className="matrix-view">
      <div
        ref={room}
        className="matrix"
        role="img"
        aria-label={`The links of ${counted(shown.hubs.length, 'hub')} as a matrix. The table has the same facts.`}
        onPointerUp={(event) => { chart.current?.tell({ type: 'press', at: pointOf(event) }) }}
      />
      <MatrixLegend selected={facts.hubs.find(({ peerId }) => peerId === selected)} />
    </div>
  )
}

/** The facts, or earlier ones that look the same: a crowd is announced again and again, and seldom links otherwise. */
function useShown (facts: NetworkFacts): NetworkFacts {
  const [shown, setShown] = useState(facts)
  if (shown === facts || hasSameMatrix(shown, facts)) return shown
  setShown(facts)
  return facts
}

function MatrixLegend ({ selected }: { selected: HubFact | undefined }) {
  const marks = [
    [<rect key="m" className="ours" x="3" y="3" width="12" height="12" rx="1" />, 'eager, ours: measured here'],
    [<rect key="m" className="theirs" x="3" y="3" width="12" height="12" rx="1" />, 'eager, reported by others'],
    [<rect key="m" className="notes" x="4" y="4" width="10" height="10" rx="1" />, 'lazy'],
    [<path key="m" className="through" d="M9 3l6 6-6 6-6-6z" />, 'through the relay'],
    [<path key="m" className="silent" d="M6 9h6" />, 'no replies this way'],
    [null, 'no link, or none reported']
  ] as const
  return (
    <div className="matrix-legend">
      <ul aria-label="What the marks mean">{marks.map(([mark, words]) => <li key={words}><svg viewBox="0 0 18 18" width="18" height="18" aria-hidden="true"><rect className="frame" x=".5" y=".5" width="17" height="17" />{mark}</svg>{words}</li>)}</ul>
      <p>A row is a hub, a column a hub it links to. Hubs that link to each other stand together along the diagonal.</p>
      {selected != null && <p><b className="mono">{hubWords(selected.peerId, selected.person)}</b> is framed.</p>}
    </div>
  )
}
