/** The links as a matrix: a row is a hub, a column a hub it links to. What the chart shows by nearness this shows by name, and nothing crosses. */
import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { hubWords } from '../../data/person.ts'
import { counted } from '../../design/format.ts'
import { clusterOrder, hasSameMatrix } from './matrix-order.ts'
import { cellAt, type MatrixFrame, matrixFrame, paintMatrix } from './matrix-painter.ts'
import type { HubFact, NetworkFacts } from './model.ts'
import { coloursAt } from './colours.ts'

export interface MatrixProperties {
  readonly facts: NetworkFacts
  readonly selected: string | null
  readonly onSelect: (peerId: string | null) => void
}

export function Matrix ({ facts, selected, onSelect }: MatrixProperties) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  const shown = useShown(facts)
  const order = useMemo(() => clusterOrder(shown), [shown])
  const frame: MatrixFrame = matrixFrame(order.length, size)
  /** What the canvas shows. */
  const drawn = useRef<readonly unknown[]>([])

  useEffect(() => {
    const box = canvas.current?.parentElement
    if (box == null) return
    const observer = new ResizeObserver(() => { setSize({ width: box.clientWidth, height: box.clientHeight }) })
    observer.observe(box)
    return () => { observer.disconnect() }
  }, [])

  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (element == null || context == null || size.width === 0) return
    const colours = coloursAt(element.parentElement ?? document.body)
    const wanted = [shown, size, selected, colours.paper, colours.ink, globalThis.devicePixelRatio]
    if (wanted.every((part, index) => part === drawn.current[index])) return
    drawn.current = wanted
    const ratio = globalThis.devicePixelRatio
    element.width = Math.round(size.width * ratio)
    element.height = Math.round(size.height * ratio)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    paintMatrix(context, shown, order, frame, colours, selected)
  })

  const pressed = (event: PointerEvent): void => {
    const { left, top } = event.currentTarget.getBoundingClientRect()
    const cell = cellAt({ x: event.clientX - left, y: event.clientY - top }, frame, order.length)
    const column = cell == null ? null : order[cell.column] ?? null
    const row = cell == null ? null : order[cell.row] ?? null
    onSelect(cell == null || cell.row < 0 ? column : cell.column < 0 ? row : row === selected ? column : row)
  }
  return (
    <div className="matrix-view">
      <div className="matrix" role="img" aria-label={`The links of ${counted(order.length, 'hub')} as a matrix. The table has the same facts.`} onPointerUp={pressed}>
        <canvas ref={canvas} />
      </div>
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
