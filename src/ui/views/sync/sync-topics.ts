/** What the sync view asks the engine for. */
import type { FrontierView, SyncSession, TreeView } from '../../../worker/api.ts'
import type { Topic } from '../../data/live.ts'
import { icicleOf } from './icicle-model.ts'

/** Comparisons: those that run, then those that ended, the newest first. */
export const sessionsTopic: Topic<readonly SyncSession[]> = { name: 'sessions', everyMs: 500, read: hub => hub.sessions() }

/** Feeds asked for: more rows than a screen has. */
const feedsMax = 200
export const frontierTopic: Topic<FrontierView> = { name: 'frontier', everyMs: 5_000, read: hub => hub.frontier({ limit: feedsMax }) }

export interface TreeRead {
  readonly root: TreeView
  readonly read: ReadonlyMap<string, TreeView>
}

/** Subtrees read in one answer, and kept in all: a screen of an icicle has about a thousand cells. */
const partsAtOnce = 48
const partsMax = 2_000
/** Times that what was read is looked into in one answer: one more than the tree has levels. */
const roundsMax = 9

/** The tree under a prefix, a few subtrees more with each answer, those that differ first. Starts anew when the root has changed. */
export function treeTopic (prefix: string, differing: readonly string[]): Topic<TreeRead> {
  return {
    name: `tree ${prefix}`,
    everyMs: 1_000,
    read: async (hub, before) => {
      const root = await hub.tree({ prefix })
      // Parts whose digest is still the same need not be read again.
      const known = new Map([...before?.read ?? []].filter(([, part]) => before?.root.digest === root.digest || isStill(part, root, before)))
      for (let round = 0; round < roundsMax; round += 1) {
        const wanted = icicleOf(root, known, differing, false).unread.slice(0, Math.min(partsAtOnce, partsMax - known.size))
        if (wanted.length === 0) break
        const parts = await Promise.all(wanted.map(async part => hub.tree({ prefix: part })))
        for (const part of parts) known.set(part.prefix, part)
      }
      return { root, read: known }
    }
  }
}

/** Whether the child of the root that a part lies in has not changed. */
function isStill (part: TreeView, root: TreeView, before: TreeRead | null): boolean {
  const child = root.children.find(({ prefix }) => part.prefix.startsWith(prefix))
  return child != null && before?.root.children.some(({ prefix, digest }) => prefix === child.prefix && digest === child.digest) === true
}

/** One subtree, for its inspector. */
export function partTopic (prefix: string): Topic<TreeView> {
  return { name: `part ${prefix}`, everyMs: 2_000, read: hub => hub.tree({ prefix }) }
}
