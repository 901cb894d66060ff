/** The round-trip chart: you in the middle, the nearer the faster. A picture of the table beside it, which has the same facts for those who do not see it. */
import { type PointerEvent, useEffect, useRef } from 'react'
import { counted } from '../../design/format.ts'
import type { LinksSeen } from '../../data/link-samples.ts'
import { flightsBetween } from './flights.ts'
import type { NetworkFacts } from './model.ts'
import { createStage, type Stage } from './stage.ts'

export interface GraphProperties {
  readonly facts: NetworkFacts
  readonly seen: LinksSeen
  readonly selected: string | null
  readonly onSelect: (peerId: string | null) => void
}

/** Comets of one answer begin within this time, in ms: until the next one comes. */
const spreadMs = 900

export function Graph ({ facts, seen, selected, onSelect }: GraphProperties) {
  const below = useRef<HTMLCanvasElement>(null)
  const above = useRef<HTMLCanvasElement>(null)
  const stage = useRef<Stage | null>(null)
  const seenBefore = useRef<LinksSeen | null>(null)

  useEffect(() => {
    const [lower, upper, box] = [below.current, above.current, below.current?.parentElement]
    if (lower == null || upper == null || box == null) return
    const still = matchMedia('(prefers-reduced-motion: reduce)')
    const created = createStage(lower, upper, () => still.matches)
    stage.current = created
    const observer = new ResizeObserver(() => { created.resize(box.clientWidth, box.clientHeight) })
    observer.observe(box)
    created.resize(box.clientWidth, box.clientHeight)
    return () => {
      observer.disconnect()
      created.close()
      stage.current = null
    }
  }, [])

  useEffect(() => {
    const [you] = facts.hubs
    const started = you == null ? [] : flightsBetween(you.peerId, seenBefore.current, seen, performance.now(), spreadMs)
    seenBefore.current = seen
    stage.current?.show(facts, selected, started)
  }, [facts, seen, selected])

  const pointed = (event: PointerEvent): string | null => {
    const { left, top } = event.currentTarget.getBoundingClientRect()
    return stage.current?.point({ x: event.clientX - left, y: event.clientY - top }) ?? null
  }
  const linked = facts.hubs.filter(({ standing }) => standing === 'linked').length
  return (
    <div
      className="graph"
      role="img"
      aria-label={`The network as a chart: you, ${counted(linked, 'linked hub')} and ${counted(facts.hubs.length - 1 - linked, 'other hub')} heard of. The table has the same facts.`}
      onPointerMove={(event) => { event.currentTarget.style.cursor = pointed(event) == null ? '' : 'pointer' }}
      onPointerLeave={() => { stage.current?.point(null) }}
      onPointerUp={(event) => { onSelect(pointed(event)) }}
    >
      <canvas ref={below} />
      <canvas ref={above} />
    </div>
  )
}
