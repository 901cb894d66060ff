/** What the network view inspects beside other hubs: this hub itself, a relay, and all that is not connected. */
import { hubsTopic, linksTopic, statusTopic } from '../../data/topics.ts'
import { useTopic } from '../../data/use-live.ts'
import { AskButton } from '../../design/asking.tsx'
import { CopyButton } from '../../design/copy-button.tsx'
import { count, counted, keyEnds, roundTrip, span, unknown } from '../../design/format.ts'
import { ToneMark } from '../../design/marks.tsx'
import { AuthorName } from '../../shell/author-name.tsx'
import { HubName } from '../../shell/hub-name.tsx'
import { useLink } from '../../shell/router.ts'
import { faultsWords } from '../../words/faults.ts'
import { troublesOf } from '../../words/troubles.ts'
import { isGossiping, relaySentence } from '../../words/sentences.ts'
import type { PeerView, RelayStatus } from '../../../worker/api.ts'
import { hubSentence } from './hub-words.ts'
import type { NetworkFacts } from './model.ts'
import { relayRemedies } from './remedies.ts'
import { Why } from './why.tsx'

export function SelfInspector () {
  const link = useLink()
  const { value: status } = useTopic(statusTopic)
  if (status == null) return null
  const { connections, channels, faults } = status
  return (
    <>
      <section className="section" data-testid="me" data-author={status.author}>
        <h3>This hub</h3>
        <dl className="facts">
          <dt>Author</dt><dd><AuthorName author={status.author} linked /> <CopyButton text={status.author} label="Copy key" /></dd>
          <dt>Network</dt><dd>{status.networkName}, <code title={status.network}>{keyEnds(status.network)}</code></dd>
          <dt>Messages</dt><dd>{count(status.messages)}</dd>
          <dt>Root</dt><dd>{status.root == null ? unknown : <code title={status.root}>{keyEnds(status.root)}</code>}</dd>
          <dt>Waiting</dt><dd>{count(status.pending)} for a signer, {count(status.deferred)} for their time, {count(status.bodiesWanted)} for a body</dd>
          <dt>Agent</dt><dd>{status.agent}</dd>
        </dl>
      </section>
      <section className="section">
        <h3>Connections</h3>
        <dl className="facts">
          <dt>Made</dt><dd>{count(connections.constructed)} of {count(connections.budget)} that the tab which runs the hub may have at once</dd>
          <dt>Channels</dt><dd>{count(channels.transferred)} in the worker{channels.proxied > 0 && `, ${count(channels.proxied)} through the page`}</dd>
          <dt>Faults</dt><dd>{faults == null ? 'none injected' : faultsWords(faults)} <a {...link({ view: 'log', path: ['faults'], query: {} })}>{faults == null ? 'Inject' : 'Change'}</a></dd>
        </dl>
      </section>
    </>
  )
}

export interface RelayInspectorProperties {
  readonly relay: RelayStatus
  readonly peers: readonly PeerView[]
  readonly nowMs: number
  readonly onTry: () => Promise<unknown>
}

export function RelayInspector ({ relay, peers, nowMs, onTry }: RelayInspectorProperties) {
  const works = relay.state === 'reserved'
  const linked = peers.filter(isGossiping)
  const relayed = linked.filter(({ path }) => path === 'relayed').length
  return (
    <>
      <section className="section">
        <h3>{works ? 'Connected' : 'Why not connected?'}<span className="section-note">for {span(nowMs - relay.since)}</span></h3>
        <p className="verdict">{relaySentence(relay, peers, nowMs)}</p>
        {!works && (
          <div className="remedy">
            <h4>What to do</h4>
            <p>{relayRemedies[relay.state]}</p>
            {relay.state === 'looking' && <div className="actions"><AskButton words="Try now" busy="Trying" onAsk={onTry} className="button primary" /></div>}
          </div>
        )}
      </section>
      <section className="section">
        <h3>This relay</h3>
        <dl className="facts">
          <dt>Address</dt><dd className="mono">{relay.address}</dd>
          <dt>Round trip</dt><dd>{roundTrip(relay.rttMs)}</dd>
        </dl>
      </section>
      {!works && (
        <section className="section">
          <h3>What still works</h3>
          <ul className="outcomes">
            <li><ToneMark tone="ok" />Everything that is kept here, and writing</li>
            {linked.length > relayed && <li><ToneMark tone="ok" />{counted(linked.length - relayed, 'link')} that {linked.length - relayed === 1 ? 'needs' : 'need'} no relay</li>}
          </ul>
          <h3>What does not</h3>
          <ul className="outcomes">
            <li><ToneMark tone="error" />New hubs, and lost ones, are introduced only by linked hubs</li>
            {relayed > 0 && <li><ToneMark tone="error" />{counted(relayed, 'link')} that went through the relay</li>}
          </ul>
        </section>
      )}
    </>
  )
}

/** This page as a whole, then every hub that was heard of and is not linked. */
export function WhyInspector ({ facts }: { facts: NetworkFacts }) {
  const link = useLink()
  const { value: status } = useTopic(statusTopic)
  const { value: links } = useTopic(linksTopic)
  const { value: reports } = useTopic(hubsTopic)
  const troubles = status == null ? [] : troublesOf(status, links?.peers ?? [], reports ?? [])
  const apart = facts.hubs.filter(({ standing }) => standing !== 'you' && standing !== 'linked')
  return (
    <>
      {troubles.map(({ id, tone, sentence, follows, remedy, to }) => (
        <section className="section trouble" key={`${id} ${sentence}`} data-testid="trouble" data-id={id}>
          <h3><span>{tone === 'wrong' && <ToneMark tone="error" />} {tone === 'wrong' ? 'Wrong' : 'So it is'}</span></h3>
          <p className="verdict">{sentence}</p>
          <p className="reading">{follows}</p>
          <div className="remedy"><h4>What to do</h4><p>{remedy}</p>{to != null && <div className="actions"><a className="button" {...link(to.route)}>{to.words}</a></div>}</div>
        </section>
      ))}
      <section className="section"><h3>This page</h3><Why peerId={undefined} onTry={null} />{troubles.length === 0 && <p className="reading">Nothing else is known that would keep this hub apart from others, or different from them.</p>}</section>
      <section className="section">
        <h3>Hubs not linked <span className="section-note">{count(apart.length)}</span></h3>
        {apart.length === 0 && <p className="quiet">Every hub that was heard of is linked.</p>}
        <ul className="apart">
          {apart.slice(0, apartMax).map(hub => (
            <li key={hub.peerId}>
              <a {...link({ view: 'network', path: ['hub', hub.peerId], query: {} })}>
                <HubName peerId={hub.peerId} /><span className="apart-words">{hubSentence(hub, facts.at)}</span>
              </a>
            </li>
          ))}
        </ul>
        {apart.length > apartMax && <p className="quiet">and {count(apart.length - apartMax)} more, in the table</p>}
      </section>
    </>
  )
}

/** Rows listed here; the table has all. */
const apartMax = 60
