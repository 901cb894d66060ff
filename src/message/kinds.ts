/** The kinds' numbers on the wire and their namespaces (SPEC.md M9). */
import { kinds } from './types.ts'
import type { Kind } from './types.ts'

/** The kind's number in a header: its place in `kinds`, from 1. */
export function kindNumber (kind: Kind): number {
  return kinds.indexOf(kind) + 1
}

/** The kind of a number; undefined when this version knows none. */
export function kindOf (number: number): Kind | undefined {
  return kinds[number - 1]
}

/** 0: signer messages, which only the root key signs and which are never pruned or removed. 1: everything else. */
export function namespaceOf (kind: Kind): 0 | 1 {
  return kind === 'signer-add' || kind === 'signer-remove' ? 0 : 1
}
