/** What the engine is asked about one author. */
import type { FeedView, MessageView } from '../../../worker/api.ts'
import type { Topic } from '../../data/live.ts'

/** Feeds asked for: as many as the engine gives; those of one author are picked out here. */
const feedsMax = 1_000
/** Writes of records that are shown, the newest. */
const recordsMax = 100

export function authorFeedsTopic (author: string): Topic<readonly FeedView[]> {
  return { name: `feeds ${author}`, everyMs: 5_000, read: async hub => (await hub.frontier({ limit: feedsMax })).feeds.filter(feed => feed.author === author) }
}

export function authorRecordsTopic (author: string): Topic<readonly MessageView[]> {
  return { name: `records ${author}`, everyMs: 5_000, read: async hub => hub.query({ author, kind: 'record', limit: recordsMax }) }
}
