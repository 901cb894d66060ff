/** One hub: how it is linked and how well, or why it is not; then what it says of itself, with who says so and when. */
import { type ReactNode, useMemo } from 'react'
import { type LinksSeen, rateOf } from '../../data/link-samples.ts'
import { useHubWords } from '../../data/hub-people.ts'
import { icePairTopic } from '../../data/topics.ts'
import { useTopic } from '../../data/use-live.ts'
import { Age } from '../../design/age.tsx'
import { bytes, count, rate, span, unknown } from '../../design/format.ts'
import { HubAuthor } from '../../shell/hub-name.tsx'
import type { PeerView } from '../../../worker/api.ts'
import { attemptWords, linkVerdict, wayTo } from './hub-words.ts'
import type { HubFact, NetworkFacts } from './model.ts'
import { RoundTripChart } from './round-trip-chart.tsx'
import { StagesPassed, Why } from './why.tsx'

export interface HubInspectorProperties {
  readonly hub: HubFact
  readonly facts: NetworkFacts
  readonly seen: LinksSeen
  readonly onTry: (() => Promise<unknown>) | null
}

export function HubInspector ({ hub, facts, seen, onTry }: HubInspectorProperties) {
  return hub.peer == null
    ? <NotLinked hub={hub} facts={facts} onTry={onTry} />
    : <Linked hub={hub} peer={hub.peer} facts={facts} seen={seen} />
}

function Section ({ title, note, children }: { title: string, note?: ReactNode, children: ReactNode }) {
  return <section className="section"><h3>{title}{note != null && <span className="section-note">{note}</span>}</h3>{children}</section>
}

function Linked ({ hub, peer, facts, seen }: { hub: HubFact, peer: PeerView, facts: NetworkFacts, seen: LinksSeen }) {
  const samples = seen.samples.get(peer.peerId) ?? []
  const perSecond = (counter: 'bytesIn' | 'bytesOut'): string => {
    const value = rateOf(samples, counter)
    return `${value == null ? unknown : `${bytes(value)}/s`}, ${bytes(peer[counter])} in all`
  }
  return (
    <>
      <Section title="Connected" note={`for ${span(facts.at - peer.since)}`}>
        <p className="verdict">{linkVerdict(hub)}</p>
        {peer.path !== 'server' && <StagesPassed peerId={peer.peerId} />}
      </Section>
      <Section title="Round trip" note="measured here, last 10 min"><RoundTripChart samples={samples} /></Section>
      <Section title="Path">
        <dl className="facts">
          <dt>Path</dt><dd>{{ direct: 'direct', relayed: 'through the relay', server: 'direct, to a server' }[peer.path]}</dd>
          <dt>Transport</dt><dd>{peer.transport}</dd>
          <dt>ICE pair</dt><dd><IcePairWords peer={peer} /></dd>
          <dt>Score</dt><dd>{count(peer.score)}{peer.score < 0 && ', lowered by invalid bytes'}</dd>
          <dt>Last error</dt><dd>{peer.lastError ?? unknown}</dd>
        </dl>
      </Section>
      <Section title="Traffic" note="measured here, since link-up">
        <dl className="facts">
          <dt>In</dt><dd>{perSecond('bytesIn')}</dd>
          <dt>Out</dt><dd>{perSecond('bytesOut')}</dd>
          <dt>Messages</dt><dd>{count(peer.messagesIn)} in, {count(peer.messagesOut)} out; {rate(rateOf(samples, 'messagesIn'))}/s in</dd>
          <dt>Notes</dt><dd>{count(peer.notesIn)} in, {count(peer.notesOut)} out</dd>
          <dt>Duplicates</dt><dd>{count(peer.duplicatesIn)} of {count(peer.messagesIn)}{peer.messagesIn > 0 && ` (${Math.round(peer.duplicatesIn / peer.messagesIn * 100)} %)`}</dd>
        </dl>
      </Section>
      <Reported hub={hub} facts={facts} />
    </>
  )
}

/** The addresses in use, as this browser tells them: asked once a link, for they seldom change. */
function IcePairWords ({ peer: { peerId, path, since } }: { peer: PeerView }) {
  const topic = useMemo(() => icePairTopic(peerId, since), [peerId, since])
  const { value: pair, failure } = useTopic(topic)
  if (path === 'relayed') return <>none: the relay carries it</>
  if (path === 'server') return <>none: a WebSocket needs none</>
  if (failure != null) return <>{unknown}, it could not be asked for: {failure}</>
  if (pair == null) return <>{unknown}</>
  const end = ({ kind, address }: { kind: string, address: string | null }): string => `${kindWords.get(kind) ?? kind}${address == null ? '' : ` ${address}`}`
  return <>{pair.protocol?.toUpperCase() ?? unknown}, here {end(pair.here)}, there {end(pair.there)}</>
}

const kindWords: ReadonlyMap<string, string> = new Map([['host', 'own address'], ['srflx', 'address seen by a STUN server'], ['prflx', 'address seen by the other side'], ['relay', 'address at a TURN server']])

function NotLinked ({ hub, facts, onTry }: { hub: HubFact, facts: NetworkFacts, onTry: (() => Promise<unknown>) | null }) {
  const [you] = facts.hubs
  const words = useHubWords()
  const way = you == null ? null : wayTo(hub.peerId, you.peerId, facts.links)
  const tries = attemptWords(hub, facts.at)
  return (
    <>
      <Section title="Why not connected?" note={tries}><Why peerId={hub.peerId} onTry={onTry} /></Section>
      <Section title="Meanwhile">
        <p className="reading">
          {way == null
            ? 'No way there over the links that are known. What you write reaches it when some hub links with both.'
            : <>Messages still reach it: <b>{way.map(words).join(' → ')}</b>, if what these hubs report still holds.</>}
        </p>
      </Section>
      <Reported hub={hub} facts={facts} />
    </>
  )
}

/** What the hub announced of itself. Claims of another: each with its age. */
function Reported ({ hub: { report, mode, messages, person }, facts }: { hub: HubFact, facts: NetworkFacts }) {
  const words = useHubWords()
  if (report == null && mode == null && messages == null) {
    return <Section title="What it reports"><p className="quiet">Nothing was heard from this hub itself.</p></Section>
  }
  const age = <Age at={report?.heardAt} nowMs={facts.at} />
  const epochs = report?.minEpoch == null || report.maxEpoch == null ? unknown : `${report.minEpoch.toString(16)} to ${report.maxEpoch.toString(16)}`
  return (
    <Section title="What it reports" note={report == null ? undefined : age}>
      <dl className="facts">
        <dt>Author</dt><dd><HubAuthor person={person} /></dd>
        <dt>Mode</dt><dd>{mode ?? unknown}</dd>
        <dt>Messages</dt><dd>{count(messages)}</dd>
        <dt>Epochs</dt><dd className="mono">{epochs}</dd>
        <dt>Agent</dt><dd>{report?.agent ?? unknown}</dd>
        <dt>Links</dt><dd>{report == null ? unknown : count(report.links.length)}</dd>
        <dt>Introduced by</dt><dd>{report == null || report.introducers.length === 0 ? unknown : report.introducers.map(words).join(', ')}</dd>
      </dl>
    </Section>
  )
}
