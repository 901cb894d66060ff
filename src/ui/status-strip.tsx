/** The strip on top: what this hub is, at a glance. One segment a matter, one figure a segment, its unit or cause after it. */
import type { ReactNode } from 'react'
import { bytes, count, hostOf, roundTrip, span, unknown } from './format.ts'
import type { HubSnapshot } from './hub-store.ts'
import { HubbubMark, LinkGlyph, ToneMark } from './marks.tsx'
import { bestRelay, isGossiping, keptWords, type Tone } from './sentences.ts'
import type { HubStatus, PeerView } from '../worker/api.ts'

export function StatusStrip ({ snapshot }: { snapshot: HubSnapshot }) {
  return (
    <header className="strip">
      <span className="strip-mark" title="Hubbub"><HubbubMark /></span>
      <dl className="segments" aria-label="This hub at a glance">
        <HubSegment snapshot={snapshot} />
        <RelaySegment snapshot={snapshot} />
        <LinksSegment peers={snapshot.peers} known={snapshot.status != null} />
        <StorageSegment status={snapshot.status} />
      </dl>
    </header>
  )
}

function HubSegment ({ snapshot: { state, status } }: { snapshot: HubSnapshot }) {
  if (state.type !== 'running' || status == null) {
    const word = { starting: 'Starting', running: 'Starting', elsewhere: 'In another tab', insecure: 'Not possible', failed: 'Failed' }[state.type]
    const tone = { starting: 'working', running: 'working', elsewhere: 'ok', insecure: 'error', failed: 'error' } as const
    return <Segment name="hub" label="This hub" tone={tone[state.type]} figure={word} />
  }
  const [tone, word] = lifecycleWords[status.lifecycle]
  return <Segment name="hub" label="This hub" tone={tone} figure={word} note={status.lifecycle === 'joining' ? 'no hub yet' : status.synced == null ? undefined : modeWords[status.mode]} />
}

const lifecycleWords: Readonly<Record<HubStatus['lifecycle'], readonly [Tone, string]>> = {
  joining: ['working', 'Joining'],
  'catching-up': ['working', 'Catching up'],
  babbling: ['ok', 'Babbling'],
  leaving: ['working', 'Leaving'],
  shutdown: ['error', 'Stopped']
}

const modeWords: Readonly<Record<HubStatus['mode'], string>> = { unsynced: 'not synced', sync: 'syncing', synced: 'synced', pacemaker: 'synced' }

function RelaySegment ({ snapshot: { status, answeredAt } }: { snapshot: HubSnapshot }) {
  const segment = { name: 'relay', label: 'Relay' }
  if (status == null || answeredAt == null) return <Segment {...segment} figure={unknown} />
  const relay = bestRelay(status.relays)
  if (relay == null) return <Segment {...segment} figure="None known" />
  const state = { 'data-state': relay.state, title: hostOf(relay.address) }
  const forSpan = `for ${span(answeredAt - relay.since)}`
  if (relay.state === 'refused') return <Segment {...segment} {...state} tone="error" figure="Refused" note="another network" />
  if (relay.state === 'looking') {
    return relay.lastError == null
      ? <Segment {...segment} {...state} tone="working" figure="Looking" note={forSpan} />
      : <Segment {...segment} {...state} tone="error" figure="No answer" note={forSpan} />
  }
  const note = relay.state === 'reserved' ? 'introduces' : 'no place yet'
  return <Segment {...segment} {...state} mark={<span className="diamond" aria-hidden="true" />} figure={roundTrip(relay.rttMs)} note={note} />
}

function LinksSegment ({ peers, known }: { peers: readonly PeerView[], known: boolean }) {
  const linked = peers.filter(isGossiping)
  if (!known) return <Segment name="links" label="Links" figure={unknown} />
  if (linked.length === 0) return <Segment name="links" label="Links" mark={<LinkGlyph link="none" path="direct" />} figure="None yet" />
  const number = (path: PeerView['path']): number => linked.filter(peer => peer.path === path).length
  return (
    <div className="segment" data-name="links">
      <dt>Links</dt>
      <dd>
        <LinkGlyph link="eager" path="direct" /><b>{count(number('direct'))}</b> <span className="note">direct</span>
        <LinkGlyph link="lazy" path="relayed" /><b>{count(number('relayed'))}</b> <span className="note">relayed</span>
        {number('server') > 0 && <><LinkGlyph link="eager" path="server" /><b>{count(number('server'))}</b> <span className="note">server</span></>}
      </dd>
    </div>
  )
}

function StorageSegment ({ status }: { status: HubStatus | null }) {
  const { usage = null, quota = null, persisted = null } = status?.storage ?? {}
  const kept = keptWords(persisted)
  const note = [quota == null ? null : `of ${bytes(quota)}`, kept].filter(part => part != null).join(', ')
  return (
    <Segment
      name="storage"
      label="Storage"
      figure={bytes(usage)}
      note={note === '' ? undefined : note}
      title={persisted === false ? 'The browser may clear it when the disk is short.' : undefined}
    />
  )
}

interface SegmentProperties {
  readonly name: string
  readonly label: string
  readonly figure: string
  readonly note?: string | undefined
  readonly tone?: Tone
  readonly mark?: ReactNode
  readonly title?: string | undefined
  readonly 'data-state'?: string
}

function Segment ({ name, label, figure, note, tone, mark, title, 'data-state': state }: SegmentProperties) {
  return (
    <div className="segment" data-name={name} data-tone={tone} data-state={state} data-testid={name === 'relay' ? 'relay' : undefined} title={title}>
      <dt>{label}</dt>
      <dd>{tone == null ? mark : <ToneMark tone={tone} />}<b>{figure}</b>{note != null && <> <span className="note">{note}</span></>}</dd>
    </div>
  )
}
