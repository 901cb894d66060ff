/**
 * What is known to keep this hub apart from others, or different from them: each a sentence, what follows, and what to do. Only from what was seen, never a
 * guess. Pure.
 */
import { counted, dayName, epochStart, peerTail, span } from '../design/format.ts'
import { faultsWords } from './faults.ts'
import { bestRelay, isGossiping } from './sentences.ts'
import type { HubStatus, HubView, PeerView } from '../../worker/api.ts'
import type { Route } from '../shell/route.ts'

export interface Trouble {
  readonly id: 'revoked' | 'clock' | 'relay-full' | 'ice' | 'deferred' | 'faults' | 'pruned' | 'pruned-there'
  /** wrong: something does not work until something is done. so: it is so, or somebody wants it so. */
  readonly tone: 'wrong' | 'so'
  readonly sentence: string
  readonly follows: string
  readonly remedy: string
  /** Where that is done. */
  readonly to: { readonly words: string, readonly route: Route } | null
}

/** Other hubs put off what is dated so far ahead of them, in ms (message/set/limits.ts). */
const aheadMsMax = 600_000
/** Below this a clock is taken for right, in ms: it is measured to a second, and nothing depends on less than minutes. */
const clockOffMs = 120_000

/** What matters most first. */
export function troublesOf (status: HubStatus, peers: readonly PeerView[], reports: readonly HubView[]): Trouble[] {
  const found = [
    revoked(status), clock(status), full(status, peers), noAddress(status, peers), deferred(status), faults(status), pruned(status),
    ...prunedThere(status, peers, reports)
  ]
  return found.filter(trouble => trouble != null)
}

function revoked ({ revoked: isRevoked }: HubStatus): Trouble | null {
  return !isRevoked
    ? null
    : {
        id: 'revoked', tone: 'wrong', sentence: 'This device was revoked: nothing more can be written with it.',
        follows: 'Its author did that from another device, for good. Reading, and passing on what others write, go on.',
        remedy: 'If you are the author, import the recovery phrase here: that makes a new device of yours. If it was not you who revoked it, do that at once.',
        to: { words: 'Identity', route: settings('identity') }
      }
}

function clock ({ clock: measured }: HubStatus): Trouble | null {
  if (measured == null || Math.abs(measured.aheadMs) < clockOffMs) return null
  const { aheadMs, by } = measured
  const difference = `${span(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} that of ${by}`
  const isFar = Math.abs(aheadMs) >= aheadMsMax
  const follows = !isFar
    ? 'That much is borne, and more would not be: from 10 min on, messages are put off.'
    : aheadMs > 0
      ? `What you write is dated in the future: other hubs put it off until their clocks are there, ${span(aheadMs)} from now.`
      : `What others write is dated in the future for this hub: it puts that off, about ${span(-aheadMs)}.`
  return {
    id: 'clock', tone: isFar ? 'wrong' : 'so', sentence: `This computer’s clock is ${difference}.`, follows,
    remedy: 'Let the computer set its date and time by itself, in the system’s settings, then load this page again.', to: null
  }
}

function full ({ relays }: HubStatus, peers: readonly PeerView[]): Trouble | null {
  const relay = bestRelay(relays)
  return relay?.full !== true
    ? null
    : {
        id: 'relay-full', tone: peers.some(isGossiping) ? 'so' : 'wrong', sentence: 'The relay is full: it has no place left for this hub.',
        follows: 'It cannot introduce others to this hub. This hub can still dial those that have a place, and linked hubs introduce it too.',
        remedy: 'The hub asks again by itself. If it stays so, add another relay, or ask whoever runs this one for more places (--relay-places).',
        to: { words: 'Add a relay', route: settings('relays') }
      }
}

/** Said once a connection was tried that this browser had nothing to offer for. */
function noAddress ({ offered }: HubStatus, peers: readonly PeerView[]): Trouble | null {
  if (offered !== 0) return null
  const relayed = peers.filter(({ path }) => path === 'relayed').length
  return {
    id: 'ice', tone: 'wrong', sentence: 'This browser offers no address for direct links, so none can open.',
    follows: relayed > 0 ? `The relay carries ${counted(relayed, 'link')} meanwhile: messages cross, and comparisons wait.` : 'Hubs that know of this one cannot link with it.',
    remedy: 'The computer is offline, or a policy, an extension or a VPN keeps its addresses back (WebRTC, ICE). Allow them for this page, or add a TURN server that carries the links.',
    to: { words: 'Add a TURN server', route: settings('ice') }
  }
}

function deferred ({ deferred: number, clock: measured }: HubStatus): Trouble | null {
  if (number === 0) return null
  const isRight = measured != null && Math.abs(measured.aheadMs) < clockOffMs
  return {
    id: 'deferred', tone: 'wrong', sentence: `${counted(number, 'message')} ${number === 1 ? 'is' : 'are'} dated in the future and ${number === 1 ? 'waits' : 'wait'} here until then.`,
    follows: isRight ? 'This computer’s clock is right, as far as it can be told: the clock of whoever wrote them is ahead.' : 'The clock of whoever wrote them is ahead, or this computer’s is behind.',
    remedy: isRight ? 'Ask them to let their computer set its date and time by itself. Until then this hub shows less than they do.' : 'Check the date and time of this computer, and ask whoever wrote them to check theirs.',
    to: { words: 'Which ones', route: { view: 'log', path: [], query: { filter: 'message-deferred' } } }
  }
}

function faults ({ faults: injected }: HubStatus): Trouble | null {
  return injected == null
    ? null
    : {
        id: 'faults', tone: 'so', sentence: `Faults are injected at this hub: ${faultsWords(injected)}.`,
        follows: 'Links end, comparisons break off and messages come late because of that, and not because of the network.',
        remedy: 'End them when you have seen enough.', to: { words: 'Faults', route: { view: 'log', path: ['faults'], query: {} } }
      }
}

function pruned ({ minEpoch }: HubStatus): Trouble | null {
  return minEpoch == null
    ? null
    : {
        id: 'pruned', tone: 'so', sentence: `This hub keeps only what was written since ${dayName(epochStart(minEpoch))}.`,
        follows: 'Older messages were given up here, by your setting or because the browser gave no more space. Hubs that keep more show more; what both keep is equal.',
        remedy: 'What was given up does not come back to this hub. A hub with another name (?hub=) fetches everything anew.',
        to: { words: 'Storage', route: settings('storage') }
      }
}

/** Hubs that keep less than this one: fewer messages there are no loss. */
function prunedThere ({ minEpoch }: HubStatus, peers: readonly PeerView[], reports: readonly HubView[]): Trouble[] {
  // What a linked hub tells of itself is newer than what it announced.
  const told = new Map([...reports, ...peers.filter(peer => peer.minEpoch != null)].map(hub => [hub.peerId, hub.minEpoch ?? 0]))
  return [...told].filter(([, theirs]) => theirs > (minEpoch ?? 0)).slice(0, shownMax).map(([peerId, theirs]) => ({
    id: 'pruned-there', tone: 'so', sentence: `The hub ${peerTail(peerId)} keeps only what was written since ${dayName(epochStart(theirs))}, as it says.`,
    follows: 'It shows fewer messages than this hub, and lacks none of those that both keep.',
    remedy: 'Nothing needs to be done. What it does not keep is here.', to: { words: 'That hub', route: { view: 'network', path: ['hub', peerId], query: {} } }
  }))
}

/** Such hubs that are listed. */
const shownMax = 5

function settings (section: string): Route {
  return { view: 'settings', path: [section], query: {} }
}
