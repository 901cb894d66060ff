/** The Merkle tree as an icicle: what is equal, what differs, and what was mended. A press zooms in; its table twin lists what differs. */
import { useEffect, useMemo, useState } from 'react'
import { count, counted } from '../../design/format.ts'
import { cellMin, type IcicleCell, icicleOf, levelName, rowsOf } from './icicle-model.ts'
import type { TreeRead } from './sync-topics.ts'

export interface IcicleProperties {
  readonly tree: TreeRead
  readonly differing: readonly string[]
  /** Whether the comparison that found the difference has ended equal. */
  readonly mended: boolean
  readonly selected: string | null
  readonly onSelect: (prefix: string) => void
}

const rowPx = 35
const namesPx = 86
/** Narrower than this it is scrolled: parts of a few messages would not be seen. */
const widthMinPx = 620
/** Room that a character takes, in px, to know which words fit. */
const characterPx = 7.5

export function Icicle ({ tree, differing, mended, selected, onSelect }: IcicleProperties) {
  const [hovered, setHovered] = useState<string | null>(null)
  const [room, setRoom] = useState<HTMLDivElement | null>(null)
  const widthPx = Math.max(widthMinPx, useWidth(room))
  const { cells } = useMemo(() => icicleOf(tree.root, tree.read, differing, mended), [tree, differing, mended])
  const rows = rowsOf(tree.root.prefix)
  const pointed = cells.find(({ part }) => part.prefix === hovered)
  return (
    <figure className="icicle">
      <div ref={setRoom} className="icicle-scroll" tabIndex={0} role="region" aria-label="The tree">
        <svg width={widthPx} height={rows.length * rowPx} role="img" aria-label={`The tree under ${tree.root.prefix === '' ? 'the root' : tree.root.prefix}, ${counted(tree.root.count, 'message')}. The table lists where the sets differ.`}>
          <defs><pattern id="differs" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V6" /></pattern></defs>
          {rows.map((digits, level) => <text key={digits} className="level" x="0" y={level * rowPx + 20}>{levelName(digits)}</text>)}
          {cells.map((cell) => {
            const { prefix } = cell.part
            return <Cell key={prefix} cell={cell} drawnPx={widthPx - namesPx} selected={prefix === selected} onSelect={onSelect} onPoint={setHovered} />
          })}
        </svg>
      </div>
      <figcaption>
        {pointed == null
          ? 'As wide as its share of the messages. Press a part to look into it.'
          : <><b className="mono">{nameOf(pointed.part.prefix)}</b> {counted(pointed.part.count, 'message')}, digest <code>{pointed.part.digest.slice(0, 8)}…</code></>}
      </figcaption>
    </figure>
  )
}

/** Letters keep their size, so it is drawn as wide as there is room. */
function useWidth (element: HTMLElement | null): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    if (element == null) return
    const observer = new ResizeObserver(() => { setWidth(element.clientWidth) })
    observer.observe(element)
    return () => { observer.disconnect() }
  }, [element])
  return width
}

interface CellProperties {
  readonly cell: IcicleCell
  /** Of the whole row. */
  readonly drawnPx: number
  readonly selected: boolean
  readonly onSelect: (prefix: string) => void
  readonly onPoint: (prefix: string | null) => void
}

function Cell ({ cell: { part, level, left, width, state }, drawnPx, selected, onSelect, onPoint }: CellProperties) {
  const x = namesPx + left * drawnPx
  const y = level * rowPx
  const full = width * drawnPx
  const shown = Math.max(0.8, full - (full > 3 ? 1.2 : 0))
  const name = nameOf(part.prefix)
  const figure = count(part.count)
  return (
    <g className="part" data-state={state} data-selected={selected} onClick={() => { onSelect(part.prefix) }} onPointerEnter={() => { onPoint(part.prefix) }} onPointerLeave={() => { onPoint(null) }}>
      <rect x={x} y={y} width={shown} height={rowPx - 3} />
      {state === 'differs' && width > cellMin && <rect className="hatch" x={x} y={y} width={shown} height={rowPx - 3} />}
      {full > name.length * characterPx + 12 && <text x={x + 7} y={y + 20}>{name}</text>}
      {full > (name.length + figure.length) * characterPx + 32 && <text className="figure" x={x + full - 8} y={y + 20}>{figure}</text>}
      {selected && <rect className="frame" x={x - 1} y={y - 1} width={shown + 2} height={rowPx - 1} />}
    </g>
  )
}

/** `1·1a1fc`: the namespace, then the nibbles of the epoch. */
export function nameOf (prefix: string): string {
  return prefix === '' ? 'all' : prefix.length === 1 ? prefix : `${prefix.slice(0, 1)}·${prefix.slice(1)}`
}
