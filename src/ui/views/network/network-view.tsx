/** The network: the chart or the matrix, the table under it, and what is selected beside them. One selection for all, and it stands in the address. */
import './network.css'
import { memo, useCallback, useDeferredValue, useMemo, useRef } from 'react'
import { useHubPeople } from '../../data/hub-people.ts'
import { hubWords } from '../../data/person.ts'
import { candidatesTopic, hubsTopic, linksTopic, movingTopic, statusTopic } from '../../data/topics.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { CopyButton } from '../../design/copy-button.tsx'
import { peerTail } from '../../design/format.ts'
import { hostOf } from '../../../base/multiaddr-host.ts'
import { Icon, Sigil } from '../../design/marks.tsx'
import { AskButton } from '../../design/asking.tsx'
import { useCommand } from '../../shell/commands.ts'
import { type Crumb, type Inspected, ViewFrame } from '../../shell/frame.tsx'
import { prefer, usePreferences } from '../../shell/preferences.ts'
import { useLink, useRoute, useRouter } from '../../shell/router.ts'
import { type Route, withPath, withQuery } from '../../shell/route.ts'
import { relaySentence } from '../../words/sentences.ts'
import type { HubStatus } from '../../../worker/api.ts'
import type { LinksSeen } from '../../data/link-samples.ts'
import { dialAddress } from './dial-address.ts'
import { Flow } from './flow.tsx'
import { Graph } from './graph.tsx'
import { Guide } from './guide.tsx'
import { HubInspector } from './hub-inspector.tsx'
import { formatSorting, parseSorting } from './hub-order.ts'
import { HubTable } from './hub-table.tsx'
import { countWords, hubSentence } from './hub-words.ts'
import { Legend } from './legend.tsx'
import { Matrix } from './matrix.tsx'
import { type NetworkFacts, networkFacts } from './model.ts'
import { RelayInspector, SelfInspector, WhyInspector } from './other-inspectors.tsx'

const home: Route = { view: 'network', path: [], query: {} }

export default function NetworkView () {
  // A crowd's facts and rows take longer than a frame: they are made between frames, and what the reader does goes first.
  const status = useDeferredValue(useTopic(statusTopic))
  const links = useDeferredValue(useTopic(linksTopic))
  const { value: candidates } = useDeferredValue(useTopic(candidatesTopic))
  const { value: reports } = useDeferredValue(useTopic(hubsTopic))
  const { value: moving } = useDeferredValue(useTopic(movingTopic))
  const people = useDeferredValue(useHubPeople())
  const { guideHidden } = usePreferences()
  const router = useRouter()
  const { path } = useRoute()
  // The same one each time, so that rows which say the same are not drawn again.
  const select = useCallback((peerId: string | null): void => { router.select(peerId == null ? withPath(router.route()) : withPath(router.route(), 'hub', peerId)) }, [router])
  const facts = useMemo(() => status.value == null || links.value == null || links.at == null
    ? null
    : networkFacts(status.value, links.value, candidates ?? [], reports ?? [], links.at, moving ?? [], people),
  [status.value, links, candidates, reports, moving, people])
  if (facts == null || status.value == null || links.value == null) return <ViewFrame crumbs={[{ words: 'Network' }]}><p className="empty" role="status">Asking the hub whom it knows.</p></ViewFrame>
  const alone = facts.hubs.every(({ standing, peer }) => standing === 'you' || peer?.path === 'server') && status.value.messages <= messagesOfNewcomer
  // Whoever asks for something in particular gets that.
  if (alone && !guideHidden && path.length === 0) {
    const tools = <button type="button" className="button quiet" onClick={() => { prefer({ guideHidden: true }) }}>Hide this guide</button>
    return <ViewFrame crumbs={[{ words: 'Network' }]} tools={tools}><Guide facts={facts} seen={links.value} onSelect={select} /></ViewFrame>
  }
  return <Network facts={facts} seen={links.value} status={status.value} select={select} />
}

/** A hub that has no more than keys, its own and the server's, is on its first visit. */
const messagesOfNewcomer = 3

interface NetworkProperties {
  readonly facts: NetworkFacts
  readonly seen: LinksSeen
  readonly status: HubStatus
  readonly select: (peerId: string | null) => void
}

