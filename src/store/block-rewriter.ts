/**
 * Writes blocks anew that are on the disk already: merges neighbours, erases bodies, drops messages. It works for the log's one writer: nothing else changes
 * blocks while it runs. What becomes of a block is rewriting.ts's business.
 */
import { HubError } from '../base/errors.ts'
import type { BlockIndex } from './block-index.ts'
import type { Commit } from './block-storage.ts'
import type { BlockDamageCode, PackedBlock } from './blocks.ts'
import { type Change, mergeBlocks, rewriteBlock } from './rewriting.ts'

export interface BlockRewriter {
  /** Does `change` to these messages, those that there are. A failure leaves some blocks as they were and others done (S12). */
  rewrite (change: Change, events: readonly number[]): Promise<void>
  /** Replaces the blocks under these keys, ascending, by one with the same events, if that can be done. */
  merge (keys: readonly number[]): Promise<void>
}

export interface BlockRewriterOptions {
  readonly index: Pick<BlockIndex, 'covering'>
  readonly readBlocks: (keys: readonly number[]) => Promise<ReadonlyArray<Uint8Array | undefined>>
  /** Brings index and readers up to date as well. */
  readonly commit: (change: Pick<Commit, 'blocks' | 'removed'>) => Promise<void>
  readonly onDamaged: (key: number, code: BlockDamageCode) => void
}

/** A block, and what takes its place: undefined when nothing is left of it. */
type Replacement = readonly [key: number, by: PackedBlock | undefined]

/** Blocks that one transaction rewrites: 1 MiB. */
const blocksPerRewriteMax = 32

export function createBlockRewriter ({ index, readBlocks, commit, onDamaged }: BlockRewriterOptions): BlockRewriter {
  async function rewriteSome (change: Change, byBlock: ReadonlyArray<readonly [key: number, events: ReadonlySet<number>]>): Promise<void> {
    const blocks = await readBlocks(byBlock.map(([key]) => key))
    const replacements: Replacement[] = []
    for (const [at, [key, events]] of byBlock.entries()) {
      const rewritten = rewriteBlock(key, blocks[at] ?? new Uint8Array(), change, events)
      if (rewritten.type === 'damaged') onDamaged(key, rewritten.code)
      // A damaged block goes: nobody can read it, and what was to be erased may be in it.
      if (rewritten.type !== 'unchanged') replacements.push([key, rewritten.type === 'replaced' ? rewritten.by : undefined])
    }
    if (replacements.length > 0) await replace(replacements)
  }

  async function replace (replacements: readonly Replacement[]): Promise<void> {
    try {
      await commit({ blocks: replacements.flatMap(([, by]) => by ?? []), removed: replacements.map(([key]) => key) })
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'storage-full' || replacements.length === 1) throw error
      // What goes as a whole needs no room and makes some, and one block needs less room than all.
      for (const one of replacements.toSorted(([, left], [, right]) => Number(left != null) - Number(right != null))) await replace([one])
    }
  }

  return {
    async rewrite (change, events) {
      const byBlock = new Map<number, Set<number>>()
      for (const event of events) {
        const key = index.covering(event)
        if (key != null) byBlock.set(key, (byBlock.get(key) ?? new Set()).add(event))
      }
      const left = [...byBlock]
      while (left.length > 0) await rewriteSome(change, left.splice(0, blocksPerRewriteMax))
    },
    async merge (keys) {
      const merged = mergeBlocks(keys, await readBlocks(keys))
      // What is damaged, or not where it was any more, stays as it is.
      if (merged != null) await commit({ blocks: [merged], removed: keys })
    }
  }
}
