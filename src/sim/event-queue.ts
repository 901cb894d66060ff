/** What is still to happen in virtual time: earliest first, and of one time in the order in which it was put in. A binary heap. */

export interface EventQueue<Event> {
  readonly size: number
  /** When the next one is due; undefined when there is none. */
  readonly nextMs: number | undefined
  push: (atMs: number, event: Event) => void
  pop: () => Event | undefined
}

export function createEventQueue<Event> (): EventQueue<Event> {
  interface Entry { readonly atMs: number, readonly order: number, readonly event: Event }
  const heap: Entry[] = []
  let pushed = 0

  const before = (one: Entry, other: Entry): boolean => one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order)

  return {
    get size () { return heap.length },
    get nextMs () { return heap[0]?.atMs },
    push (atMs, event) {
      const entry: Entry = { atMs, order: pushed++, event }
      let at = heap.length
      while (at > 0) {
        const parent = (at - 1) >> 1
        const above = heap[parent]
        if (above == null || !before(entry, above)) break
        heap[at] = above
        at = parent
      }
      heap[at] = entry
    },
    pop () {
      const first = heap[0]
      const last = heap.pop()
      if (first == null || last == null || heap.length === 0) return first?.event
      let at = 0
      for (;;) {
        let child = 2 * at + 1
        let below = heap[child]
        if (below == null) break
        const right = heap[child + 1]
        if (right != null && before(right, below)) {
          child += 1
          below = right
        }
        if (!before(below, last)) break
        heap[at] = below
        at = child
      }
      heap[at] = last
      return first.event
    }
  }
}
