/** The entry of the worker that draws the chart: a crowd's thousands of lines take many frames' time where no graphics card draws them. */
import { unpackFacts } from './chart-facts.ts'
import type { ChartAnswer, ChartWord, Look, Picture } from './chart-words.ts'
import { createMatrixStage } from './matrix-stage.ts'
import { createStage, type Stage } from './stage.ts'

let stage: Stage | null = null

addEventListener('message', ({ data: word }: MessageEvent<ChartWord>) => {
  switch (word.type) {
    case 'begin':
      stage?.close()
      stage = stageOf(word.picture, word.canvases, word.look)
      break
    case 'show': {
      const now = performance.now()
      stage?.show(unpackFacts(word.facts), word.selected, word.started.map(flight => ({ ...flight, startsAt: now + flight.startsAt })))
      break
    }
    case 'look':
      stage?.dress(word.look)
      break
    case 'resize':
      stage?.resize(word.width, word.height, word.ratio)
      break
    case 'point':
      answer({ type: 'pointed', peerId: stage?.point(word.at) ?? null })
      break
    case 'press':
      answer({ type: 'pressed', peerId: stage?.point(word.at) ?? null })
      break
    case 'end':
      stage?.close()
      stage = null
  }
})

function stageOf (picture: Picture, [below, above]: readonly OffscreenCanvas[], look: Look): Stage | null {
  if (picture === 'matrix') return below == null ? null : createMatrixStage(below, look)
  return below == null || above == null ? null : createStage(below, above, look)
}

function answer (words: ChartAnswer): void {
  postMessage(words)
}
