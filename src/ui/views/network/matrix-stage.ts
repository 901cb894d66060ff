/** The matrix on its canvas, drawn when something that it shows changed. It runs in a worker (chart-worker.ts) and knows no page. */
import type { ChartFacts } from './chart-facts.ts'
import type { Look } from './chart-words.ts'
import { clusterOrder } from './matrix-order.ts'
import { cellAt, matrixFrame, paintMatrix } from './matrix-painter.ts'
import type { Stage } from './stage.ts'

export function createMatrixStage (canvas: OffscreenCanvas, firstLook: Look): Stage {
  const context = canvas.getContext('2d')
  let facts: ChartFacts | null = null
  let order: readonly string[] = []
  let selected: string | null = null
  let look = firstLook
  let size = { width: 0, height: 0, ratio: 1 }
  let frame = 0

  const draw = (): void => {
    frame = 0
    if (context == null || facts == null) return
    // Which clears it.
    canvas.width = Math.round(size.width * size.ratio)
    canvas.height = Math.round(size.height * size.ratio)
    context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0)
    paintMatrix(context, facts, order, matrixFrame(order.length, size), look, selected)
  }
  const wake = (): void => { if (frame === 0) frame = requestAnimationFrame(draw) }

  return {
    show (next, nextSelected) {
      facts = next
      order = clusterOrder(next)
      selected = nextSelected
      wake()
    },
    dress (next) {
      look = next
      wake()
    },
    resize (width, height, ratio) {
      size = { width, height, ratio }
      wake()
    },
    point (at) {
      const cell = at == null ? null : cellAt(at, matrixFrame(order.length, size), order.length)
      if (cell == null) return null
      const [row, column] = [order[cell.row] ?? null, order[cell.column] ?? null]
      return row == null || (row === selected && column != null) ? column : row
    },
    close () {
      cancelAnimationFrame(frame)
    }
  }
}
