/** What the engine is asked for, and how often. The paces are guesses: what a reader can take in, and no more questions than that. */
import type { CandidateView, DeviceView, Diagnosis, HubSettings, HubStatus, HubView, IcePair, IdentityView, LogEvent, SyncSession } from '../../worker/api.ts'
import { mergeLog } from './log-tail.ts'
import { areSameLinks, followLinks, type LinksSeen } from './link-samples.ts'
import type { Topic } from './live.ts'

export const statusTopic: Topic<HubStatus> = { name: 'status', everyMs: 1_000, read: hub => hub.status() }

/** The linked hubs, each with what was seen of it while the page was visible. */
export const linksTopic: Topic<LinksSeen> = {
  name: 'links', everyMs: 1_000, read: async (hub, before, now) => followLinks(before, await hub.peers(), now()), saysTheSame: areSameLinks
}

export const candidatesTopic: Topic<readonly CandidateView[]> = { name: 'candidates', everyMs: 1_000, read: hub => hub.candidates() }

/** How far comparisons have moved what they found to differ. */
export const movingTopic: Topic<ReadonlyArray<Pick<SyncSession, 'peer' | 'phase' | 'done' | 'total'>>> = {
  name: 'moving', everyMs: 1_000, read: async hub => (await hub.sessions()).filter(({ phase }) => phase === 'moving').map(({ peer, phase, done, total }) => ({ peer, phase, done, total }))
}

/** Every hub that was heard of, as it announced itself. */
export const hubsTopic: Topic<readonly HubView[]> = { name: 'hubs', everyMs: 2_000, read: hub => hub.hubs() }

/** Asked again and again, because an import changes who one is. */
export const identityTopic: Topic<IdentityView> = { name: 'identity', everyMs: 5_000, read: hub => hub.identity.show() }

/** What a person set of this hub. */
export const settingsTopic: Topic<HubSettings> = { name: 'settings', everyMs: 5_000, read: hub => hub.settings() }

/** This author's devices, which other hubs of theirs change too. */
export const devicesTopic: Topic<readonly DeviceView[]> = { name: 'devices', everyMs: 5_000, read: hub => hub.identity.devices() }

/** The newest lines of the log, oldest first. */
export const logTopic: Topic<readonly LogEvent[]> = {
  name: 'log', everyMs: 1_000, read: async (hub, before) => mergeLog(before ?? [], await hub.events({ since: logReadFrom(before), limit: logAnswerMax }))
}

/** The addresses that the link that came up then uses. */
export function icePairTopic (peerId: string, since: number): Topic<IcePair | null> {
  return { name: `pair ${peerId} ${since}`, everyMs: 30_000, read: hub => hub.icePair(peerId) }
}

/** Why this hub, or this page, is not connected. */
export function diagnosisTopic (peerId: string | undefined): Topic<Diagnosis> {
  return { name: `diagnosis ${peerId ?? ''}`, everyMs: 2_000, read: hub => hub.diagnose(peerId) }
}

/** Lines taken in one answer: as many as the engine gives. */
const logAnswerMax = 5_000
/** Lines before the newest that are read again, because repeats still raise their counts. */
const logAgain = 100

function logReadFrom (before: readonly LogEvent[] | null): number {
  return Math.max(0, (before?.at(-1)?.event ?? 0) - logAgain)
}
