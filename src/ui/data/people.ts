/**
 * Who writes: what authors say of themselves, read while something of theirs is in sight. Signed, and anybody's to choose: a name never stands
 * without its key.
 */
import { useMemo } from 'react'
import type { ProfileView } from '../../worker/api.ts'
import { statusTopic } from './topics.ts'
import type { Topic } from './live.ts'
import { useTopic } from './use-live.ts'

/** The fields that this page writes and shows by name. */
export const nameField = 'name'
export const aboutField = 'about'
/** Characters of a name that are shown in a row. */
const nameLengthMax = 40

export function profileTopic (author: string): Topic<ProfileView> {
  return { name: `profile ${author}`, everyMs: 10_000, read: hub => hub.profile(author) }
}

export function useProfile (author: string): ProfileView | null {
  return useTopic(useMemo(() => profileTopic(author), [author])).value
}

/** null: not known, or none chosen. */
export function useName (author: string): string | null {
  return shownName(useProfile(author)?.fields[nameField])
}

/** A name on one line; control characters and marks that turn the direction of the text around it are left out. */
export function shownName (name: string | undefined): string | null {
  const plain = (name ?? '').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').replace(/\s+/g, ' ').trim()
  return plain === '' ? null : plain.length > nameLengthMax ? `${plain.slice(0, nameLengthMax - 1)}…` : plain
}

/** The author of this hub; null: not known yet. */
export function useSelf (): string | null {
  return useTopic(statusTopic).value?.author ?? null
}
