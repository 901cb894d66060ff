/** Everything that is known of one message: how far it came, how it travelled, why it is believed, its bytes. */
import './message-inspector.css'
import { useEffect, useMemo, useState } from 'react'
import { useTopic } from '../../data/use-live.ts'
import { useHubWords } from '../../data/hub-people.ts'
import { statusTopic } from '../../data/topics.ts'
import { clockTime, count, counted, keyEnds, roundTrip, shortDayName } from '../../design/format.ts'
import { CopyButton } from '../../design/copy-button.tsx'
import { CoverageMark, Fold, Icon } from '../../design/marks.tsx'
import { HubName } from '../../shell/hub-name.tsx'
import { useLink } from '../../shell/router.ts'
import { coverageWords } from '../../words/sentences.ts'
import type { HubStatus, MessageDetail } from '../../../worker/api.ts'
import { signatureHolds } from './check-signature.ts'
import { HopPicture, HopTable } from './hop-picture.tsx'
import { hopTree } from './hop-tree.ts'
import { detailTopic, keyHistoryTopic } from './message-topics.ts'
import { headerFields, hexLines } from './raw-fields.ts'
import { type Checked, signatureChain } from './signature-chain.ts'
import { shareOf } from './thread-list.tsx'

export function MessageFacts ({ id }: { id: string }) {
  const { value, failure } = useTopic(useMemo(() => detailTopic(id), [id]))
  const { value: status } = useTopic(statusTopic)
  if (value == null || status == null) return <section className="section"><p className="quiet" role="status">{failure ?? 'Reading the message.'}</p></section>
  if (value.found == null) {
    return (
      <section className="section">
        <p className="verdict">This hub does not have this message.</p>
        <p>Its id is a hash of what was signed: whoever has the message has exactly this one.</p>
      </section>
    )
  }
  return <Facts message={value.found} status={status} />
}

/** The short card of a narrow screen, and the heading's second line. */
export function messageSubtitle ({ kind, seq, timestamp }: Pick<MessageDetail, 'kind' | 'seq' | 'timestamp'>): string {
  return `${kind}, ${shortDayName(timestamp)}, ${clockTime(timestamp)}, no. ${count(seq)}`
}

function Facts ({ message, status }: { message: MessageDetail, status: HubStatus }) {
  return (
    <>
      {message.standing !== 'live' && (
        <section className="section">
          <p className="verdict">{message.standing === 'removed' ? 'Its author removed it.' : 'It does not count: its device was revoked, and this was not among what the revocation kept.'}</p>
        </section>
      )}
      <HowFar message={message} />
      <HowTravelled message={message} self={status.peerId} />
      <WhyBelieved message={message} />
      <RawBytes message={message} />
    </>
  )
}

const evidenceWords = { sent: 'sent it here', noted: 'said it has it', asked: 'asked for it', synced: 'found equal after it', reported: 'reported it' } as const

function HowFar ({ message }: { message: MessageDetail }) {
  const link = useLink()
  const words = useHubWords()
  const { state, reach, heldBy, trace, storedAt, from } = message
  const steps = [
    { title: 'Here', note: trace?.by === 'here' || from == null ? `stored ${clockTime(storedAt)}` : `from ${words(from)}, ${clockTime(storedAt)}`, done: true },
    { title: 'Sent', note: from == null ? 'to a linked hub' : 'came from one', done: state !== 'here' },
    { title: `Held by ${count(reach.held)}\u00A0of\u00A0${count(reach.of)}`, note: reach.of === 1 ? 'that reports' : 'that report', done: reach.held > 0 },
    { title: 'Everywhere', note: state === 'everywhere' ? 'all that report' : 'not known to be', done: state === 'everywhere' }
  ]
  return (
    <section className="section" aria-labelledby="far-title">
      <h3 id="far-title">How far it came <span className="section-note">as known here</span></h3>
      <p className="far-words"><CoverageMark state={state} part={shareOf(reach)} size={16} /><span>{coverageWords(message)}</span></p>
      <ol className="track">
        {steps.map(({ title, note, done }) => <li key={title} data-done={done}><b>{title}</b><small>{note}</small></li>)}
      </ol>
      {message.held == null
        ? <p className="quiet">It came before what this hub remembers of such things, so it cannot say who holds it.</p>
        : heldBy.length > 0 && (
          <ul className="holders">
            {heldBy.map(({ peerId, how }) => (
              <li key={peerId}><a {...link({ view: 'network', path: ['hub', peerId], query: {} })}><HubName peerId={peerId} /></a><small data-inferred={how === 'synced'}>{evidenceWords[how]}</small></li>
            ))}
          </ul>
        )}
    </section>
  )
}

