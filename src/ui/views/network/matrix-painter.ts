/** Draws the matrix, and tells which cell lies under a pointer. */
import { hubWords } from '../../data/person.ts'
import type { Point } from './geometry.ts'
import type { ChartFacts, ChartLink } from './chart-facts.ts'
import type { Look } from './chart-words.ts'
import type { Colours } from './colours.ts'
import type { Context } from './painter.ts'

export interface MatrixFrame {
  readonly left: number
  readonly top: number
  readonly cell: number
}

/** Room for names beside and above, in px; a cell is at most this wide, and below this names and lines between cells are left out. */
const namesLeft = 140
const namesTop = 104
const cellMax = 34
const namedMin = 12

export function matrixFrame (hubs: number, { width, height }: { readonly width: number, readonly height: number }): MatrixFrame {
  const cell = Math.max(1, Math.min(cellMax, (height - namesTop - 14) / hubs, (width - namesLeft - 14) / hubs))
  if (cell >= namedMin) return { left: namesLeft, top: namesTop, cell }
  return { left: 20, top: 16, cell: Math.max(1, Math.min(cellMax, (height - 32) / hubs, (width - 40) / hubs)) }
}

/** -1 stands for the names. */
export function cellAt ({ x, y }: Point, { left, top, cell }: MatrixFrame, hubs: number): { readonly row: number, readonly column: number } | null {
  const column = Math.floor((x - left) / cell)
  const row = Math.floor((y - top) / cell)
  if (column >= hubs || row >= hubs || (column < 0 && row < 0)) return null
  return { row: Math.max(-1, row), column: Math.max(-1, column) }
}

export function paintMatrix (
  context: Context, { links, hubs }: ChartFacts, order: readonly string[], frame: MatrixFrame, look: Look, selected: string | null
): void {
  const { left, top, cell } = frame
  const { colours } = look
  const side = order.length * cell
  const indexOf = new Map(order.map((peerId, index) => [peerId, index]))
  context.fillStyle = colours.surface
  context.fillRect(left, top, side, side)
  context.fillStyle = colours.line
  for (let index = 0; index < order.length; index += 1) context.fillRect(left + index * cell, top + index * cell, cell, cell)
  if (cell >= namedMin) {
    paintGrid(context, left, top, cell, order.length, colours)
    paintNames(context, frame, order, hubs, selected, look)
  }
  context.strokeStyle = colours['line-strong']
  context.lineWidth = 1
  context.strokeRect(left, top, side, side)
  for (const link of links) {
    const [row, column] = [indexOf.get(link.from), indexOf.get(link.to)]
    if (row == null || column == null || link.by === 'dying' || link.link === 'none') continue
    paintCell(context, left + column * cell, top + row * cell, cell, link, colours, false)
    paintCell(context, left + row * cell, top + column * cell, cell, link, colours, link.oneWay)
  }
  const at = selected == null ? undefined : indexOf.get(selected)
  if (at == null) return
  context.strokeStyle = colours.accent
  context.lineWidth = 1.5
  context.strokeRect(left - 1, top + at * cell, side + 2, cell)
  context.strokeRect(left + at * cell, top - 1, cell, side + 2)
}

function paintGrid (context: Context, left: number, top: number, cell: number, hubs: number, colours: Colours): void {
  context.strokeStyle = colours.line
  context.lineWidth = 0.7
  context.beginPath()
  for (let index = 1; index < hubs; index += 1) {
    context.moveTo(left, top + index * cell)
    context.lineTo(left + hubs * cell, top + index * cell)
    context.moveTo(left + index * cell, top)
    context.lineTo(left + index * cell, top + hubs * cell)
  }
  context.stroke()
}

function paintNames (
  context: Context, frame: MatrixFrame, order: readonly string[], hubs: ChartFacts['hubs'], selected: string | null, { colours, fontFamily }: Look
): void {
  const { left, top, cell } = frame
  const hubOf = new Map(hubs.map(hub => [hub.peerId, hub]))
  for (const [index, peerId] of order.entries()) {
    const isSelected = peerId === selected
    const hub = hubOf.get(peerId)
    const isSelf = hub?.standing === 'you'
    context.font = `${isSelected || isSelf ? 600 : 400} 11px ${fontFamily}`
    context.fillStyle = isSelected ? colours.accent : colours['ink-2']
    const words = isSelf ? 'You' : hubWords(peerId, hub?.person)
    context.textAlign = 'end'
    context.fillText(words, left - 8, top + index * cell + cell / 2 + 4)
    context.save()
    context.translate(left + index * cell + cell / 2 + 3, top - 7)
    context.rotate(-58 * Math.PI / 180)
    context.textAlign = 'start'
    context.fillText(words, 0, 0)
    context.restore()
  }
}

function paintCell (
  context: Context, x: number, y: number, cell: number, { link, path, by }: ChartLink, colours: Colours, silent: boolean
): void {
  const inset = cell >= namedMin ? cell * 0.18 : 0
  const side = cell - 2 * inset
  if (silent) {
    context.fillStyle = colours.lazy
    context.fillRect(x + cell / 2 - 3, y + cell / 2 - 1, 6, 2)
    return
  }
  if (path === 'relayed') {
    context.strokeStyle = colours.relayed
    context.lineWidth = 1.7
    context.beginPath()
    context.moveTo(x + cell / 2, y + inset)
    context.lineTo(x + cell - inset, y + cell / 2)
    context.lineTo(x + cell / 2, y + cell - inset)
    context.lineTo(x + inset, y + cell / 2)
    context.closePath()
    context.stroke()
    return
  }
  if (link === 'eager') {
    context.globalAlpha = by === 'reported' ? 0.7 : 1
    context.fillStyle = colours.eager
    context.fillRect(x + inset, y + inset, side, side)
    context.globalAlpha = 1
    return
  }
  context.strokeStyle = colours.lazy
  context.lineWidth = cell >= namedMin ? 1.6 : 1
  context.setLineDash(cell >= namedMin ? [2.4, 1.8] : [])
  context.strokeRect(x + inset + 0.8, y + inset + 0.8, Math.max(1, side - 1.6), Math.max(1, side - 1.6))
  context.setLineDash([])
}
