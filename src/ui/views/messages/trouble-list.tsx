/** What did not come in, and what waits, with the reason. */
import { useHubWords } from '../../data/hub-people.ts'
import { useTopic } from '../../data/use-live.ts'
import { clockTime, count, counted, keyHead, machineTime } from '../../design/format.ts'
import { CoverageMark } from '../../design/marks.tsx'
import { AuthorName } from '../../shell/author-name.tsx'
import { HubName } from '../../shell/hub-name.tsx'
import { useLink } from '../../shell/router.ts'
import { ForkList } from './fork-list.tsx'
import { troublesTopic } from './message-topics.ts'
import { refusalConsequence, refusalSentence, waitingSentence } from './troubles.ts'
import { textOf } from './thread-list.tsx'
import { timeAndDay } from './when.ts'

export type TroubleKind = 'waiting' | 'rejected' | 'barred' | 'forks'

export function TroubleList ({ shown }: { shown: TroubleKind }) {
  return <div className="thread-rows trouble-rows" role="region" aria-label={trouble[shown]} tabIndex={0}>{shown === 'forks' ? <ForkList /> : <Rows shown={shown} />}</div>
}

function Rows ({ shown }: { shown: Exclude<TroubleKind, 'forks'> }) {
  const { value, failure } = useTopic(troublesTopic)
  if (value == null) return <p className="empty" role="status">{failure ?? 'Asking the hub.'}</p>
  return { waiting: <Waiting troubles={value} />, rejected: <Refused troubles={value} />, barred: <Barred troubles={value} /> }[shown]
}

const trouble = { waiting: 'Messages that wait', rejected: 'Messages that were refused', barred: 'Messages that do not count', forks: 'Numbers given to several messages' } as const
type Troubles = NonNullable<ReturnType<typeof useTopic<Awaited<ReturnType<typeof troublesTopic.read>>>>['value']>

function Waiting ({ troubles: { waiting } }: { troubles: Troubles }) {
  const words = useHubWords()
  if (waiting.length === 0) return <p className="empty">Nothing waits. A message waits here while the device that signed it has not been introduced by its author yet.</p>
  return (
    <ul>
      {waiting.map(message => (
        <li key={message.id} className="trouble-row">
          <CoverageMark state="pending" size={16} />
          <p><AuthorName author={message.author} /> <code title={message.id}>{keyHead(message.id)}</code></p>
          <time dateTime={machineTime(message.timestamp)}>{timeAndDay(message.timestamp)}</time>
          <p className="trouble-why">{waitingSentence(message)}</p>
          <p className="quiet">{message.kind}, number {count(message.seq)}{message.from != null && `, brought by ${words(message.from)}`}. Its content is held back until then.</p>
        </li>
      ))}
    </ul>
  )
}

function Refused ({ troubles: { refused } }: { troubles: Troubles }) {
  const link = useLink()
  if (refused.length === 0) return <p className="empty">No message was refused since this hub started.</p>
  return (
    <ul>
      {refused.map(entry => (
        <li key={entry.event} className="trouble-row" data-refused="true">
          <CoverageMark state="rejected" size={16} />
          <p><b>{entry.message == null ? 'A message' : <>Message <code title={entry.message}>{keyHead(entry.message)}</code></>}</b>{entry.times > 1 && <span className="quiet"> and more like it, {counted(entry.times, 'time')}</span>}</p>
          <time dateTime={machineTime(entry.at)}>{clockTime(entry.at)}</time>
          <p className="trouble-why">{refusalSentence(entry)}</p>
          <p className="quiet">
            {refusalConsequence(entry.type)}
            {entry.peer != null && <> Sent by <a {...link({ view: 'network', path: ['hub', entry.peer], query: {} })}><HubName peerId={entry.peer} size={14} /></a>.</>}
          </p>
        </li>
      ))}
    </ul>
  )
}

function Barred ({ troubles: { barred } }: { troubles: Troubles }) {
  const link = useLink()
  if (barred.length === 0) return <p className="empty">No message here is barred. Those of a revoked device would be, but for what its author kept.</p>
  return (
    <ul>
      {barred.map(message => (
        <li key={message.id} className="trouble-row" data-refused="true">
          <CoverageMark state="rejected" size={16} />
          <p><AuthorName author={message.author} linked /> <a {...link({ view: 'messages', path: [message.id], query: { show: 'barred' } })}><code title={message.id}>{keyHead(message.id)}</code></a></p>
          <time dateTime={machineTime(message.timestamp)}>{timeAndDay(message.timestamp)}</time>
          <p className="trouble-why">Its device {keyHead(message.signer)} was revoked, and this is not among what the author kept.</p>
          <p className="quiet" dir="auto">{textOf(message.body) ?? message.kind}</p>
        </li>
      ))}
    </ul>
  )
}
