/**
 * What becomes of blocks that are already written: merged with their neighbours, without some bodies, without some messages. Pure functions from
 * blocks to blocks; block-log.ts reads and commits them.
 */
import type { BlockDamageCode, PackedBlock } from './blocks.ts'
import { repackBlock, unpackBlock } from './blocks.ts'
import type { StoredEvent } from './message-store.ts'

/** What is to be done to messages of a block. */
export type Change = 'erase-bodies' | 'drop'

export type RewrittenBlock =
  | { readonly type: 'unchanged' }
  /** undefined: nothing of it is left. */
  | { readonly type: 'replaced', readonly by: PackedBlock | undefined }
  | { readonly type: 'damaged', readonly code: BlockDamageCode }

/** The block under `key` after `change` was done to `events`. */
export function rewriteBlock (key: number, block: Uint8Array, change: Change, events: ReadonlySet<number>): RewrittenBlock {
  const unpacked = unpackBlock(key, block)
  if (!unpacked.ok) return { type: 'damaged', code: unpacked.code }
  const affected = ({ event, bytes: { body } }: StoredEvent): boolean => events.has(event) && (change === 'drop' || body != null)
  if (!unpacked.events.some(affected)) return { type: 'unchanged' }
  const left = change === 'drop'
    ? unpacked.events.filter(event => !affected(event))
    : unpacked.events.map(event => affected(event) ? { ...event, bytes: { ...event.bytes, body: undefined } } : event)
  return { type: 'replaced', by: left.length === 0 ? undefined : repackBlock(left) }
}

/** One block with all that these hold; undefined when they cannot become one: one is damaged or gone, or numbers lie between them. */
export function mergeBlocks (keys: readonly number[], blocks: ReadonlyArray<Uint8Array | undefined>): PackedBlock | undefined {
  const events: StoredEvent[] = []
  let next = keys[0]
  for (const [index, key] of keys.entries()) {
    const block = blocks[index]
    if (block == null || key !== next) return undefined
    const unpacked = unpackBlock(key, block)
    if (!unpacked.ok) return undefined
    events.push(...unpacked.events)
    next = key + unpacked.count
  }
  return repackBlock(events)
}
