/**
 * What to do about a hub that is not linked, from the stage at which the connection ended. It names a cause only where what was seen
 * implies it; otherwise it says what usually helps. Pure.
 */
import type { Diagnosis } from '../../../worker/api.ts'

export interface Remedy {
  readonly words: string
  /** Whether dialling it now may help. */
  readonly tryAgain: boolean
}

type StageName = Diagnosis['stages'][number]['stage']

export const stageTitles: Readonly<Record<StageName, string>> = {
  discovered: 'Discovered', reserved: 'Reserved', signalled: 'Signalled', ice: 'Path found (ICE)', encrypted: 'Encrypted', gossiping: 'Gossiping'
}

const remedies: Readonly<Record<StageName, Remedy>> = {
  discovered: { words: 'Nobody has announced it. Check its id, or ask whoever runs it to open the page again: hubs announce themselves every few seconds.', tryAgain: false },
  reserved: { words: 'The hub that introduces it could not reach it. Its tab may be closed or asleep: ask whoever runs it to bring it to the front.', tryAgain: true },
  signalled: { words: 'It was offered a connection and did not answer in time. A tab that sleeps does that, and so does one that is just starting. Try again in a moment.', tryAgain: true },
  ice: {
    words: 'Offer and answer crossed, but no address of one side answered the other. Networks that block UDP do this: try another network on either side. Whoever runs the relay can also name a TURN server in iceServers, which carries such links.',
    tryAgain: true
  },
  encrypted: { words: 'A path was there, but the channel on it did not open in time. Busy machines do that: try again.', tryAgain: true },
  gossiping: { words: 'The connection is open, but the other side does not speak this network’s protocol with this hub. Check that both pages show the same network in Settings, then load both again.', tryAgain: true }
}

/** What to do about a relay that does not introduce this hub. */
export const relayRemedies = {
  reserved: '',
  connected: 'It answers, but keeps no place for this hub yet: wait a moment, the hub asks again by itself. If it is full, add another relay in Settings.',
  refused: 'It serves another network. Open the address that its own page gives, or add a relay of this network in Settings.',
  looking: 'If the relay is yours, start it again with npm start. If not, tell whoever runs it, or add another one in Settings.'
} as const

/** What to do about this page as a whole: the hub dials its relay by itself, over and over. */
function pageRemedyOf (ended: StageName | undefined): Remedy | null {
  if (ended === 'discovered') return { words: relayRemedies.looking, tryAgain: false }
  return ended == null ? null : { words: relayRemedies.connected, tryAgain: false }
}

/** null: nothing needs to be done. */
export function remedyOf ({ peerId, stages }: Diagnosis): Remedy | null {
  if (peerId == null) return pageRemedyOf(stages.find(({ ok }) => ok === false)?.stage)
  const ended = stages.find(({ ok }) => ok === false)
  const connected = stages.find(({ stage }) => stage === 'gossiping')?.ok === true
  if (ended != null) return connected ? { ...remedies[ended.stage], tryAgain: true } : remedies[ended.stage]
  if (connected) return null
  return { words: 'No attempt was made yet. Of two hubs the one with the lower id dials; it does so when it has room for another link.', tryAgain: true }
}

/** The first word of a diagnosis that says where it ended, for a list. */
export function stageOf ({ stages }: Diagnosis): StageName | null {
  return stages.find(({ ok }) => ok === false)?.stage ?? null
}
