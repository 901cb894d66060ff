/** Beside the messages: who I am, the relay, the other hubs, and what happened last. Sections, so that later views add theirs. */
import type { ReactNode } from 'react'
import { ProfileForm } from './profile-form.tsx'
import { useLink } from '../../shell/router.ts'
import { clockTime, count, keyEnds, machineTime, peerTail, roundTrip } from '../../design/format.ts'
import { hostOf } from '../../../base/multiaddr-host.ts'
import { candidatesTopic, identityTopic, linksTopic, logTopic, statusTopic } from '../../data/topics.ts'
import { useHubWords } from '../../data/hub-people.ts'
import { useTopic } from '../../data/use-live.ts'
import { CandidateList, PeerList } from './hub-list.tsx'
import { CopyButton } from '../../design/copy-button.tsx'
import { Fold, ToneMark } from '../../design/marks.tsx'
import { isGossiping, relaySentence } from '../../words/sentences.ts'
import type { HubStatus, IdentityView, LogEvent, PeerView, RelayStatus } from '../../../worker/api.ts'

export function Overview ({ invitation }: { invitation: ReactNode }) {
  const { value: status, at } = useTopic(statusTopic)
  const { value: identity } = useTopic(identityTopic)
  const { value: links } = useTopic(linksTopic)
  const { value: candidates } = useTopic(candidatesTopic)
  const { value: log } = useTopic(logTopic)
  if (status == null || at == null || links == null || candidates == null) return null
  const { peers } = links
  const linked = peers.filter(isGossiping)
  /** No other page's hub is here or on its way. */
  const lonely = candidates.length === 0 && linked.every(({ path }) => path === 'server')
  return (
    <>
      <Myself status={status} identity={identity} />
      <section className="section" aria-labelledby="hubs-title">
        <h3 id="hubs-title">Hubs <span className="section-note">{linked.length === 0 ? 'none linked' : `${count(linked.length)} linked`}</span></h3>
        {peers.length > 0 && <PeerList peers={peers} nowMs={at} />}
        {lonely && invitation}
        {candidates.length > 0 && (
          <>
            <h3 className="sub">Heard of, not linked</h3>
            <CandidateList candidates={candidates} nowMs={at} />
          </>
        )}
      </section>
      <section className="section" aria-labelledby="relay-title">
        <h3 id="relay-title">{status.relays.length > 1 ? 'Relays' : 'Relay'} <span className="section-note">introduces hubs to one another</span></h3>
        {status.relays.length === 0 && <p className="quiet">None is known to this page.</p>}
        {status.relays.map(relay => <Relay key={relay.address} relay={relay} peers={peers} nowMs={at} />)}
      </section>
      <section className="section"><RecentLog log={log ?? []} /></section>
    </>
  )
}

function Myself ({ status, identity }: { status: HubStatus, identity: IdentityView | null }) {
  const link = useLink()
  return (
    <section className="section" aria-label="You" data-testid="me" data-author={status.author}>
      <p className="myself"><code title={status.author}>{keyEnds(status.author)}</code> <CopyButton text={status.author} label="Copy key" /> <a {...link({ view: 'author', path: [status.author], query: {} })}>Your page</a></p>
      <ProfileForm author={status.author} />
      <dl className="facts">
        <dt>Hub</dt><dd><code title={status.peerId}>{peerTail(status.peerId)}</code></dd>
        <dt>Device</dt><dd>{identity != null && identity.deviceName !== '' && `${identity.deviceName}, `}<code title={status.device}>{keyEnds(status.device)}</code></dd>
        <dt>Network</dt><dd>{status.networkName}, <code title={status.network}>{keyEnds(status.network)}</code>, {trustWords[status.networkTrust]}</dd>
        {identity?.backedUp === false && <><dt>Keys</dt><dd>only in this browser: clearing its data loses them</dd></>}
      </dl>
    </section>
  )
}

const trustWords: Readonly<Record<HubStatus['networkTrust'], string>> = {
  'built-in': 'built in',
  pinned: 'pinned by the address',
  'first-use': 'trusted on first use',
  remembered: 'remembered'
}

function Relay ({ relay, peers, nowMs }: { relay: RelayStatus, peers: readonly PeerView[], nowMs: number }) {
  const answers = relay.state === 'connected' || relay.state === 'reserved'
  return (
    <div className="relay" data-state={relay.state}>
      {answers ? <span className="diamond" aria-hidden="true" /> : <ToneMark tone={relay.state === 'looking' && relay.lastError == null ? 'working' : 'error'} />}
      <b className="mono" title={relay.address}>{hostOf(relay.address)}</b>
      <span className="hub-figure">{roundTrip(relay.rttMs)}</span>
      <p>{relaySentence(relay, peers, nowMs)}</p>
    </div>
  )
}

/** More is in the log's own view. */
const linesShownMax = 100

function RecentLog ({ log }: { log: readonly LogEvent[] }) {
  const newest = log.at(-1)
  const words = useHubWords()
  return (
    <Fold title="Recent events" note={newest == null ? 'none yet' : <>newest <time dateTime={machineTime(newest.at)}>{clockTime(newest.at)}</time></>}>
      <ol className="log">
        {log.slice(-linesShownMax).toReversed().map(({ event, at, type, peer, code, sentence, times }) => (
          <li key={event} data-type={type}>
            <time dateTime={machineTime(at)}>{clockTime(at)}</time>
            <span>{sentence}{times > 1 && ` × ${count(times)}`} <small>{[type, code === type ? null : code, peer == null ? null : words(peer)].filter(part => part != null).join(', ')}</small></span>
          </li>
        ))}
      </ol>
    </Fold>
  )
}
