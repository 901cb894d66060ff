/**
 * The small shared marks: sigils, icons, the line alphabet, how far a message has come. Drawn in the ink around them or in the
 * tokens' colours, always beside a word: all are hidden from assistive technology.
 */
import { memo, type ReactNode } from 'react'
import { sigilCells } from './sigil.ts'
import type { MessageState, PeerView } from '../../worker/api.ts'
import type { Tone } from '../words/sentences.ts'

export const Sigil = memo(function Sigil ({ id, size = 20 }: { id: string, size?: number }) {
  const path = sigilCells(id).map(({ x, y }) => `M${x} ${y}h1.03v1.03h-1.03z`).join('')
  return <svg className="sigil" viewBox="-1 -1 7 7" width={size} height={size} aria-hidden="true"><path d={path} /></svg>
})

const strokes = {
  check: 'M3.8 9.4l3.5 3.6 7-7.8',
  cross: 'M5 5l8 8M13 5l-8 8',
  chevron: 'M7 4.5l4.5 4.5L7 13.5',
  plus: 'M9 3.5v11M3.5 9h11',
  message: 'M2.5 3.5h13v9h-7l-3.5 3v-3H2.5zM5.5 6.6h7M5.5 9.4h4.4',
  chain: 'M7.5 10.5l3-3M8.2 5.3l1.5-1.5A3 3 0 0 1 14 8.1l-1.5 1.5M9.8 12.7l-1.5 1.5A3 3 0 0 1 4 9.9l1.5-1.5',
  hubs: 'M4 9.3a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4zM12.2 1.4a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4zM15 11.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4zM5.6 9.9l5-4.7M6.2 11.9l6.6 1.6M12.8 5.8l1.6 6',
  sync: 'M3 6.2h9.8M9.8 3.2l3 3-3 3M15 11.8H5.2M8.2 8.8l-3 3 3 3',
  log: 'M6.5 4h9M6.5 9h9M6.5 14h6M2.5 4h.8M2.5 9h.8M2.5 14h.8',
  settings: 'M2.5 5.2h7.2M13.6 5.2h1.9M2.5 12.8h1.9M8.3 12.8h7.2M11.6 3.3a1.9 1.9 0 1 0 0 3.8 1.9 1.9 0 0 0 0-3.8zM6.3 10.9a1.9 1.9 0 1 0 0 3.8 1.9 1.9 0 0 0 0-3.8z',
  search: 'M8 3.3a4.7 4.7 0 1 0 0 9.4 4.7 4.7 0 0 0 0-9.4zM11.6 11.6l3.6 3.6',
  copy: 'M7.5 6h6A1.5 1.5 0 0 1 15 7.5v6a1.5 1.5 0 0 1-1.5 1.5h-6A1.5 1.5 0 0 1 6 13.5v-6A1.5 1.5 0 0 1 7.5 6zM12 6V3H3v9h3',
  graph: 'M9 7a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM3.5 2.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM14.5 3.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM13 13a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM7.5 7.7L4.7 5.1M10.8 8.1l2.3-2.2M10.1 10.7l2 2.6',
  matrix: 'M3 3h3.4v3.4H3zM11.6 3H15v3.4h-3.4zM7.3 7.3h3.4v3.4H7.3zM3 11.6h3.4V15H3z',
  device: 'M4 3.5h10a1 1 0 0 1 1 1V11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V4.5a1 1 0 0 1 1-1zM1.5 14.5h15',
  document: 'M4.5 2.5h6l3 3v10h-9zM10.5 2.5v3h3',
  clock: 'M9 3a6 6 0 1 0 0 12A6 6 0 0 0 9 3zM9 5.5V9l2.4 1.6',
  reply: 'M7 4L3 8l4 4M3 8h7a5 5 0 0 1 5 5v1',
  faults: 'M9 2.5L1.8 15h14.4zM9 7v4M9 13v.2',
  key: 'M5.8 6a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8.8 9h6.7v2.5M12.5 9v2'
}

export type IconName = keyof typeof strokes

export function Icon ({ name, size = 16 }: { name: IconName, size?: number }) {
  return <svg className="icon" viewBox="0 0 18 18" width={size} height={size} aria-hidden="true"><path d={strokes[name]} /></svg>
}

