/** What this hub keeps and for how long, what the browser promises, and how all of it is erased. */
import { useState } from 'react'
import { settingsTopic, statusTopic } from '../../data/topics.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { AskButton } from '../../design/asking.tsx'
import { Confirm } from '../../design/confirm.tsx'
import { bytes, count, counted, dayName, epochStart } from '../../design/format.ts'
import type { HubStatus } from '../../../worker/api.ts'

const choices = [7, 30, 90, 365] as const

export function StorageSection ({ status: { storage: { usage, quota, persisted, trouble }, messages, minEpoch } }: { status: HubStatus }) {
  const live = useLive()
  const { value: settings } = useTopic(settingsTopic)
  const [wanted, setWanted] = useState<string | null>(null)
  const [answer, setAnswer] = useState<string | null>(null)
  const current = settings?.keepDays == null ? '' : String(settings.keepDays)
  const chosen = wanted ?? current
  const share = usage == null || quota == null || quota === 0 ? null : Math.min(1, usage / quota)
  const keep = async (): Promise<void> => {
    await live.hub().configure({ keepDays: chosen === '' ? null : Number(chosen) })
    setWanted(null)
    for (const topic of [settingsTopic, statusTopic]) live.refresh(topic)
  }
  const persist = async (): Promise<void> => {
    setAnswer(await navigator.storage.persist()
      ? 'The browser promises to keep it.'
      : 'The browser does not promise it. It often does once the page is installed, bookmarked, or used for a while.')
    live.refresh(statusTopic)
  }
  const days = [...new Set([...choices, ...settings?.keepDays == null ? [] : [settings.keepDays]])].sort((a, b) => a - b)
  return (
    <section id="settings-storage">
      <h2>Storage</h2>
      {trouble != null && <p className="failure" role="alert">{trouble}</p>}
      <dl className="facts">
        <dt>Used</dt><dd>{bytes(usage)} of {bytes(quota)} that the browser gives this address{share != null && <span className="used" role="img" aria-label={`${Math.round(share * 100)} % used`}><span style={{ width: `${Math.max(1, share * 100)}%` }} /></span>}</dd>
        <dt>Messages</dt><dd>{count(messages)}{minEpoch != null && `, those of others since ${dayName(epochStart(minEpoch))} only`}</dd>
        <dt>Promise</dt>
        <dd>{persisted == null ? 'The browser does not say whether it keeps this.' : persisted ? 'The browser keeps this until you erase it.' : 'The browser may clear this when the disk is short.'}
          {persisted === false && <> <AskButton words="Ask it to keep this" busy="Asking" className="button quiet" onAsk={persist} /></>}
          {answer != null && <p className="outcome" role="status">{answer}</p>}
        </dd>
      </dl>
      <h3>How long messages are kept</h3>
      <p className="about">Messages of others that are older are given up here, now and as time goes. Your own are kept, and so is what adds or revokes devices. Other hubs keep theirs.</p>
      <div className="setting">
        <label className="keep-for">Keep
          <select aria-label="How long messages are kept" value={chosen} onChange={({ target: { value } }) => { setWanted(value) }}>
            <option value="">everything</option>
            {days.map(number => <option key={number} value={String(number)}>{counted(number, 'day')}</option>)}
          </select>
        </label>
        {chosen !== current && (chosen === ''
          ? <AskButton words="Keep everything from now on" busy="Saving" onAsk={keep} />
          : <Confirm words="Keep only these" answer="Give up the older ones" busy="Giving up" onConfirm={keep} question={`Messages of others from before the last ${counted(Number(chosen), 'day')} are erased here, and do not come back.`} />)}
      </div>
      <h3>Erase this hub</h3>
      <p className="about">Its messages, keys and settings in this browser. What others hold of it stays with them. Without the recovery phrase nobody can write as its author again.</p>
      <Confirm
        words="Erase this hub"
        answer="Erase everything"
        busy="Erasing"
        typed="erase"
        onConfirm={async () => live.hub().wipe({ confirm: true })}
        question="This cannot be taken back. The page starts as on a first visit after that."
      />
    </section>
  )
}
