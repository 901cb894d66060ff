/** The first visit: what this tab has become, what to do next, and what has happened so far, from the hub's real state. */
import { invitationAddress, isLocalAddress, secondHub } from './addresses.ts'
import { CopyButton } from './copy-button.tsx'
import { bytes, hostOf, keyHead, peerTail, roundTrip } from './format.ts'
import type { HubSnapshot } from './hub-store.ts'
import { Icon } from './marks.tsx'
import { bestRelay, isGossiping } from './sentences.ts'
import type { HubStatus, PeerView } from '../worker/api.ts'

export interface GuideProperties {
  readonly status: HubStatus
  readonly snapshot: HubSnapshot
  readonly address: string
  readonly onWrite: () => void
  readonly onHide: () => void
}

export function Guide ({ status, snapshot, address, onWrite, onHide }: GuideProperties) {
  return (
    <div className="guide" role="region" aria-label="Guide" tabIndex={0}>
      <h1><b>This tab is now a hub:</b> it keeps signed messages in this browser and passes them straight to other hubs. No server has to hold them.</h1>
      <ul className="steps"><InvitationSteps address={address} primary />
        <li>
          <Icon name="message" size={20} />
          <b>Write the first message</b>
          <p>It is signed and kept here now, and travels once a hub is linked.</p>
          <button type="button" className="button" onClick={onWrite}>Write</button>
        </li>
      </ul>
      <h2>What has happened so far</h2>
      <ol className="stages">
        {stages(status, snapshot).map(({ title, words, outcome }) => (
          <li key={title} data-outcome={outcome}>
            <span className="stage-mark" aria-hidden="true">{outcome === 'done' && <Icon name="check" size={12} />}{outcome === 'failed' && <Icon name="cross" size={12} />}</span>
            <b>{title}</b><small>{words}</small>
          </li>
        ))}
      </ol>
      <p><button type="button" className="button quiet guide-hide" onClick={onHide}>Hide this guide</button></p>
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

interface Stage {
  readonly title: string
  readonly words: string
  readonly outcome: 'done' | 'running' | 'failed' | 'not-reached'
}

function stages (status: HubStatus, { peers, candidates }: HubSnapshot): Stage[] {
  const { usage, quota } = status.storage
  return [
    { title: 'Keys made', words: `root ${keyHead(status.author)}, device ${keyHead(status.device)}`, outcome: 'done' },
    { title: 'Storage opened', words: usage == null ? 'size not known' : `${bytes(usage)}${quota == null ? '' : ` of ${bytes(quota)}`}`, outcome: 'done' },
    relayStage(status),
    hubStage(status, peers.find(isGossiping), candidates.length)
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
