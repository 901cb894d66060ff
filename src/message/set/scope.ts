/**
 * What all signer-adds of one signer together let it sign (set/SPEC.md, R3): their union, so that a check costs the same whatever their number.
 * Signer-adds never leave the set (R5), so it only widens. Plain data, for there is one a signer.
 */
import { kinds } from '../types.ts'
import type { Kind, Message, Scope } from '../types.ts'

export interface Coverage {
  /** Whether any signer-add came yet. */
  known: boolean
  /** One bit for each kind that is covered whatever the body says, in the order of `kinds`. */
  wholeKinds: number
  /** Collections whose records are covered where not all records are. */
  collections: Set<string> | undefined
}

export function createCoverage (): Coverage {
  return { known: false, wholeKinds: 0, collections: undefined }
}

/** Adds what one signer-add covers; whether that is more than before. */
export function widen (coverage: Coverage, scope: Scope): boolean {
  const before = sizeOf(coverage)
  coverage.known = true
  for (const kind of scope.kinds.length === 0 ? kinds : scope.kinds) {
    if (kind !== 'record' || scope.collections.length === 0) coverage.wholeKinds |= bitOf(kind)
    else for (const collection of scope.collections) (coverage.collections ??= new Set()).add(collection)
  }
  return sizeOf(coverage) !== before
}

/** Whether the signer may sign this message. A record without its body, whose collection nobody can see, passes if it may be in scope: R10 keeps it out. */
export function covers (coverage: Coverage, { header, body }: Message): boolean {
  if (coversWithoutBody(coverage, header.kind)) return true
  if (header.kind !== 'record' || coverage.collections === undefined) return false
  return body?.kind !== 'record' || coverage.collections.has(body.collection)
}

/** Whether a message of this kind is covered whatever its body says: only then may the body go. */
export function coversWithoutBody (coverage: Coverage, kind: Kind): boolean {
  return (coverage.wholeKinds & bitOf(kind)) !== 0
}

function bitOf (kind: Kind): number {
  return 1 << kinds.indexOf(kind)
}

/** Grows with every widening. */
function sizeOf ({ known, wholeKinds, collections }: Coverage): number {
  return (known ? 1 : 0) + wholeKinds * 2 + (collections?.size ?? 0) * 2 ** (kinds.length + 1)
}
