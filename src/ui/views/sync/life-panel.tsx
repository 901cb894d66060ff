/** This hub's life as it is now: the states with the modes inside them, and what changed lately, with causes. */
import type { HubStatus, LogEvent } from '../../../worker/api.ts'
import type { Topic } from '../../data/live.ts'
import { statusTopic } from '../../data/topics.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { AskButton } from '../../design/asking.tsx'
import { clockTime, count } from '../../design/format.ts'
import { CatchUpChoice } from './catch-up-choice.tsx'

const states: ReadonlyArray<{ readonly state: HubStatus['lifecycle'], readonly modes: ReadonlyArray<HubStatus['mode']>, readonly meaning: string }> = [
  { state: 'joining', modes: ['unsynced'], meaning: 'nobody is linked' },
  { state: 'catching-up', modes: ['unsynced', 'sync'], meaning: 'linked, and not found equal' },
  { state: 'babbling', modes: ['synced', 'pacemaker'], meaning: 'equal with its neighbours' },
  { state: 'leaving', modes: [], meaning: 'hands over, says goodbye' },
  { state: 'shutdown', modes: [], meaning: 'stopped' }
]

/** Lines shown: some minutes of a hub that comes and goes. */
const changesShown = 6
const changesTopic: Topic<readonly LogEvent[]> = {
  name: 'life', everyMs: 1_000, read: async hub => (await hub.events({ type: 'lifecycle' })).slice(-changesShown).reverse()
}

export function LifePanel () {
  const live = useLive()
  const { value: status } = useTopic(statusTopic)
  const { value: changes } = useTopic(changesTopic)
  if (status == null) return null
  const isOver = status.lifecycle === 'leaving' || status.lifecycle === 'shutdown'
  return (
    <section className="life" aria-label="This hub's life">
      <h2>This hub’s life</h2>
      <ol className="phases">
        {states.map(({ state, modes, meaning }) => (
          <li key={state} data-state={state === status.lifecycle ? 'now' : 'ahead'} aria-current={state === status.lifecycle ? 'step' : undefined}>
            <b>{state}</b>
            <small>{meaning}</small>
            {modes.map(mode => <small key={mode}>{state === status.lifecycle && mode === status.mode ? <strong>{mode}</strong> : mode}</small>)}
          </li>
        ))}
      </ol>
      <p className="quiet">{status.serving ? 'Hubs that are new may take a snapshot from this one.' : 'It serves no snapshots: hubs that are new compare with it, as all do.'}</p>
      {!isOver && <CatchUpChoice />}
      <p className="life-asks">
        {!isOver && (
          <AskButton
            words={status.serving ? 'Serve no snapshots' : 'Serve snapshots'}
            busy="Switching"
            onAsk={async () => live.hub().serve(!status.serving)}
          />
        )}
        {!isOver && <AskButton words="Leave the network" busy="Leaving" onAsk={async () => live.hub().leave()} />}
      </p>
      {changes != null && changes.length > 0 && (
        <details className="fold">
          <summary><span>What changed lately</span><span className="fold-note">{count(changes.length)}</span></summary>
          <ul className="life-changes">{changes.map(({ event, at, sentence }) => <li key={event}><time>{clockTime(at)}</time> {sentence}</li>)}</ul>
        </details>
      )}
    </section>
  )
}
