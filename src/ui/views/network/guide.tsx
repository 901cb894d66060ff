/** The first visit: what this tab has become, what to do next, and what has happened so far, from the hub's real state. */
import { candidatesTopic, linksTopic, statusTopic } from '../../data/topics.ts'
import { useTopic } from '../../data/use-live.ts'
import { type Stage, StageList } from '../../design/stage-list.tsx'
import { useLink } from '../../shell/router.ts'
import './guide.css'
import { invitationAddress, isLocalAddress, secondHub } from '../../shell/addresses.ts'
import { CopyButton } from '../../design/copy-button.tsx'
import { bytes, keyHead, peerTail, roundTrip } from '../../design/format.ts'
import { hostOf } from '../../../base/multiaddr-host.ts'
import { Icon } from '../../design/marks.tsx'
import { bestRelay, isGossiping } from '../../words/sentences.ts'
import type { HubStatus, PeerView } from '../../../worker/api.ts'

export function Guide () {
  const { value: status } = useTopic(statusTopic)
  const { value: links } = useTopic(linksTopic)
  const { value: candidates } = useTopic(candidatesTopic)
  const link = useLink()
  if (status == null || links == null) return null
  return (
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
          <p>It is signed and kept here now, and travels once a hub is linked.</p>
          <a className="button" {...link({ view: 'messages', path: [], query: {} })}>Write</a>
        </li>
      </ul>
      <h2>What has happened so far</h2>
      <StageList direction="across" stages={stages(status, links.peers, candidates?.length ?? 0)} />
    </div>
  )
}

/** How a second hub comes about, in two steps. */
export function InvitationSteps ({ address, primary = false }: { address: string, primary?: boolean }) {
  const second = secondHub(address)
  const invitation = invitationAddress(address)
  return (
    <>
      <li>
        <Icon name="plus" size={20} />
        <b>Open a second hub</b>
        <p>It runs beside this one, in this browser. Watch the two meet.</p>
        <a className={primary ? 'button primary' : 'button'} href={second.url} target="_blank" rel="noopener">Open hub {second.name}</a>
      </li>
      <li>
        <Icon name="chain" size={20} />
        <b>Invite someone</b>
        <p>{isLocalAddress(invitation) ? 'Another browser on this machine joins at' : 'Send them this address and their tab joins:'} <code className="address">{invitation}</code></p>
        <CopyButton text={invitation} label="Copy address" className="button" />
      </li>
    </>
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
