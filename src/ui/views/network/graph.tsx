/** The round-trip chart: you in the middle, the nearer the faster. A picture of the table beside it, which has the same facts for those who do not see it. */
import { useEffect, useRef } from 'react'
import { counted } from '../../design/format.ts'
import type { LinksSeen } from '../../data/link-samples.ts'
import { type Chart, openChart, pointOf } from './chart.ts'
import { flightsBetween } from './flights.ts'
import type { NetworkFacts } from './model.ts'

export interface GraphProperties {
  readonly facts: NetworkFacts
  readonly seen: LinksSeen
  readonly selected: string | null
  readonly onSelect: (peerId: string | null) => void
}

/** Comets of one answer begin within this time, in ms: until the next one comes. */
const spreadMs = 900

export function Graph ({ facts, seen, selected, onSelect }: GraphProperties) {
  const room = useRef<HTMLDivElement>(null)
  const chart = useRef<Chart | null>(null)
  const seenBefore = useRef<LinksSeen | null>(null)

  useEffect(() => {
    const box = room.current
    if (box == null) return
    const opened = chart.current = openChart(box, 'graph')
    return () => {
      chart.current = null
      opened.close()
    }
  }, [])
  useEffect(() => chart.current?.hear(({ type, peerId }) => {
    if (type === 'pressed') onSelect(peerId)
    else if (room.current != null) room.current.style.cursor = peerId == null ? '' : 'pointer'
  }), [onSelect])

  useEffect(() => {
    const [you] = facts.hubs
    const started = you == null ? [] : flightsBetween(you.peerId, seenBefore.current, seen, 0, spreadMs)
    seenBefore.current = seen
    chart.current?.show(facts, selected, started)
  }, [facts, seen, selected])

  const linked = facts.hubs.filter(({ standing }) => standing === 'linked').length
  return (
    <div
      ref={room}
      className="graph"
      role="img"
      aria-label={`The network as a chart: you, ${counted(linked, 'linked hub')} and ${counted(facts.hubs.length - 1 - linked, 'other hub')} heard of. The table has the same facts.`}
      onPointerMove={(event) => { chart.current?.tell({ type: 'point', at: pointOf(event) }) }}
      onPointerLeave={() => { chart.current?.tell({ type: 'point', at: null }) }}
      onPointerUp={(event) => { chart.current?.tell({ type: 'press', at: pointOf(event) }) }}
    />
  )
}
