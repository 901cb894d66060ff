/**
 * Members in order of time, packed: pages of member numbers, 4 bytes each and at most twice that. An addition at the end, which is what a running
 * hub sees, costs nothing to speak of; one in the middle moves at most one page. What "before" means is the caller's.
 */

export interface TimeOrder {
  readonly size: number
  readonly memoryBytes: number
  /** Adds a member that is not there. */
  add (member: number): void
  /** Takes out a member that lies from where `isInside` is true for the first time to where `isBeyond` is; one that is not there is passed over. */
  remove (member: number, isInside: (member: number) => boolean, isBeyond: (member: number) => boolean): void
  /**
   * Visits members until `visit` returns true. `isInside` must be false, then true along the order: ascending walks start at the first
   * member that it is true for; descending walks start at the last member for which `isBeyond` is false, and it must be false, then true.
   */
  ascending (isInside: (member: number) => boolean, visit: (member: number) => boolean): void
  descending (isBeyond: (member: number) => boolean, visit: (member: number) => boolean): void
}

/** Members of one page: a page is moved as a whole when one is put into it, 2 KiB. Guess: half as many cost as much in pages as they save in moves. */
const pageMembers = 512

interface Page {
  readonly members: Uint32Array
  count: number
}

/** `isBefore` is a strict total order; it must not change for members that are in. */
export function createTimeOrder (isBefore: (one: number, other: number) => boolean): TimeOrder {
  const pages: Page[] = []
  let size = 0

  /** The first place for whose member `holds`; `holds` must be false, then true along the order. */
  function firstPlace (holds: (member: number) => boolean): { page: number, offset: number } {
    let low = 0
    let high = pages.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const { members, count } = pages[middle] as Page
      if (holds(members[count - 1] as number)) high = middle
      else low = middle + 1
    }
    const found = pages[low]
    if (found == null) return { page: low, offset: 0 }
    let from = 0
    let to = found.count
    while (from < to) {
      const middle = (from + to) >>> 1
      if (holds(found.members[middle] as number)) to = middle
      else from = middle + 1
    }
    return { page: low, offset: from }
  }

  function takeOut (from: Page, page: number, offset: number): void {
    from.members.copyWithin(offset, offset + 1, from.count)
    from.count -= 1
    size -= 1
    if (from.count === 0) pages.splice(page, 1)
  }

  /** At the end, where `last` is the last page. */
  function append (member: number, last: Page | undefined): void {
    const page = last === undefined || last.count === pageMembers ? { members: new Uint32Array(pageMembers), count: 0 } : last
    if (page !== last) pages.push(page)
    page.members[page.count] = member
    page.count += 1
  }

  function insert (member: number, page: number, offset: number): void {
    const into = pages[page] as Page
    if (into.count < pageMembers) {
      into.members.copyWithin(offset + 1, offset, into.count)
      into.members[offset] = member
      into.count += 1
      return
    }
    const half = pageMembers / 2
    const upper = { members: new Uint32Array(pageMembers), count: pageMembers - half }
    upper.members.set(into.members.subarray(half))
    into.count = half
    pages.splice(page + 1, 0, upper)
    if (offset <= half) insert(member, page, offset)
    else insert(member, page + 1, offset - half)
  }

  return {
    get size () { return size },
    get memoryBytes () { return pages.length * pageMembers * 4 },
    add (member) {
      size += 1
      const last = pages[pages.length - 1]
      if (last === undefined || isBefore(last.members[last.count - 1] as number, member)) append(member, last)
      else {
        const { page, offset } = firstPlace(other => isBefore(member, other))
        insert(member, page, offset)
      }
    },
    remove (member, isInside, isBeyond) {
      let { page, offset } = firstPlace(isInside)
      for (let from = pages[page]; from !== undefined; from = pages[++page]) {
        for (; offset < from.count; offset += 1) {
          const other = from.members[offset] as number
          if (other === member) {
            takeOut(from, page, offset)
            return
          }
          if (isBeyond(other)) return
        }
        offset = 0
      }
    },
    ascending (isInside, visit) {
      const start = firstPlace(isInside)
      let { offset } = start
      for (let page = start.page; page < pages.length; page += 1) {
        const { members, count } = pages[page] as Page
        for (; offset < count; offset += 1) if (visit(members[offset] as number)) return
        offset = 0
      }
    },
    descending (isBeyond, visit) {
      const end = firstPlace(isBeyond)
      let offset = end.offset - 1
      for (let page = end.page; page >= 0; page -= 1) {
        const members = pages[page]?.members
        for (; offset >= 0 && members != null; offset -= 1) if (visit(members[offset] as number)) return
        offset = (pages[page - 1]?.count ?? 0) - 1
      }
    }
  }
}
