/**
 * Stages one after the other: the mark's shape says the outcome of each, the rail between them how far it came. Vertical with what happened
 * and when; horizontal and terse where all is well.
 */
import type { ReactNode } from 'react'
import { Icon } from './marks.tsx'

export interface Stage {
  readonly title: string
  readonly outcome: 'done' | 'running' | 'failed' | 'not-reached'
  readonly words?: string | undefined
  readonly when?: ReactNode
}

export interface StageListProperties {
  readonly stages: readonly Stage[]
  readonly direction: 'down' | 'across'
  /** Names only, for a row in little room. */
  readonly terse?: boolean
}

export function StageList ({ stages, direction, terse = false }: StageListProperties) {
  return (
    <ol className={terse ? 'stages terse' : 'stages'} data-direction={direction}>
      {stages.map(({ title, outcome, words, when }) => (
        <li key={title} data-outcome={outcome}>
          <span className="stage-mark" aria-hidden="true">{outcome === 'done' && <Icon name="check" size={12} />}{outcome === 'failed' && <Icon name="cross" size={12} />}</span>
          <b>{title}<span className="hidden">: {outcomeWords[outcome]}</span></b>
          {when}
          {words != null && <small>{words}</small>}
        </li>
      ))}
    </ol>
  )
}

const outcomeWords = { done: 'done', running: 'under way', failed: 'failed', 'not-reached': 'not reached' } as const
