/**
 * The strip on top: what this hub is, at a glance. One segment a matter, one figure a segment, its unit or cause after it; each leads to
 * where more is said.
 */
import type { ReactNode } from 'react'
import { linksTopic, statusTopic } from '../data/topics.ts'
import { useHubState, useTopic } from '../data/use-live.ts'
import { bytes, count, roundTrip, span, unknown } from '../design/format.ts'
import { hostOf } from '../../base/multiaddr-host.ts'
import { Icon, LinkGlyph, ToneMark } from '../design/marks.tsx'
import { faultsWords } from '../words/faults.ts'
import { bestRelay, isGossiping, keptWords, syncFigure, type Tone } from '../words/sentences.ts'
import { useCommands } from './commands.ts'
import { commands } from './key-map.ts'
import { useLink } from './router.ts'
import { parseRoute, type Route } from './route.ts'
import type { HubStatus, PeerView } from '../../worker/api.ts'
import type { HubState } from '../../worker/client.ts'

export function StatusStrip () {
  const state = useHubState()
  const { value: status, at } = useTopic(statusTopic)
  const { value: links } = useTopic(linksTopic)
  const offered = useCommands()
  return (
    <header className="strip">
      <nav className="segments" aria-label="This hub at a glance">
        <HubSegment state={state} status={status} />
        <RelaySegment status={status} nowMs={at} />
        <LinksSegment peers={links?.peers ?? null} />
        <SyncSegment status={status} />
        {status?.faults != null && <Segment name="faults" label="Faults" to="/log/faults" mark={<Icon name="faults" size={12} />} figure="Injected" title={faultsWords(status.faults)} />}
        <StorageSegment status={status} />
        <Segment name="leader" label="Leader" to="/settings" figure={status == null ? unknown : status.leader ? 'This tab' : 'Another tab'} />
      </nav>
      <button type="button" className="find" aria-label={commands.palette.words} aria-keyshortcuts="Control+K Meta+K" onClick={() => { offered.run('palette') }}>
        <Icon name="search" size={14} /><span>{commands.palette.words}</span><kbd aria-hidden="true">{commands.palette.keys[0]}</kbd>
      </button>
    </header>
  )
}

function HubSegment ({ state, status }: { state: HubState, status: HubStatus | null }) {
  const segment = { name: 'hub', label: 'This hub', to: '/network' }
  if (state.type !== 'running' || status == null) {
    const word = { starting: 'Starting', running: 'Starting', insecure: 'Not possible', failed: 'Failed' }[state.type]
    const tone = { starting: 'working', running: 'working', insecure: 'error', failed: 'error' } as const
    return <Segment {...segment} tone={tone[state.type]} figure={word} />
  }
  const [tone, word] = lifecycleWords[status.lifecycle]
  return <Segment {...segment} to={`/network/hub/${status.peerId}`} tone={tone} figure={word} note={status.lifecycle === 'joining' ? 'no hub yet' : status.synced == null ? undefined : modeWords[status.mode]} />
}

const lifecycleWords: Readonly<Record<HubStatus['lifecycle'], readonly [Tone, string]>> = {
  joining: ['working', 'Joining'],
  'catching-up': ['working', 'Catching up'],
  babbling: ['ok', 'Babbling'],
  leaving: ['working', 'Leaving'],
  shutdown: ['error', 'Stopped']
}

const modeWords: Readonly<Record<HubStatus['mode'], string>> = { unsynced: 'not synced', sync: 'syncing', synced: 'synced', pacemaker: 'synced' }

function RelaySegment ({ status, nowMs }: { status: HubStatus | null, nowMs: number | null }) {
  const segment = { name: 'relay', label: 'Relay', to: '/network' }
  if (status == null || nowMs == null) return <Segment {...segment} figure={unknown} />
  const relay = bestRelay(status.relays)
  if (relay == null) return <Segment {...segment} tone="error" figure="None known" />
  const state = { 'data-state': relay.state, title: hostOf(relay.address), to: `/network/relay/${hostOf(relay.address)}` }
  const forSpan = `for ${span(nowMs - relay.since)}`
  if (relay.state === 'refused') return <Segment {...segment} {...state} tone="error" figure="Refused" note="another network" />
  if (relay.state === 'looking') {
    return relay.lastError == null
      ? <Segment {...segment} {...state} tone="working" figure="Looking" note={forSpan} />
      : <Segment {...segment} {...state} tone="error" figure="No answer" note={forSpan} />
  }
  if (relay.full) return <Segment {...segment} {...state} tone="error" figure="Full" note={forSpan} />
  const note = relay.state === 'reserved' ? 'introduces' : 'no place yet'
  return <Segment {...segment} {...state} mark={<span className="diamond" aria-hidden="true" />} figure={roundTrip(relay.rttMs)} note={note} />
}

function LinksSegment ({ peers }: { peers: readonly PeerView[] | null }) {
  const segment = { name: 'links', label: 'Links', to: '/network' }
  if (peers == null) return <Segment {...segment} figure={unknown} />
  const linked = peers.filter(isGossiping)
  if (linked.length === 0) return <Segment {...segment} mark={<LinkGlyph link="none" path="direct" />} figure="None yet" />
  const number = (path: PeerView['path']): number => linked.filter(peer => peer.path === path).length
  const paths = [['direct', 'eager'], ['relayed', 'lazy'], ['server', 'eager']] as const
  return (
    <Segment
      {...segment}
      content={paths.map(([path, link]) => <span key={path} className="segment-part"><LinkGlyph link={link} path={path} /><b>{count(number(path))}</b> <span className="note">{path}</span></span>)}
    />
  )
}

function SyncSegment ({ status }: { status: HubStatus | null }) {
  const segment = { name: 'sync', label: 'Synced', to: '/sync' }
  if (status == null) return <Segment {...segment} figure={unknown} />
  const { share, figure, note } = syncFigure(status)
  const bar = share == null ? undefined : <span className="share" aria-hidden="true"><span style={{ width: `${share * 100}%` }} /></span>
  return <Segment {...segment} mark={bar} figure={figure} note={note ?? undefined} />
}

function StorageSegment ({ status }: { status: HubStatus | null }) {
  const { usage = null, quota = null, persisted = null, trouble = null } = status?.storage ?? {}
  const note = [quota == null ? null : `of ${bytes(quota)}`, keptWords(persisted)].filter(part => part != null).join(', ')
  return (
    <Segment
      name="storage"
      label="Storage"
      to="/settings"
      tone={trouble == null ? undefined : 'error'}
      figure={bytes(usage)}
      note={note === '' ? undefined : note}
      title={persisted === false ? 'The browser may clear it when the disk is short.' : undefined}
    />
  )
}

interface SegmentProperties {
  readonly name: string
  readonly label: string
  readonly to: string
  readonly figure?: string
  readonly note?: string | undefined
  readonly tone?: Tone | undefined
  readonly mark?: ReactNode
  readonly content?: ReactNode
  readonly title?: string | undefined
  readonly 'data-state'?: string
}

function Segment ({ name, label, to, figure, note, tone, mark, content, title, 'data-state': state }: SegmentProperties) {
  const link = useLink()
  const route: Route = parseRoute(to)
  return (
    <a className="segment" data-name={name} data-tone={tone} data-state={state} data-testid={name === 'relay' ? 'relay' : undefined} title={title} {...link(route)}>
      <small>{label}</small>
      <span className="segment-figures">{content ?? <>{tone == null ? mark : <ToneMark tone={tone} />}<b>{figure}</b>{note != null && <> <span className="note">{note}</span></>}</>}</span>
    </a>
  )
}
