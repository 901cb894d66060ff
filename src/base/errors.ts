/**
 * Errors of two kinds (house rule): bad bytes from a peer are values (`Rejection`), local failures are thrown (`HubError`).
 * Tests match codes, never texts; a person sees `message`, one sentence that says what to do.
 */

/** Every code that a local call can fail with. */
export type HubErrorCode =
  | 'invalid-argument'
  | 'not-here' // this hub is run by its process, which does that
  | 'too-many'
  | 'incomplete' // this hub lacks some of what it takes, for now
  | 'leader-changed' // the tab that ran this hub went while it did this, and whether it was done is not known
  | 'outcome-unknown' // asked for too long ago to know whether it was done
  | 'not-granted' // an app that the person has not granted, or has revoked
  | 'scope-exceeded' // an app may not write this
  | 'other-version' // another tab runs this hub with another version of the page
  | 'stopped'
  | 'timed-out' // what was waited for did not happen in the time given
  | 'storage-failed'
  | 'storage-busy' // a queue in front of the store is full
  | 'storage-full' // no disk space or quota left
  | 'storage-blocked' // another tab holds the data open
  | 'storage-newer' // written by a newer build
  | 'storage-lost' // taken away while it was open
  | 'data-folder-unusable'
  | 'port-in-use'
  | 'insecure-context'
  | 'wrong-network'
  | 'genesis-invalid'
  | 'key-unavailable'
  | 'device-revoked' // this device, or the one named, was revoked for good
  | 'recovery-invalid' // no recovery phrase and no exported identity
  | 'password-missing'
  | 'password-wrong'
  | 'message-invalid'
  | 'clock-behind' // this clock is far behind one's own last message
  | 'address-invalid'
  | 'dial-failed'
  | 'dial-budget-spent'
  | 'too-many-connections' // as many live ones as a hub may have
  | 'not-connected'
  | 'confirmation-missing'
  | 'build-failed'
  | 'internal'

/** A local failure. `code` is for programs, `message` for people, `cause` for whoever debugs it. */
export class HubError extends Error {
  readonly code: HubErrorCode

  constructor (code: HubErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'HubError'
    this.code = code
  }
}

/** The sentence of anything that was thrown. Browsers reject a failed WebSocket with a bare event, which says nothing on purpose. */
export function reasonOf (thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message
  if (thrown instanceof Event) return 'the connection could not be opened'
  return String(thrown)
}

/** A broken invariant is a bug of ours: it stops what is under way instead of going on with a wrong state. */
export function assert (condition: unknown, invariant: string): asserts condition {
  if (condition !== true) throw new HubError('internal', `Broken invariant: ${invariant}`)
}
