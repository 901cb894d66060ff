/** One comparison: how far it is, what finding the difference cost beside other ways, and how it went. */
import { bytes, clockTime, count, peerTail } from '../../design/format.ts'
import { AuthorName } from '../../shell/author-name.tsx'
import { HubName } from '../../shell/hub-name.tsx'
import { useLink } from '../../shell/router.ts'
import type { SyncSession } from '../../../worker/api.ts'
import { nameOf } from './icicle.tsx'
import { costs, effortWords, findingBytes, outcomeWords, phaseState, phases, phaseWords, progressOf, sessionSentence, strategyWords } from './sync-model.ts'

export function CurrentSession ({ session }: { session: SyncSession }) {
  const progress = progressOf(session)
  return (
    <section className="sync-current" aria-label="The comparison shown">
      <h2><span>With <HubName peerId={session.peer} size={16} /></span><span className="section-note">{session.initiated ? 'began here' : 'began there'}, {clockTime(session.startedAt)}</span></h2>
      {progress == null
        ? <p className="sync-sentence">{sessionSentence(session)}</p>
        : <p className="sync-now"><b>{count(progress.done)}</b> <span>of {count(progress.total)} differences</span><span className="left">{progress.left}</span></p>}
      {(session.fetched > 0 || session.sent > 0 || progress != null) && (
        <dl className="moved">
          <dt>Fetched</dt><dd><span className="share wide" aria-hidden="true"><span style={{ width: `${shareOf(session.fetched, session)}%` }} /></span>{count(session.fetched)}</dd>
          <dt>Sent</dt><dd><span className="share wide" aria-hidden="true"><span style={{ width: `${shareOf(session.sent, session)}%` }} /></span>{count(session.sent)}</dd>
        </dl>
      )}
      <ol className="phases">
        {phases.map(phase => (
          <li key={phase} data-state={phaseState(session, phase)}>
            <b>{phaseWords[phase].title}</b><small>{phaseWords[phase].words}</small>
          </li>
        ))}
      </ol>
    </section>
  )
}

function shareOf (moved: number, { fetched, sent, total }: SyncSession): number {
  return 100 * moved / Math.max(1, total, fetched + sent)
}

export function Costs ({ session }: { session: SyncSession }) {
  const shown = costs(session)
  const most = Math.max(...shown.map(cost => cost.bytes), 1)
  return (
    <section className="sync-costs" aria-label="Cost of finding the difference">
      <h2><span>Cost of finding the difference</span></h2>
      <dl>
        {shown.map(({ name, bytes: size, by, times }) => (
          <div key={name} data-by={by}>
            <dt>{name}</dt>
            <dd><span className="bar" style={{ width: `${Math.max(1.5, 46 * size / most)}%` }} aria-hidden="true" /><b>{bytes(size)}</b><span className="quiet">{times == null ? by : <><span className="hidden">computed, </span>{count(times)} times</>}</span></dd>
          </div>
        ))}
      </dl>
      <p className="quiet">{shown.length === 1 ? 'Nothing differed, so no other way was weighed.' : 'Hatched ways were computed for this difference, not run. The messages themselves cost the same each way.'}</p>
    </section>
  )
}

export function SessionFacts ({ session }: { session: SyncSession }) {
  const link = useLink()
  const { estimate } = session
  return (
    <>
      <section className="section">
        <p className="verdict">{sessionSentence(session)}</p>
        <dl className="facts">
          <dt>Outcome</dt><dd>{outcomeWords(session.outcome)}</dd>
          <dt>Found by</dt><dd>{strategyWords(session.strategy)}{session.symbols > 0 && `, ${count(session.symbols)} symbols`}</dd>
          <dt>Effort</dt><dd>{effortWords(session)}</dd>
          <dt>Sent</dt><dd>{bytes(session.bytesSent)}, {count(session.sent)} messages</dd>
          <dt>Received</dt><dd>{bytes(session.bytesReceived)}, {count(session.fetched)} messages</dd>
          <dt>Messages</dt><dd>{bytes(session.messageBytes)} of the bytes</dd>
        </dl>
      </section>
      <section className="section">
        <h3>Why this way <span className="section-note">expected, in bytes</span></h3>
        {estimate == null
          ? <p className="quiet">There was nothing to choose: {session.strategy === 'none' ? 'the first frames were equal' : 'one way only was open'}.</p>
          : (
              <dl className="facts">
                <dt>Differences</dt><dd>about {count(estimate.differences)}</dd>
                <dt>Sketch</dt><dd>{bytes(estimate.sketchBytes)}</dd>
                <dt>List of ids</dt><dd>{bytes(estimate.listBytes)}</dd>
                <dt>Feeds</dt><dd>{bytes(estimate.feedsBytes)}</dd>
                <dt>It cost</dt><dd>{bytes(findingBytes(session))}</dd>
              </dl>
            )}
      </section>
      <section className="section">
        <h3>Whose messages moved</h3>
        {session.feeds.length === 0 && <p className="quiet">None did.</p>}
        {session.feeds.length > 0 && (
          <table className="table">
            <thead><tr><th scope="col">Author</th><th scope="col" className="figure">Fetched</th><th scope="col" className="figure">Sent</th></tr></thead>
            <tbody>{session.feeds.map(({ author, signer, fetched, sent }) => <tr key={signer}><td><AuthorName author={author} linked /></td><td className="figure">{count(fetched)}</td><td className="figure">{count(sent)}</td></tr>)}</tbody>
          </table>
        )}
      </section>
      <section className="section">
        <h3>Where the sets differed <span className="section-note">subtrees</span></h3>
        {session.differing.length === 0 ? <p className="quiet">Nowhere, or it was not found yet.</p> : <p className="prefixes">{session.differing.slice(0, 64).map(prefix => <a key={prefix} {...link({ view: 'sync', path: prefix === '' ? [String(session.id)] : [String(session.id), prefix], query: {} })}><code>{nameOf(prefix)}</code></a>)}{session.differing.length > 64 && ` and ${count(session.differing.length - 64)} more`}</p>}
      </section>
    </>
  )
}

export function sessionTitle (session: SyncSession): string {
  return `${peerTail(session.peer)} ${clockTime(session.startedAt)}`
}
