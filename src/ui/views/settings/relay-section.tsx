/** The network this hub belongs to, and the relays that introduce it: those that its page names, and those that a person adds. */
import { useState } from 'react'
import { settingsTopic, statusTopic } from '../../data/topics.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { AskButton } from '../../design/asking.tsx'
import { CopyButton } from '../../design/copy-button.tsx'
import { keyEnds, roundTrip } from '../../design/format.ts'
import { hostOf } from '../../../base/multiaddr-host.ts'
import { ToneMark } from '../../design/marks.tsx'
import { useLink } from '../../shell/router.ts'
import { relaySentence, type Tone } from '../../words/sentences.ts'
import type { HubSettings, HubStatus, RelayStatus } from '../../../worker/api.ts'

const trustWords = {
  'built-in': 'It is the one that this page was built with.', pinned: 'The address of this page names it.', remembered: 'This hub was made in it, and stays in it.',
  'first-use': 'The server of this page named it at the first visit, and this hub trusted that.'
} as const
const tones = { reserved: 'ok', connected: 'working', looking: 'working', refused: 'error' } as const satisfies Readonly<Record<RelayStatus['state'], Tone>>

export function RelaySection ({ status }: { status: HubStatus }) {
  const live = useLive()
  const link = useLink()
  const { value: settings, at } = useTopic(settingsTopic)
  const [address, setAddress] = useState('')
  const [tested, setTested] = useState<string | null>(null)
  const own = settings?.relays ?? []
  const change = async (relays: HubSettings['relays']): Promise<void> => {
    await live.hub().configure({ relays })
    live.refresh(settingsTopic)
    live.refresh(statusTopic)
  }
  const test = async (which: string): Promise<void> => {
    setTested(null)
    const { isRelay, connectMs, rttMs } = await live.hub().testRelay(which.trim())
    setTested(isRelay
      ? `${hostOf(which)} answers, and introduces hubs: connected in ${roundTrip(connectMs)}, round trip ${roundTrip(rttMs)}.`
      : `${hostOf(which)} answers, but introduces nobody: it is no relay.`)
  }
  return (
    <section id="settings-relays">
      <h2>Network</h2>
      <dl className="facts">
        <dt>Name</dt><dd>{status.networkName}</dd>
        <dt>Id</dt><dd><code title={status.network}>{keyEnds(status.network)}</code> <CopyButton text={status.network} label="Copy network id" /></dd>
        <dt>Trust</dt><dd>{trustWords[status.networkTrust]}</dd>
      </dl>
      <h3>Relays</h3>
      <p className="about">A relay introduces hubs to one another and holds no messages. Links that stand go on without it.</p>
      <ul className="list">
        {status.relays.map(relay => (
          <li key={relay.address}>
            <ToneMark tone={relay.full ? 'error' : tones[relay.state]} />
            <span><a {...link({ view: 'network', path: ['relay', hostOf(relay.address)], query: {} })}>{hostOf(relay.address)}</a> <small>{own.includes(relay.address) ? 'added here' : 'named by this page'}</small>
              <small className="list-words">{relaySentence(relay, [], at ?? relay.since)}</small>
            </span>
            <AskButton words="Test" busy="Testing" className="button quiet" onAsk={async () => test(relay.address)} />
            {own.includes(relay.address) && <AskButton words="Remove" busy="Removing" className="button quiet danger" onAsk={async () => change(own.filter(other => other !== relay.address))} />}
          </li>
        ))}
      </ul>
      <form className="add" onSubmit={(event) => { event.preventDefault() }}>
        <label>Add a relay<input className="input mono" type="text" autoComplete="off" spellCheck={false} placeholder="/dns4/relay.example.org/tcp/443/tls/ws/p2p/12D3KooW…" value={address} onChange={({ target: { value } }) => { setAddress(value); setTested(null) }} /></label>
        <div className="actions">
          <AskButton words="Test" busy="Testing" onAsk={async () => test(address)} />
          <AskButton words="Add" busy="Adding" className="button primary" onAsk={async () => { await change([...own, address.trim()]); setAddress('') }} />
        </div>
      </form>
      {tested != null && <p className="outcome" role="status">{tested}</p>}
    </section>
  )
}
