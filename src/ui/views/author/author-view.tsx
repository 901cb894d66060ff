/** One author: who they say they are, their devices and how far each has written, what they wrote, what apps keep for them. */
import '../messages/messages.css'
import '../messages/thread.css'
import './author.css'
import { useMemo } from 'react'
import { aboutField, nameField, useProfile } from '../../data/people.ts'
import { statusTopic } from '../../data/topics.ts'
import { useTopic } from '../../data/use-live.ts'
import { bytes, clockTime, count, counted, dayName, keyEnds, keyHead, machineTime, shortDayName, unknown } from '../../design/format.ts'
import { CopyButton } from '../../design/copy-button.tsx'
import { Sigil } from '../../design/marks.tsx'
import { AuthorName } from '../../shell/author-name.tsx'
import { ViewFrame } from '../../shell/frame.tsx'
import { useLink, useRoute } from '../../shell/router.ts'
import { keyHistoryTopic } from '../messages/message-topics.ts'
import { ThreadList } from '../messages/thread-list.tsx'
import { authorFeedsTopic, authorRecordsTopic } from './author-topics.ts'
import { authorDevices } from './devices.ts'

const keyPattern = /^[0-9a-f]{64}$/

export default function AuthorView () {
  const { path: [author = ''] } = useRoute()
  const crumbs = [{ words: 'Messages', route: { view: 'messages', path: [], query: {} } } as const, { words: 'Author' }]
  if (!keyPattern.test(author)) {
    return <ViewFrame crumbs={crumbs}><h1 className="hidden">Author</h1><p className="empty">This is no author’s address: a key has 64 digits of hex. Names are found in the messages they stand beside.</p></ViewFrame>
  }
  return <Author key={author} author={author} crumbs={crumbs} />
}

function Author ({ author, crumbs }: { author: string, crumbs: React.ComponentProps<typeof ViewFrame>['crumbs'] }) {
  const filter = useMemo(() => ({ kind: 'post', author }), [author])
  return (
    <ViewFrame crumbs={crumbs}>
      <div className="author-panes">
        <div className="author-facts" role="region" aria-label="About this author" tabIndex={0}>
          <Who author={author} />
          <Devices author={author} />
          <Fields author={author} />
          <Records author={author} />
        </div>
        <section className="list-pane" aria-labelledby="written-title">
          <h2 id="written-title" className="pane-title">What they wrote</h2>
          <ThreadList filter={filter} threads={false} label="Their messages, the newest first" selected={null} first={null} keys={false} onEnter={() => undefined} empty={<p>No post of this author is here.</p>} />
        </section>
      </div>
    </ViewFrame>
  )
}

function Who ({ author }: { author: string }) {
  const profile = useProfile(author)
  const about = profile?.fields[aboutField]
  return (
    <header className="author-head">
      <span className="portrait large"><Sigil id={author} size={28} /></span>
      <div>
        <h1><AuthorName author={author} /></h1>
        <p><code>{keyEnds(author)}</code> <CopyButton text={author} label="Copy key" /></p>
        {about != null && <p className="author-about" dir="auto">{about}</p>}
        <p className="quiet">Name and words are their own. The key is what tells them from others.</p>
      </div>
    </header>
  )
}

function Devices ({ author }: { author: string }) {
  const link = useLink()
  const { value: history, failure } = useTopic(useMemo(() => keyHistoryTopic(author), [author]))
  const { value: feeds } = useTopic(useMemo(() => authorFeedsTopic(author), [author]))
  const { value: status } = useTopic(statusTopic)
  if (history == null) return <section className="section"><h2>Devices</h2><p className="quiet" role="status">{failure ?? 'Reading the keys.'}</p></section>
  const devices = authorDevices(author, history, feeds ?? [])
  return (
    <section className="section" aria-labelledby="devices-title">
      <h2 id="devices-title">Devices <span className="section-note">introduced and revoked by the root key</span></h2>
      {devices.length === 0
        ? <p className="quiet">No introduction of a device is here, so nothing this author signed can count yet.</p>
        : (
            <div className="table-scroll" role="region" aria-label="Devices" tabIndex={0}>
              <table className="table">
                <thead><tr><th scope="col">Device</th><th scope="col">Key</th><th scope="col">State</th><th scope="col" className="figure">Wrote</th><th scope="col" className="figure">Head</th><th scope="col" className="figure">Missing here</th></tr></thead>
                <tbody>
                  {devices.map(({ key, name, add, remove, feed }) => (
                    <tr key={key}>
                      <th scope="row" dir="auto">{name}{key === status?.device && ' (this one)'}</th>
                      <td><code title={key}>{keyHead(key)}</code></td>
                      <td>
                        {remove != null
                          ? <a {...link({ view: 'messages', path: [remove.id], query: {} })}>revoked {shortDayName(remove.timestamp)}</a>
                          : add == null ? 'not introduced here' : <a {...link({ view: 'messages', path: [add.id], query: {} })}>since <time dateTime={machineTime(add.timestamp)}>{shortDayName(add.timestamp)}</time></a>}
                      </td>
                      <td className="figure">{feed == null ? unknown : count(feed.count)}</td>
                      <td className="figure">{feed == null ? unknown : count(feed.lastSeq)}</td>
                      <td className="figure">{feed == null ? unknown : count(feed.missing)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
      {feeds != null && <p className="quiet">Figures are of what this hub has; — where a device is not among the 1,000 that wrote most.</p>}
    </section>
  )
}

function textIn (value: unknown): string {
  return typeof value === 'string' ? value : unknown
}

function Fields ({ author }: { author: string }) {
  const profile = useProfile(author)
  const others = Object.entries(profile?.fields ?? {}).filter(([field]) => field !== nameField && field !== aboutField)
  if (others.length === 0) return null
  return (
    <section className="section" aria-labelledby="fields-title">
      <h2 id="fields-title">More of the profile</h2>
      <dl className="facts">{others.map(([field, value]) => <div key={field} className="fact"><dt>{field}</dt><dd dir="auto">{value}</dd></div>)}</dl>
    </section>
  )
}

function Records ({ author }: { author: string }) {
  const link = useLink()
  const { value: records } = useTopic(useMemo(() => authorRecordsTopic(author), [author]))
  if (records == null) return null
  return (
    <section className="section" aria-labelledby="records-title">
      <h2 id="records-title">Records <span className="section-note">what apps keep for them: the newest writes</span></h2>
      {records.length === 0
        ? <p className="quiet">No record of this author is here.</p>
        : (
            <div className="table-scroll" role="region" aria-label="Records" tabIndex={0}>
              <table className="table">
                <thead><tr><th scope="col">Collection</th><th scope="col">Key</th><th scope="col" className="figure">Value</th><th scope="col">Written</th></tr></thead>
                <tbody>
                  {records.map(({ id, timestamp, body }) => (
                    <tr key={id}>
                      <td>{textIn(body?.collection)}</td>
                      <th scope="row"><a {...link({ view: 'messages', path: [id], query: {} })}>{textIn(body?.key)}</a></th>
                      <td className="figure">{body == null ? 'removed' : body.value instanceof Uint8Array ? bytes(body.value.length) : 'deleted'}</td>
                      <td><time dateTime={machineTime(timestamp)} title={dayName(timestamp)}>{clockTime(timestamp)}</time></td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
      {records.length >= 100 && <p className="quiet">{counted(records.length, 'write')} shown; there are more.</p>}
    </section>
  )
}
