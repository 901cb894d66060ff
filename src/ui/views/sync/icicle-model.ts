/**
 * The tree as an icicle: one row a level, each part as wide as its share of the messages. Pure. Of a subtree only what was read from the
 * engine is known; what was not read is drawn as one piece. Where the sets differ comes from a comparison, as prefixes.
 */
import type { TreePart, TreeView } from '../../../worker/api.ts'

export interface IcicleCell {
  readonly part: TreePart
  readonly level: number
  /** Share of the whole width, 0 to 1. */
  readonly left: number
  readonly width: number
  /** differs: something under it differs, in the comparison shown. mended: it did, and was moved since. */
  readonly state: 'equal' | 'differs' | 'mended'
}

/** Cells narrower than this share are not drawn apart, and not looked into. */
export const cellMin = 0.0015
/** Hex digits of a namespace and an epoch: the tree goes no deeper here. */
export const prefixMax = 8

/** How long the messages of one part were written over, by the digits of its prefix: an epoch is about 17.5 minutes, and each digit less is 16 times that. */
const levelNames = ['all', 'namespace', '560 years', '35 years', '2.2 years', '50 days', '3 days', '5 hours', 'epoch, 17 min']

export function levelName (digits: number): string {
  return levelNames[digits] ?? ''
}

/** Digits of the prefixes in each row: of the whole tree, root, namespaces, and the last levels above the messages; of a part, what lies below it. */
export function rowsOf (zoom: string): readonly number[] {
  if (zoom === '') return [0, 1, 6, 7, 8]
  return Array.from({ length: prefixMax - zoom.length + 1 }, (_, index) => zoom.length + index).slice(0, 5)
}

export interface Icicle {
  readonly cells: readonly IcicleCell[]
  /** Subtrees to read next: those wide enough to be looked into, where something differs first. */
  readonly unread: readonly string[]
}

/** `read` holds the subtrees that were read, by prefix; levels between two rows are passed through. */
export function icicleOf (root: TreeView, read: ReadonlyMap<string, TreeView>, differing: readonly string[], mended: boolean): Icicle {
  const rows = rowsOf(root.prefix)
  const deepest = rows.at(-1) ?? 0
  const cells: IcicleCell[] = []
  const unread: Array<{ readonly prefix: string, readonly width: number, readonly differs: boolean }> = []
  const place = (part: TreePart, left: number, width: number): void => {
    const differs = touches(part.prefix, differing)
    const level = rows.indexOf(part.prefix.length)
    if (level >= 0) cells.push({ part, level, left, width, state: differs ? mended ? 'mended' : 'differs' : 'equal' })
    if (part.prefix.length >= deepest || width < cellMin) return
    const children = part.prefix === root.prefix ? root.children : read.get(part.prefix)?.children
    if (children == null) {
      unread.push({ prefix: part.prefix, width, differs })
      return
    }
    const whole = children.reduce((sum, { count }) => sum + count, 0)
    let at = left
    for (const child of children) {
      const share = width * child.count / Math.max(1, whole)
      place(child, at, share)
      at += share
    }
  }
  place(root, 0, 1)
  unread.sort((a, b) => Number(b.differs) - Number(a.differs) || b.width - a.width)
  return { cells, unread: unread.map(({ prefix }) => prefix) }
}

/** Whether anything under a prefix, or all of what it lies in, differs. */
export function touches (prefix: string, differing: readonly string[]): boolean {
  return differing.some(other => other.startsWith(prefix) || prefix.startsWith(other))
}

/** When the epochs under a prefix were, as times; null: a namespace, or nothing below one. */
export function spanOf (prefix: string): { readonly from: number, readonly until: number } | null {
  const digits = prefix.slice(1)
  if (digits === '') return null
  const first = Number.parseInt(digits.padEnd(prefixMax - 1, '0'), 16)
  const last = Number.parseInt(digits.padEnd(prefixMax - 1, 'f'), 16)
  return { from: first * epochMs, until: (last + 1) * epochMs }
}

/** An epoch is `timestamp >> 20`. */
const epochMs = 2 ** 20
