/** One subtree: how much it holds here, when that was written, and whether the comparison found it to differ. */
import { useMemo } from 'react'
import { useTopic } from '../../data/use-live.ts'
import { clockTime, count, counted, dayName } from '../../design/format.ts'
import { useLink } from '../../shell/router.ts'
import type { SyncSession } from '../../../worker/api.ts'
import { spanOf, touches } from './icicle-model.ts'
import { nameOf } from './icicle.tsx'
import { partTopic } from './sync-topics.ts'

export function SubtreeFacts ({ prefix, session }: { prefix: string, session: SyncSession }) {
  const topic = useMemo(() => partTopic(prefix), [prefix])
  const { value: part, failure } = useTopic(topic)
  const link = useLink()
  const differs = touches(prefix, session.differing)
  const epochs = spanOf(prefix)
  const verdict = !differs
    ? 'Nothing in here was found to differ in this comparison.'
    : session.outcome === 'equal' ? 'It differed in this comparison, and was made equal.' : 'Something in here differed in this comparison.'
  return (
    <>
      <section className="section">
        <p className="verdict">{verdict}</p>
        {failure != null && <p className="failure" role="alert">It could not be read: {failure}</p>}
        <dl className="facts">
          <dt>Messages</dt><dd>{count(part?.count)}</dd>
          <dt>Digest</dt><dd>{part == null ? '—' : <code title={part.digest}>{part.digest.slice(0, 16)}…</code>}</dd>
          {epochs != null && (
            <>
              <dt>From</dt><dd>{dayName(epochs.from)}, {clockTime(epochs.from)}</dd>
              <dt>Until</dt><dd>{dayName(epochs.until)}, {clockTime(epochs.until)}</dd>
            </>
          )}
        </dl>
        <p className="quiet">Here, now. Hubs with the same digest hold the same.</p>
      </section>
      <section className="section">
        <h3>Its parts <span className="section-note">{part == null ? '' : counted(part.children.length, 'part')}</span></h3>
        {part != null && part.children.length === 0 && <p className="quiet">It is not divided further.</p>}
        {part != null && part.children.length > 0 && (
          <table className="table">
            <thead><tr><th scope="col">Part</th><th scope="col">State</th><th scope="col" className="figure">Messages</th></tr></thead>
            <tbody>{part.children.map(child => <tr key={child.prefix}><td className="mono"><a {...link({ view: 'sync', path: [String(session.id), child.prefix], query: {} })}>{nameOf(child.prefix)}</a></td><td>{touches(child.prefix, session.differing) ? 'differed' : 'equal'}</td><td className="figure">{count(child.count)}</td></tr>)}</tbody>
          </table>
        )}
      </section>
    </>
  )
}
