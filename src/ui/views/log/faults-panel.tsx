/** Faults injected at this hub on purpose: what they are now, and how to change or end them. Everything waits in the form until it is pressed. */
import { useState } from 'react'
import { linksTopic, statusTopic } from '../../data/topics.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { AskButton } from '../../design/asking.tsx'
import { HubName } from '../../shell/hub-name.tsx'
import { faultsWords } from '../../words/faults.ts'
import type { HubStatus } from '../../../worker/api.ts'

type Faults = NonNullable<HubStatus['faults']>
const none: Faults = { drop: 0, delayMs: 0, partition: [] }
/** As the engine allows (hub/fault-arguments.ts). */
const delayMsMax = 5_000

export function FaultsPanel () {
  const live = useLive()
  const { value: status } = useTopic(statusTopic)
  const { value: links } = useTopic(linksTopic)
  const [draft, setDraft] = useState<Partial<Faults>>({})
  if (status == null || links == null) return <p className="empty" role="status">Asking the hub what is injected.</p>
  const active = status.faults
  const wanted = { ...active ?? none, ...draft }
  const isChanged = Object.keys(draft).length > 0
  const percent = Math.round(wanted.drop * 1_000) / 10
  const hubs = [...new Set([...links.peers.filter(({ link }) => link !== 'none').map(({ peerId }) => peerId), ...wanted.partition])]
  const inject = async (faults: Partial<Faults>): Promise<void> => {
    await live.hub().faults(faults)
    live.refresh(statusTopic)
    setDraft({})
  }
  const cut = (peerId: string, isCut: boolean): void => {
    setDraft({ ...draft, partition: isCut ? [...wanted.partition, peerId] : wanted.partition.filter(other => other !== peerId) })
  }
  return (
    <>
      <section className="section">
        <p className="verdict">{active == null
          ? 'No faults are injected. Here you can make this hub’s links bad on purpose, and watch how messages get through all the same.'
          : `Injected at this hub now: ${faultsWords(active)}. What fails meanwhile says nothing about the network.`}
        </p>
        {active != null && <AskButton words="End all faults" busy="Ending" onAsk={async () => inject({})} className="button primary" />}
      </section>
      <section className="section">
        <h3>{active == null ? 'Inject' : 'Change'}</h3>
        <label className="fault">
          <span>Lose frames, in %</span>
          <small>Each way, by chance. A comparison that loses one ends; gossip finds another way.</small>
          <input className="input" type="number" min={0} max={100} step={5} value={percent} onChange={({ target: { value } }) => { setDraft({ ...draft, drop: Math.min(1, Math.max(0, Number(value) / 100)) }) }} />
        </label>
        <label className="fault">
          <span>Delay frames, in ms</span>
          <small>Each way, so that a round trip takes twice as much longer.</small>
          <input className="input" type="number" min={0} max={delayMsMax} step={50} value={wanted.delayMs} onChange={({ target: { value } }) => { setDraft({ ...draft, delayMs: Math.min(delayMsMax, Math.max(0, Math.round(Number(value)))) }) }} />
        </label>
        <fieldset className="cut-list">
          <legend>Cut hubs off</legend>
          {hubs.length === 0 && <p className="quiet">No hub is linked that could be cut off.</p>}
          {hubs.map(peerId => (
            <label key={peerId}><input type="checkbox" checked={wanted.partition.includes(peerId)} onChange={({ target: { checked } }) => { cut(peerId, checked) }} /><HubName peerId={peerId} /></label>
          ))}
        </fieldset>
        <p className="quiet">They hold at this hub only, until they are ended or the page is loaded again. Relays and announcements go on.</p>
        <div className="fault-actions">
          <AskButton words={active == null ? 'Inject these faults' : 'Change them'} busy="Injecting" onAsk={async () => inject(wanted)} className={active == null ? 'button primary' : 'button'} />
          {isChanged && <button type="button" className="button quiet" onClick={() => { setDraft({}) }}>Leave as it was</button>}
        </div>
      </section>
    </>
  )
}
