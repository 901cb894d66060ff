/** The first visit: what this tab has become, what to do next, and what has happened so far, from the hub's real state. */
import type { LinksSeen } from '../../data/link-samples.ts'
import { candidatesTopic, identityTopic, statusTopic } from '../../data/topics.ts'
import { useTopic } from '../../data/use-live.ts'
import { type Stage, StageList } from '../../design/stage-list.tsx'
import { useLink } from '../../shell/router.ts'
import './guide.css'
import { bytes, keyHead, peerTail, roundTrip } from '../../design/format.ts'
import { hostOf } from '../../../base/multiaddr-host.ts'
import { Icon } from '../../design/marks.tsx'
import { bestRelay, isGossiping } from '../../words/sentences.ts'
import type { HubStatus, PeerView } from '../../../worker/api.ts'
import { Graph } from './graph.tsx'
import { InvitationSteps } from './invitation-steps.tsx'
import type { NetworkFacts } from './model.ts'

export interface GuideProperties {
  readonly facts: NetworkFacts
  readonly seen: LinksSeen
  readonly onSelect: (peerId: string | null) => void
}

export function Guide ({ facts, seen, onSelect }: GuideProperties) {
  const { value: status } = useTopic(statusTopic)
  const { value: identity } = useTopic(identityTopic)
  const { value: candidates } = useTopic(candidatesTopic)
  const link = useLink()
  if (status == null) return null
  return (
    <div className="guide-room">
      <div className="guide" role="region" aria-label="Guide" tabIndex={0}>
        <h1>
          <b>This tab is now a hub:</b> it keeps signed messages in this browser and passes them straight to other hubs, with no server that has to hold them.
          {' '}What it misses it fetches later, until all hubs hold the same.
          {' '}You can watch every message, link and byte of that here, and ask why when something fails.
        </h1>
        <ul className="steps"><InvitationSteps address={location.href} primary />
          <li>
            <Icon name="message" size={20} />
            <b>Write the first message</b>
            <p>It is signed and kept here, and travels to every hub that is linked, now or later.</p>
            <a className="button" {...link({ view: 'messages', path: [], query: {} })}>Write</a>
          </li>
        </ul>
        <h2>What has happened so far</h2>
        <StageList direction="across" stages={stages(status, seen.peers, candidates?.length ?? 0)} />
        {identity?.backedUp === false && (
          <p className="guide-keys"><Icon name="key" size={16} />Your keys are only in this browser. <a {...link({ view: 'settings', path: ['identity'], query: {} })}>Save the recovery phrase</a></p>
        )}
      </div>
      <div className="guide-picture">
        <div className="picture"><Graph facts={facts} seen={seen} selected={null} onSelect={onSelect} /></div>
        <p>The rings are round trips: hubs appear here, the nearer the faster. The relay introduces them, and keeps nothing.</p>
      </div>
    </div>
  )
}

function stages (status: HubStatus, peers: readonly PeerView[], heardOf: number): Stage[] {
  const { usage, quota } = status.storage
  return [
    { title: 'Keys made', words: `root ${keyHead(status.author)}, device ${keyHead(status.device)}`, outcome: 'done' },
    { title: 'Storage opened', words: usage == null ? 'size not known' : `${bytes(usage)}${quota == null ? '' : ` of ${bytes(quota)}`}`, outcome: 'done' },
    relayStage(status),
    hubStage(status, peers.find(isGossiping), heardOf)
  ]
}

function relayStage (status: HubStatus): Stage {
  const relay = bestRelay(status.relays)
  if (relay == null) return { title: 'No relay known', words: 'nobody introduces this hub', outcome: 'failed' }
  switch (relay.state) {
    case 'refused': return { title: 'Relay refused', words: 'it serves another network', outcome: 'failed' }
    case 'looking': return relay.lastError == null
      ? { title: 'Looking for the relay', words: hostOf(relay.address), outcome: 'running' }
      : { title: 'No relay answers', words: hostOf(relay.address), outcome: 'failed' }
    case 'connected': return { title: 'Relay found', words: `no place yet, ${roundTrip(relay.rttMs)}`, outcome: 'running' }
    case 'reserved': return { title: 'Relay found', words: `answers in ${roundTrip(relay.rttMs)}`, outcome: 'done' }
  }
}

function hubStage (status: HubStatus, linked: PeerView | undefined, heardOf: number): Stage {
  if (linked != null) return { title: 'Hub linked', words: `${peerTail(linked.peerId)}, ${linked.path}, ${roundTrip(linked.rttMs)}`, outcome: 'done' }
  if (heardOf > 0) return { title: 'Hubs found', words: `${heardOf} heard of, not linked yet`, outcome: 'running' }
  const relay = bestRelay(status.relays)
  const searching = relay?.state === 'reserved' || relay?.state === 'connected'
  return searching ? { title: 'Looking for hubs', words: 'none announced yet', outcome: 'running' } : { title: 'Look for hubs', words: 'not reached', outcome: 'not-reached' }
}
