/** The other hubs: those linked, each with its path and round trip, and those only heard of, each with the reason why. */
import { bytes, count, counted, roundTrip, span, unknown } from '../../design/format.ts'
import { Icon, LinkGlyph } from '../../design/marks.tsx'
import { HubName } from '../../shell/hub-name.tsx'
import { candidateSentence, linkWords } from '../../words/sentences.ts'
import type { CandidateView, PeerView } from '../../../worker/api.ts'

/** Hubs listed; beyond it a list is no longer read. The number of the rest is shown. */
const rowsMax = 60

/** In the order of linking, so that no row moves while someone is about to press it. */
export function PeerList ({ peers, nowMs }: { peers: readonly PeerView[], nowMs: number }) {
  const rows = [...peers].sort((a, b) => a.since - b.since || (a.peerId < b.peerId ? -1 : 1))
  return (
    <ul className="hubs">
      {rows.slice(0, rowsMax).map(peer => <PeerRow key={peer.peerId} peer={peer} nowMs={nowMs} />)}
      <Rest number={rows.length - rowsMax} />
    </ul>
  )
}

function PeerRow ({ peer, nowMs }: { peer: PeerView, nowMs: number }) {
  return (
    <li data-testid="peer" data-peer={peer.peerId} data-path={peer.path} data-link={peer.link}>
      <details>
        <summary>
          <HubName peerId={peer.peerId} />
          <LinkGlyph link={peer.link} path={peer.path} oneWay={peer.oneWay} />
          <span className="hub-words">{linkWords(peer)}</span>
          <span className="hub-figure">{roundTrip(peer.rttMs)}</span>
          <Icon name="chevron" size={12} />
        </summary>
        <dl className="facts">
          <dt>Peer</dt><dd><code>{peer.peerId}</code></dd>
          <dt>Transport</dt><dd>{peer.transport}</dd>
          <dt>Connected</dt><dd>for {span(nowMs - peer.since)}</dd>
          <dt>In, out</dt><dd>{bytes(peer.bytesIn)}, {bytes(peer.bytesOut)}</dd>
          <dt>Holds</dt><dd>{peer.messages == null ? unknown : counted(peer.messages, 'message')}{peer.mode != null && `, ${peer.mode}`}</dd>
          <dt>Score</dt><dd>{Math.round(peer.score * 10) / 10}</dd>
          <dt>Last error</dt><dd>{peer.lastError ?? unknown}</dd>
        </dl>
      </details>
    </li>
  )
}

export function CandidateList ({ candidates, nowMs }: { candidates: readonly CandidateView[], nowMs: number }) {
  return (
    <ul className="hubs">
      {candidates.slice(0, rowsMax).map(candidate => (
        <li key={candidate.peerId} className="candidate" data-state={candidate.state} data-peer={candidate.peerId}>
          <HubName peerId={candidate.peerId} />
          <span className="hub-words">{candidateSentence(candidate, nowMs)}</span>
        </li>
      ))}
      <Rest number={candidates.length - rowsMax} />
    </ul>
  )
}

function Rest ({ number }: { number: number }) {
  return number > 0 ? <li className="hubs-rest">and {count(number)} more</li> : null
}
