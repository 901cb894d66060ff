/** How this hub becomes equal with others: the current difference, and the comparison that was asked for last. */
import './sync.css'
import { statusTopic } from '../../data/topics.ts'
import { syncNow, useSyncAsk } from '../../data/sync-now.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { bytes, count, peerTail, span } from '../../design/format.ts'
import { ViewFrame } from '../../shell/frame.tsx'
import { syncFigure } from '../../words/sentences.ts'

export default function SyncView () {
  const live = useLive()
  const ask = useSyncAsk()
  const { value: status } = useTopic(statusTopic)
  const tools = <button type="button" className="button" aria-disabled={ask.type === 'running'} onClick={() => { syncNow(live) }}>{ask.type === 'running' ? 'Comparing' : 'Sync now'}</button>
  const figure = status == null ? null : syncFigure(status)
  return (
    <ViewFrame crumbs={[{ words: 'Sync' }]} tools={tools}>
      <div className="sync-plain">
        <h1 className="hidden">Sync</h1>
        {figure != null && <p className="sync-figure"><b>{figure.figure}</b> {figure.note}</p>}
        {ask.type === 'refused' && <p className="failure" role="alert">{ask.sentence}</p>}
        {ask.type === 'ended' && (
          <dl className="facts">
            <dt>With</dt><dd className="mono">{peerTail(ask.report.peer)}</dd>
            <dt>Outcome</dt><dd>{ask.report.outcome}</dd>
            <dt>Found by</dt><dd>{ask.report.strategy}, {count(ask.report.rounds)} rounds</dd>
            <dt>Moved</dt><dd>{count(ask.report.fetched)} fetched, {count(ask.report.sent)} sent</dd>
            <dt>Cost</dt><dd>{bytes(ask.report.bytesSent + ask.report.bytesReceived)} in {span(ask.report.ms)}</dd>
          </dl>
        )}
      </div>
    </ViewFrame>
  )
}
