/** The heat map's figures, from the feeds held here and the newest comparison with each hub. Pure. */
import type { FrontierView } from '../../../worker/api.ts'

export interface HeatRow {
  readonly author: string
  readonly held: number
  /** Numbers of this author that this hub knows to be missing here. */
  readonly own: number
  /** A hub each: what it lacked when it was last compared with; null: not known. */
  readonly cells: ReadonlyArray<number | null>
}

/** One row an author, those with the most messages first. `hubs`: the columns, peer ids. */
export function heatRows ({ feeds, hubs: compared }: FrontierView, hubs: readonly string[]): HeatRow[] {
  const byAuthor = new Map<string, { held: number, own: number }>()
  for (const { author, count, missing } of feeds) {
    const row = byAuthor.get(author) ?? { held: 0, own: 0 }
    byAuthor.set(author, { held: row.held + count, own: row.own + missing })
  }
  for (const { feeds: moved } of compared) for (const { author } of moved) if (!byAuthor.has(author)) byAuthor.set(author, { held: 0, own: 0 })
  const columns = hubs.map(peerId => compared.find(hub => hub.peerId === peerId))
  return [...byAuthor].map(([author, { held, own }]) => ({ author, held, own, cells: columns.map(hub => lackOf(hub, author)) }))
    .sort((a, b) => b.held - a.held || (a.author < b.author ? -1 : 1))
}

/** What a comparison that ended equal moved to a hub is what it lacked; one that did not end so says nothing of the rest. */
function lackOf (hub: FrontierView['hubs'][number] | undefined, author: string): number | null {
  if (hub == null) return null
  const sent = hub.feeds.filter(feed => feed.author === author).reduce((sum, feed) => sum + feed.sent, 0)
  return sent > 0 || hub.outcome === 'equal' ? sent : null
}

/** none, 0 for nothing missing, then four steps by tens. */
export function heatStep (value: number | null): 'none' | '0' | '1' | '2' | '3' | '4' {
  if (value == null) return 'none'
  return value === 0 ? '0' : value < 10 ? '1' : value < 100 ? '2' : value < 1_000 ? '3' : '4'
}