const Network = memo(function Network ({ facts, seen, status, select }: NetworkProperties) {
  const route = useRoute()
  const router = useRouter()
  const field = useRef<HTMLInputElement>(null)
  const inspected = useInspected(facts, seen, status)
  const { v, sort, filter = '' } = route.query
  const selected = route.path[0] === 'hub' ? route.path[1] ?? null : null
  const asMatrix = v === 'matrix'
  const show = (picture: string | null): void => { router.select(withQuery(route, { v: picture })) }
  useCommand('picture', () => { show(asMatrix ? null : 'matrix') })
  useCommand('filter', () => { field.current?.focus() })
  useCommand('why', () => { router.select(withPath(route, 'why')) })
  useCommand('inspect', () => { document.querySelector<HTMLElement>('.inspector-body')?.focus() })
  const wanted = filter.toLowerCase()
  const others = facts.hubs.slice(1)
  const shown = wanted === '' ? others : others.filter(hub => `${hub.peerId} ${hub.person?.name ?? ''}`.toLowerCase().includes(wanted) || hubSentence(hub, facts.at).toLowerCase().includes(wanted))
  const tools = (
    <>
      <span className="hub-count">{countWords(facts.hubs.length, facts.links)}</span>
      <label className="field hub-filter">
        <Icon name="search" size={14} />
        <input ref={field} type="search" placeholder="Filter hubs" aria-label="Filter hubs" value={filter} onChange={({ target: { value } }) => { router.select(withQuery(route, { filter: value === '' ? null : value })) }} />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <div className="toggle" role="group" aria-label="Picture">
        <button type="button" aria-pressed={!asMatrix} onClick={() => { show(null) }}><Icon name="graph" size={14} />Graph</button>
        <button type="button" aria-pressed={asMatrix} onClick={() => { show('matrix') }}><Icon name="matrix" size={14} />Matrix</button>
      </div>
    </>
  )
  const crumbs: Crumb[] = [{ words: 'Network', route: withPath({ ...route, query: {} }) }, ...inspected == null ? [] : [{ words: inspected.title }]]
  return (
    <ViewFrame crumbs={crumbs} tools={tools} inspected={inspected}>
      <h1 className="hidden">Network</h1>
      <div className="network">
        <div className="picture">
          {asMatrix
            ? <Matrix facts={facts} selected={selected} onSelect={select} />
            : <><Graph facts={facts} seen={seen} selected={selected} onSelect={select} /><Flow seen={seen} /><Legend /></>}
        </div>
        {shown.length === 0 && <p className="empty">{wanted === '' ? 'No other hub yet. Those that are announced appear here, and then in the middle of it all.' : 'No hub has that in its name, its id or its state.'}</p>}
        {shown.length > 0 && (
          <HubTable
            hubs={shown}
            seen={seen}
            nowMs={facts.at}
            selected={selected}
            sorting={parseSorting(sort)}
            onSort={(sorting) => { router.select(withQuery(route, { sort: formatSorting(sorting) })) }}
            onSelect={select}
          />
        )}
      </div>
    </ViewFrame>
  )
})

/** What the address selects, and how it is shown beside. */
function useInspected (facts: NetworkFacts, seen: LinksSeen, status: HubStatus): Inspected | null {
  const { path: [kind, id] } = useRoute()
  const live = useLive()
  const link = useLink()
  if (kind === 'why') {
    return {
      key: 'why', label: 'Why not connected?', mark: <Icon name="clock" size={22} />, title: 'Why not connected?', peek: 'This page, and every hub that is not linked.',
      content: <WhyInspector facts={facts} />
    }
  }
  if (kind === 'relay') {
    const relay = status.relays.find(({ address }) => hostOf(address) === id)
    return relay == null
      ? { key: 'relay', label: 'Relay', mark: <span className="diamond" />, title: 'Relay', subtitle: id, peek: 'This page knows no such relay.', content: <p className="empty">This page knows no relay at {id}. <a {...link(home)}>Show the network</a></p> }
      : {
          key: relay.address, label: 'Relay', mark: <span className="diamond" />, title: 'Relay', subtitle: <span className="mono">{hostOf(relay.address)}</span>,
          peek: relaySentence(relay, seen.peers, facts.at),
          content: <RelayInspector relay={relay} peers={seen.peers} nowMs={facts.at} onTry={async () => live.hub().connect(relay.address)} />
        }
  }
  if (kind !== 'hub' || id == null) return null
  const hub = facts.hubs.find(({ peerId }) => peerId === id)
  const mark = <Sigil id={id} size={28} />
  const subtitle = <><code title={id}>{id.slice(0, 8)}{peerTail(id)}</code><CopyButton text={id} label="Copy peer id" className="icon-button small" icon="copy" /></>
  if (hub == null) {
    const unheard = 'Nothing was heard of this hub here. It appears when it, or a hub that is linked with it, is announced.'
    return { key: id, label: 'Hub', mark, title: <span className="mono">{peerTail(id)}</span>, subtitle, peek: unheard, content: <p className="empty">{unheard}</p> }
  }
  if (hub.standing === 'you') return { key: id, label: 'This hub', mark, title: 'You', subtitle, peek: 'This hub: its keys, connections and faults.', content: <SelfInspector /> }
  const address = dialAddress(id, status, seen.peers, hub.report)
  return {
    key: id, label: 'Hub', mark, title: <span className="mono" dir="auto">{hubWords(id, hub.person)}</span>, subtitle, peek: hubSentence(hub, facts.at),
    content: <HubInspector hub={hub} facts={facts} seen={seen} onTry={address == null ? null : async () => live.hub().connect(address)} />,
    foot: (
      <>
        {hub.peer != null && hub.peer.path !== 'relayed' && hub.peer.link !== 'none' && <AskButton key={`sync ${id}`} words="Sync now" busy="Comparing" onAsk={async () => live.hub().sync(id)} />}
        <a className="button" {...link({ view: 'log', path: [], query: { peer: id } })}>Its log</a>
        {hub.peer != null && <AskButton key={`disconnect ${id}`} words="Disconnect" busy="Ending" onAsk={async () => live.hub().disconnect(id)} className="button quiet danger push" />}
      </>
    )
  }
}
