/** A clock's other half: what is to happen later. Handed in wherever something waits, so that virtual time (sim/virtual-time.ts) can take its place. */

/** Calls `action` once, after so many ms; returns how to call that off. */
export type Timer = (ms: number, action: () => void) => () => void

export const platformTimer: Timer = (ms, action) => {
  const timer = setTimeout(action, ms)
  return () => { clearTimeout(timer) }
}
