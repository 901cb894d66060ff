/**
 * Which page leads: the one that holds the hub's Web Lock. The browser hands it on within milliseconds when a page closes or its process ends; a page that
 * is about to be frozen lets go of it by itself; and from one that holds it and answers nobody it is taken (`takeOver`).
 *
 * Invariants
 * 1. `onLead` and `onStop` alternate. Between them this page holds the lock, or has just had it taken.
 * 2. A page that is away neither holds the lock nor waits for it: a frozen page must not be handed the lead.
 */
export interface Election {
  /** Lets go of the lead, or of the place in the queue, until `rejoin`. */
  readonly leave: () => void
  readonly rejoin: () => void
  /** Takes the lead from whoever holds it. Two that do so one after another both get it, the second from the first: ask only with nobody else about to. */
  readonly takeOver: () => void
}

export interface ElectionOptions {
  readonly lock: string
  readonly locks: Pick<LockManager, 'request'>
  readonly onLead: () => void
  readonly onStop: () => void
}

/** Stands for election at once. */
export function standForElection ({ lock, locks, onLead, onStop }: ElectionOptions): Election {
  /** What this page has at the lock: a place in its queue, or the lock itself. */
  let place: { readonly leave: () => void } | undefined

  function stand (steal: boolean): void {
    const waiting = new AbortController()
    let release: (() => void) | undefined
    const own = {
      leave () {
        waiting.abort()
        if (release != null) onStop()
        release?.()
      }
    }
    place = own
    locks.request(lock, steal ? { steal } : { signal: waiting.signal }, async () => {
      if (place !== own) return // left meanwhile
      const leading = new Promise<void>((resolve) => { release = resolve })
      onLead()
      await leading
    }).catch(() => {
      if (place !== own) return // it left by itself
      // Taken by another page, which found this one silent: it stands in line again.
      if (release != null) onStop()
      stand(false)
    })
  }

  function leave (): void {
    const left = place
    place = undefined
    left?.leave()
  }

  stand(false)
  return {
    leave,
    rejoin () { if (place == null) stand(false) },
    takeOver () {
      leave()
      stand(true)
    }
  }
}
