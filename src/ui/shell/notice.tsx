/** Where no hub runs in this tab: the sentence that says why, and what can be done about it. */
import { secondHub, withoutNetwork } from './addresses.ts'
import { ToneMark } from '../design/marks.tsx'
import { stateStatement } from '../words/sentences.ts'
import type { HubState } from '../../worker/client.ts'

export function Notice ({ state, address }: { state: Exclude<HubState, { type: 'running' }>, address: string }) {
  const { tone, sentence, detail } = stateStatement(state)
  const second = secondHub(address)
  return (
    <main className="notice" id="main" tabIndex={-1}>
      <ToneMark tone={tone} large />
      <h1 data-testid="status-sentence" role={tone === 'error' ? 'alert' : 'status'}>{sentence}</h1>
      {detail != null && <p>{detail}</p>}
      {state.type === 'failed' && <p className="quiet">Code <code>{state.code}</code></p>}
      <p className="actions">
        {state.type === 'failed' && state.code === 'other-version' && <a className="button" href={second.url}>Run hub {second.name} in this tab</a>}
        {state.type === 'failed' && state.code === 'wrong-network' && <a className="button primary" href={withoutNetwork(address)}>Open without asking for a network</a>}
        {state.type === 'failed' && <button type="button" className={state.code === 'wrong-network' ? 'button' : 'button primary'} onClick={() => location.reload()}>Load the page again</button>}
      </p>
    </main>
  )
}
