/** Joining by a snapshot: how far it is, chunk by chunk, and which hub sent how many; or how the last join ended. */
import type { JoinView } from '../../../worker/api.ts'
import { bytes, count, counted, span } from '../../design/format.ts'
import { HubName } from '../../shell/hub-name.tsx'
import { catchUpWords, joinSentence } from './sync-model.ts'

export function JoinPanel ({ join }: { join: JoinView }) {
  const { outcome, chunks, chunksKept, messages, messagesKept, hubs, etaMs } = join
  return (
    <section className="join" aria-label="Joining by a snapshot">
      <h2><span>Joining by a snapshot</span><span className="section-note">{join.certified ? 'certified by attesters' : 'every message verified before it counts'}, {catchUpWords[join.catchUp].title}</span></h2>
      {outcome == null && chunks > 0
        ? <p className="sync-now"><b>{count(messagesKept)}</b> <span>of {count(messages)} messages</span><span className="left">{etaMs == null ? 'time left not known yet' : `${span(etaMs)} left`}</span></p>
        : <p className="sync-sentence">{joinSentence(join)}</p>}
      {chunks > 0 && (
        <dl className="moved">
          <dt>Chunks</dt>
          <dd><span className="share wide" aria-hidden="true"><span style={{ width: `${100 * chunksKept / chunks}%` }} /></span>{count(chunksKept)} of {count(chunks)}</dd>
        </dl>
      )}
      {hubs.length > 0 && (
        <table className="table">
          <thead><tr><th scope="col">Hub</th><th scope="col" className="figure">Chunks sent</th><th scope="col" className="figure">Asked for now</th><th scope="col" className="figure">Bytes</th></tr></thead>
          <tbody>
            {hubs.map(({ peerId, kept, asked, bytes: size }) => (
              <tr key={peerId}><td><HubName peerId={peerId} size={16} /></td><td className="figure">{count(kept)}</td><td className="figure">{outcome == null ? count(asked) : ''}</td><td className="figure">{bytes(size)}</td></tr>
            ))}
          </tbody>
        </table>
      )}
      {outcome != null && <p className="quiet">{counted(hubs.filter(({ kept }) => kept > 0).length, 'hub')} sent chunks. What was written later comes by comparing.</p>}
    </section>
  )
}
