/** Why not connected? The sentence first, then each stage with what happened, then what to do, with a button where there is one. */
import { useMemo } from 'react'
import { diagnosisTopic } from '../../data/topics.ts'
import { useTopic } from '../../data/use-live.ts'
import { Age } from '../../design/age.tsx'
import { AskButton } from '../../design/asking.tsx'
import { type Stage, StageList } from '../../design/stage-list.tsx'
import type { Diagnosis } from '../../../worker/api.ts'
import { remedyOf, stageTitles } from './remedies.ts'

export interface WhyProperties {
  /** Undefined: this page as a whole. */
  readonly peerId: string | undefined
  /** null: there is no way to try. */
  readonly onTry: (() => Promise<unknown>) | null
}

export function Why ({ peerId, onTry }: WhyProperties) {
  const topic = useMemo(() => diagnosisTopic(peerId), [peerId])
  const { value: diagnosis, at, failure } = useTopic(topic)
  if (failure != null) return <p className="failure" role="alert">The diagnosis could not be read: {failure}</p>
  if (diagnosis == null) return <p className="quiet" role="status">Reading what was seen of it.</p>
  const remedy = remedyOf(diagnosis)
  return (
    <>
      <p className="verdict">{diagnosis.sentence}</p>
      <StageList direction="down" stages={diagnosis.stages.map(stage => stageShown(stage, at))} />
      {remedy != null && (
        <div className="remedy">
          <h4>What to do</h4>
          <p>{remedy.words}</p>
          {remedy.tryAgain && (
            <div className="actions">
              {onTry == null ? <p>It cannot be dialled from here now: no linked hub or relay introduces it.</p> : <AskButton words="Try again" busy="Trying" onAsk={onTry} className="button primary" />}
            </div>
          )}
        </div>
      )}
    </>
  )
}

/** The stages of a link that stands, in one row. */
export function StagesPassed ({ peerId }: { peerId: string }) {
  const topic = useMemo(() => diagnosisTopic(peerId), [peerId])
  const { value: diagnosis } = useTopic(topic)
  if (diagnosis == null) return null
  return <StageList direction="across" terse stages={diagnosis.stages.map(({ stage, ok }) => ({ title: shortTitles[stage], outcome: outcomeOf(ok) }))} />
}

const shortTitles = { discovered: 'Found', reserved: 'Reserved', signalled: 'Signalled', ice: 'ICE', encrypted: 'Encrypted', gossiping: 'Gossip' } as const

function stageShown ({ stage, ok, at, sentence }: Diagnosis['stages'][number], nowMs: number | null): Stage {
  return {
    title: stageTitles[stage], outcome: outcomeOf(ok), words: sentence,
    when: at == null ? undefined : <Age at={at} nowMs={nowMs} {...ok === false ? { verb: 'failed' } : {}} />
  }
}

function outcomeOf (ok: boolean | null): Stage['outcome'] {
  return ok == null ? 'not-reached' : ok ? 'done' : 'failed'
}
