/**
 * What is still to happen in virtual time: earliest first, and of one time in the order in which it was put in. Very many events share their millisecond: a
 * list of each time, and a binary heap of the times alone.
 */

export interface EventQueue<Event> {
  size: () => number
  /** When the next one is due; undefined when there is none. */
  nextMs: () => number | undefined
  push: (atMs: number, event: Event) => void
  pop: () => Event | undefined
}

export function createEventQueue<Event> (): EventQueue<Event> {
  interface Moment { readonly atMs: number, readonly events: Event[], taken: number }
  const moments = new Map<number, Moment>()
  const heap: Moment[] = []
  let size = 0

  function enter (moment: Moment): void {
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above == null || above.atMs < moment.atMs) break
      heap[at] = above
      at = parent
    }
    heap[at] = moment
  }

  function leave (first: Moment): void {
    moments.delete(first.atMs)
    const last = heap.pop()
    if (last == null || last === first) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      let below = heap[child]
      if (below == null) break
      const right = heap[child + 1]
      if (right != null && right.atMs < below.atMs) {
        child += 1
        below = right
      }
      if (last.atMs < below.atMs) break
      heap[at] = below
      at = child
    }
    heap[at] = last
  }

  return {
    size: () => size,
    nextMs: () => heap[0]?.atMs,
    push (atMs, event) {
      size += 1
      const moment = moments.get(atMs)
      if (moment != null) {
        moment.events.push(event)
        return
      }
      const first = { atMs, events: [event], taken: 0 }
      moments.set(atMs, first)
      enter(first)
    },
    pop () {
      const first = heap[0]
      if (first == null) return undefined
      const event = first.events[first.taken]
      first.taken += 1
      size -= 1
      if (first.taken === first.events.length) leave(first)
      return event
    }
  }
}
