/** Forks: numbers that one device gave to several messages. Evidence of a copied key, shown to people; all of the messages count. */
import { useTopic } from '../../data/use-live.ts'
import { count, dayName, keyHead, machineTime } from '../../design/format.ts'
import { CoverageMark } from '../../design/marks.tsx'
import { AuthorName } from '../../shell/author-name.tsx'
import { useLink } from '../../shell/router.ts'
import { forksTopic } from './message-topics.ts'
import { textOf } from './thread-list.tsx'
import { timeAndDay } from './when.ts'

export function ForkList () {
  const link = useLink()
  const { value: forks, failure } = useTopic(forksTopic)
  if (forks == null) return <p className="empty" role="status">{failure ?? 'Asking the hub.'}</p>
  if (forks.length === 0) return <p className="empty">No device here gave one number to two messages. Two that did would be a copied key, or a device that was restored from a backup.</p>
  return (
    <ul>
      {forks.map(({ author, signer, seq, messages }) => (
        <li key={`${signer} ${seq}`} className="trouble-row" data-refused="true" data-testid="fork">
          <CoverageMark state="rejected" size={16} />
          <p><AuthorName author={author} linked /> device <code title={signer}>{keyHead(signer)}</code></p>
          <span className="quiet">no. {count(seq)}</span>
          <p className="trouble-why">Its device signed {count(messages.length)} different messages as number {count(seq)}: a copied key, or a device restored from a backup. All of them count.</p>
          <ol className="fork-messages">
            {messages.map(({ id, kind, body, timestamp }) => (
              <li key={id}>
                <a {...link({ view: 'messages', path: [id], query: { show: 'forks' } })}><code title={id}>{keyHead(id)}</code></a>
                {' '}<time dateTime={machineTime(timestamp)} title={dayName(timestamp)}>{timeAndDay(timestamp)}</time> <span dir="auto">{textOf(body) ?? kind}</span>
              </li>
            ))}
          </ol>
          <p className="quiet">If it is yours, revoke this device in Settings: then only what came before the fork need count.</p>
        </li>
      ))}
    </ul>
  )
}