function HowTravelled ({ message, self }: { message: MessageDetail, self: string }) {
  const { trace } = message
  const words = useHubWords()
  const hops = useMemo(() => hopTree(message, self), [message, self])
  if (trace == null) {
    return (
      <section className="section" aria-labelledby="way-title">
        <h3 id="way-title">How it travelled</h3>
        <p className="quiet">It came before this hub was last started, or longer ago than ways are remembered. That it is here, and unchanged, is checked all the same.</p>
      </section>
    )
  }
  const came = trace.by === 'here' ? 'Written at this hub.'
    : trace.by === 'comparison' ? `A comparison with ${words(trace.from ?? '')} brought it, ${roundTrip(trace.arrival - message.timestamp)} after it was written.`
      : `It came by ${words(trace.from ?? '')}, ${counted(trace.hops ?? 0, 'link')} from its author, ${roundTrip(trace.arrival - message.timestamp)} after it was written by the author’s clock.`
  return (
    <section className="section" aria-labelledby="way-title">
      <h3 id="way-title">How it travelled <span className="section-note">each hub’s own clock</span></h3>
      <p>{came} {trace.duplicates === 0 ? 'It came once.' : `It came again ${count(trace.duplicates)} ${trace.duplicates === 1 ? 'time' : 'times'} and was dropped.`}</p>
      <HopPicture hops={hops} self={self} />
      <p className="quiet">{trace.traced
        ? `${counted(trace.reports.length, 'hub')} reported. A report is a hub’s own word.`
        : 'Only what this hub saw itself: its author asked for no reports. “Trace its way” asks for them.'}
      </p>
      <Fold title="As a table" note={counted(hops.length, 'hub')}><HopTable hops={hops} self={self} /></Fold>
    </section>
  )
}

