/** Beside the messages: who I am, the relay, the other hubs, and what happened last. Sections, so that later views add theirs. */
import type { ReactNode } from 'react'
import { clockTime, count, hostOf, keyEnds, machineTime, peerTail, roundTrip } from './format.ts'
import { CandidateList, PeerList } from './hub-list.tsx'
import type { HubSnapshot } from './hub-store.ts'
import { CopyButton } from './copy-button.tsx'
import { Fold, Sigil, ToneMark } from './marks.tsx'
import { isGossiping, relaySentence } from './sentences.ts'
import type { HubStatus, IdentityView, LogEvent, PeerView, RelayStatus } from '../worker/api.ts'

export function Inspector ({ snapshot, hubName, invitation }: { snapshot: HubSnapshot, hubName: string, invitation: ReactNode }) {
  const { status, identity, peers, candidates, log, answeredAt } = snapshot
  if (status == null || answeredAt == null) return null
  const linked = peers.filter(isGossiping)
  /** No other page's hub is here or on its way. */
  const lonely = candidates.length === 0 && linked.every(({ path }) => path === 'server')
  return (
    <>
      <Myself status={status} identity={identity} hubName={hubName} />
      <section className="section" aria-labelledby="hubs-title">
        <h2 id="hubs-title">Hubs <span className="section-note">{linked.length === 0 ? 'none linked' : `${count(linked.length)} linked`}</span></h2>
        {peers.length > 0 && <PeerList peers={peers} nowMs={answeredAt} />}
        {lonely && (snapshot.messages?.length === 0 ? <p className="quiet">Others will stand here, each with its path and round trip.</p> : invitation)}
        {candidates.length > 0 && (
          <>
            <h3>Heard of, not linked</h3>
            <CandidateList candidates={candidates} nowMs={answeredAt} />
          </>
        )}
      </section>
      <section className="section" aria-labelledby="relay-title">
        <h2 id="relay-title">{status.relays.length > 1 ? 'Relays' : 'Relay'} <span className="section-note">introduces hubs to one another</span></h2>
        {status.relays.length === 0 && <p className="quiet">None is known to this page.</p>}
        {status.relays.map(relay => <Relay key={relay.address} relay={relay} peers={peers} nowMs={answeredAt} />)}
      </section>
      <section className="section"><RecentLog log={log} /></section>
    </>
  )
}

function Myself ({ status, identity, hubName }: { status: HubStatus, identity: IdentityView | null, hubName: string }) {
  return (
    <section className="myself" aria-labelledby="myself-title" data-testid="me" data-author={status.author}>
      <span className="portrait large"><Sigil id={status.author} size={28} /></span>
      <div>
        <h2 id="myself-title">You</h2>
        <p><code title={status.author}>{keyEnds(status.author)}</code> <CopyButton text={status.author} label="Copy key" /></p>
      </div>
      <dl className="facts">
        <dt>Hub</dt><dd>{hubName !== '' && `${hubName}, `}<code title={status.peerId}>{peerTail(status.peerId)}</code></dd>
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

function RecentLog ({ log }: { log: readonly LogEvent[] }) {
  const newest = log.at(-1)
  return (
    <Fold title="Recent events" note={newest == null ? 'none yet' : <>newest <time dateTime={machineTime(newest.at)}>{clockTime(newest.at)}</time></>}>
      <ol className="log">
        {log.toReversed().map(({ event, at, type, peer, code, sentence, times }) => (
          <li key={event} data-type={type}>
            <time dateTime={machineTime(at)}>{clockTime(at)}</time>
            <span>{sentence}{times > 1 && ` × ${count(times)}`} <small>{[type, code === type ? null : code, peer == null ? null : peerTail(peer)].filter(part => part != null).join(', ')}</small></span>
          </li>
        ))}
      </ol>
    </Fold>
  )
}