/** The project's mark: a hub, and what spreads from it. */
export function HubbubMark ({ size = 28 }: { size?: number }) {
  return (
    <svg className="hubbub-mark" viewBox="0 0 28 28" width={size} height={size} aria-hidden="true">
      <circle cx="14" cy="14" r="3.4" />
      <path d="M14 6.6a7.4 7.4 0 0 1 7.1 5.3M8 18.4a7.4 7.4 0 0 1-.6-7.7M20.2 18a7.4 7.4 0 0 1-7 3.3" />
      <path opacity=".45" d="M4.9 6.1A12 12 0 0 1 14 2M25.5 10.6a12 12 0 0 1-2.3 11.1M12 25.8a12 12 0 0 1-9.5-8.9" />
    </svg>
  )
}

/** Disc: as it should be. Open ring: under way. Cross on a square: wrong. The shape says it without the colour. */
export function ToneMark ({ tone, large = false }: { tone: Tone, large?: boolean }) {
  const size = large ? 16 : 10
  return (
    <span className={large ? 'tone tone-large' : 'tone'} data-tone={tone} aria-hidden="true">
      {tone === 'error' && <Icon name="cross" size={size} />}
      {tone === 'ok' && large && <Icon name="check" size={size} />}
    </span>
  )
}

/**
 * The line alphabet: stroke = link (eager, lazy, none), midpoint = path (none direct, diamond relayed, square server), end = direction,
 * a cross over it = failed.
 */
export function LinkGlyph ({ link, path, oneWay = false, failed = false }: Pick<PeerView, 'link' | 'path'> & { oneWay?: boolean, failed?: boolean }) {
  const colour = failed ? 'error' : path === 'relayed' ? 'relayed' : link
  const [middle, end] = oneWay ? [9, 21] : [15, 28]
  return (
    <svg className="link-glyph" data-colour={colour} data-link={link} viewBox="0 0 30 12" width="30" height="12" aria-hidden="true">
      <path className="stroke" d={`M2 6H${end}`} />
      {path === 'relayed' && <path className="midpoint" d={`M${middle} 2l4 4-4 4-4-4z`} />}
      {path === 'server' && <path className="midpoint" d={`M${middle - 3} 3h6v6h-6z`} />}
      {oneWay && <path className="end" d="M17 2.5L21.5 6 17 9.5M25 1.5v9" />}
      {failed && <path className="end" d="M11 2l8 8M19 2l-8 8" />}
    </svg>
  )
}

/** How far a message has come, or why it has not. `part` is the share of the hubs that report and hold it. */
export type Coverage = MessageState | 'pending' | 'rejected'

const ringRadius = 5.5
const ringLength = 2 * Math.PI * ringRadius

/**
 * Hollow dashes: here only. A dot in a ring: sent. An arc: held by some. A full disc with a tick: by all that report. Dots: waiting.
 * A cross in an octagon: rejected.
 */
export function CoverageMark ({ state, part = 0, size = 14 }: { state: Coverage, part?: number, size?: number }) {
  return (
    <svg className="coverage" data-state={state} viewBox="0 0 16 16" width={size} height={size} aria-hidden="true">
      {state !== 'everywhere' && state !== 'rejected' && <circle className="ring" cx="8" cy="8" r={ringRadius} />}
      {state === 'sent' && <circle className="dot" cx="8" cy="8" r="2" />}
      {state === 'held' && <circle className="arc" cx="8" cy="8" r={ringRadius} strokeDasharray={`${ringLength * part} ${ringLength}`} transform="rotate(-90 8 8)" />}
      {state === 'everywhere' && <><circle className="disc" cx="8" cy="8" r="6.5" /><path className="tick" d="M4.9 8.3l2.1 2.2 4.2-4.7" /></>}
      {state === 'rejected' && <path className="cross" d="M5.3 1.7h5.4l3.6 3.6v5.4l-3.6 3.6H5.3L1.7 10.7V5.3zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" />}
    </svg>
  )
}

/** A summary's triangle, which turns when its details open. */
export function Fold ({ title, note, children, open = false }: { title: ReactNode, note?: ReactNode, children: ReactNode, open?: boolean }) {
  return (
    <details className="fold" open={open}>
      <summary><Icon name="chevron" size={13} /><span>{title}</span>{note != null && <span className="fold-note">{note}</span>}</summary>
      {children}
    </details>
  )
}