function WhyBelieved ({ message }: { message: MessageDetail }) {
  const link = useLink()
  const { value: history } = useTopic(useMemo(() => keyHistoryTopic(message.author), [message.author]))
  const introduction = history?.adds.find(({ body }) => body?.signer === message.signer)?.id ?? null
  const checked = useChecked(message, introduction)
  if (history == null) return null
  const chain = signatureChain(message, history, checked)
  return (
    <section className="section" aria-labelledby="chain-title">
      <h3 id="chain-title">Why it is believed</h3>
      <ol className="chain">
        {chain.map(({ part, title, hex, words, verdict, verdictWords, evidence }) => (
          <li key={part} data-verdict={verdict}>
            <span className="chain-mark" aria-hidden="true"><Icon name={({ root: 'key', device: 'device', message: 'document' } as const)[part]} size={15} /></span>
            <div>
              <b>{title}</b> {part === 'root' ? <a {...link({ view: 'author', path: [hex], query: {} })}><code title={hex}>{keyEnds(hex)}</code></a> : <code title={hex}>{keyEnds(hex)}</code>}
              <small>{words}{evidence != null && <> <a {...link({ view: 'messages', path: [evidence], query: {} })}>{part === 'message' ? 'The one before' : 'That message'}</a></>}</small>
            </div>
            <span className="chain-verdict"><Icon name={verdict === 'good' ? 'check' : verdict === 'bad' ? 'cross' : 'clock'} size={13} />{verdictWords}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** Of nothing, so that no message takes it for its own. */
const notChecked: { readonly of: string, readonly holds: boolean | null } = { of: '', holds: null }

/** Checks the two signatures once more, in this page. The introduction is read for it: a list has no signatures. */
function useChecked ({ id, signer, author, raw }: MessageDetail, introduction: string | null): Checked {
  const { value } = useTopic(useMemo(() => detailTopic(introduction ?? id), [introduction, id]))
  const introduced = introduction == null ? null : value?.found ?? null
  const [held, setHeld] = useState(notChecked)
  const [introductionHeld, setIntroductionHeld] = useState(notChecked)
  const { signature } = raw
  useEffect(() => {
    let over = false
    void signatureHolds({ signer, id, signature }).then((holds) => { if (!over) setHeld({ of: id, holds }) })
    return () => { over = true }
  }, [id, signer, signature])
  const introducedBy = introduced?.raw.signature
  useEffect(() => {
    let over = false
    if (introduction == null || introducedBy == null) return
    void signatureHolds({ signer: author, id: introduction, signature: introducedBy }).then((holds) => {
      if (!over) setIntroductionHeld({ of: introduction, holds })
    })
    return () => { over = true }
  }, [introduction, introducedBy, author])
  return { message: held.of === id ? held.holds : null, introduction: introductionHeld.of === introduction ? introductionHeld.holds : null }
}

function RawBytes ({ message: { raw, id, body } }: { message: MessageDetail }) {
  const size = (hex: string | null): string => hex == null ? 'erased' : count(hex.length / 2)
  const decoded = JSON.stringify({ id, header: Object.fromEntries(headerFields(raw.header).map(({ name, value }) => [name, value])), body }, bytesAsHex, 2)
  return (
    <section className="section">
      <Fold title="Raw bytes" note={`header ${size(raw.header)}, body ${size(raw.body)}, signature ${size(raw.signature)}`}>
        <p className="raw-copy"><CopyButton text={raw.header} label="Copy header" /><CopyButton text={raw.body ?? ''} label="Copy body" /><CopyButton text={raw.signature} label="Copy signature" /></p>
        <table className="raw-table">
          <caption>Header: its BLAKE3 hash is the message’s id</caption>
          <thead><tr><th scope="col">At</th><th scope="col">Field</th><th scope="col">Bytes</th></tr></thead>
          <tbody>
            {headerFields(raw.header).map(({ offset, name, hex, value }) => (
              <tr key={offset}><td>{offset.toString(16).padStart(4, '0')}</td><th scope="row">{name}{typeof value === 'number' && <small>{value}</small>}</th><td><code>{hex.replace(/(..)(?=.)/g, '$1 ')}</code></td></tr>
            ))}
          </tbody>
        </table>
        {raw.body != null && <Hex caption="Body, as it was signed" hex={raw.body} />}
        <Hex caption="Signature: Ed25519 of the signer over “hubbub/message/v1” and the id" hex={raw.signature} />
      </Fold>
      <Fold title="As JSON" note="decoded">
        <p className="raw-copy"><CopyButton text={decoded} label="Copy JSON" /></p>
        <pre className="raw-json" tabIndex={0}>{decoded}</pre>
      </Fold>
    </section>
  )
}

/** Bytes on one line of the fold. */
const bytesPerLine = 12

function Hex ({ caption, hex }: { caption: string, hex: string }) {
  return (
    <figure className="hex">
      <figcaption>{caption}</figcaption>
      <pre tabIndex={0}>{hexLines(hex, bytesPerLine).map(({ offset, bytes }) => `${offset}  ${bytes}`).join('\n')}</pre>
    </figure>
  )
}

function bytesAsHex (_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Array.from(value, byte => byte.toString(16).padStart(2, '0')).join('') : value
}
