/** Comparisons that run, then those that ended, the newest first. */
import { bytes, clockTime, count, unknown } from '../../design/format.ts'
import { CoverageMark } from '../../design/marks.tsx'
import { HubName } from '../../shell/hub-name.tsx'
import type { SyncSession } from '../../../worker/api.ts'
import { findingBytes, outcomeWords, strategyWords } from './sync-model.ts'

export interface SessionTableProperties {
  readonly sessions: readonly SyncSession[]
  readonly selected: number | null
  readonly onSelect: (id: number) => void
}

export function SessionTable ({ sessions, selected, onSelect }: SessionTableProperties) {
  if (sessions.length === 0) return <p className="quiet">None yet.</p>
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Comparisons">
      <table className="table session-table">
        <thead>
          <tr>
            <th scope="col">At</th><th scope="col">With</th><th scope="col">Found by</th><th scope="col" className="figure wide">Rounds</th>
            <th scope="col" className="figure">Moved</th><th scope="col" className="figure">Cost</th><th scope="col" className="figure wide">Took</th>
          </tr>
        </thead>
        <tbody>{sessions.map(session => <Row key={session.id} session={session} selected={session.id === selected} onSelect={onSelect} />)}</tbody>
      </table>
    </div>
  )
}

function Row ({ session, selected, onSelect }: { session: SyncSession, selected: boolean, onSelect: (id: number) => void }) {
  const { id, peer, startedAt, phase, outcome, strategy, rounds, fetched, sent, ms } = session
  const failed = phase === 'ended' && outcome !== 'equal'
  return (
    <tr aria-current={selected ? 'true' : undefined} onClick={() => { onSelect(id) }}>
      <td><button type="button" className="row-button">{clockTime(startedAt)}</button></td>
      <td><HubName peerId={peer} size={14} /></td>
      <td>{failed ? <span className="cell failure"><CoverageMark state="rejected" size={13} />{outcomeWords(outcome)}</span> : strategyWords(strategy)}</td>
      <td className="figure wide">{failed && rounds === 0 ? unknown : count(rounds)}</td>
      <td className="figure">{count(fetched + sent)}</td>
      <td className="figure">{bytes(findingBytes(session))}</td>
      <td className="figure wide">{phase === 'ended' ? `${count(ms)} ms` : 'running'}</td>
    </tr>
  )
}
