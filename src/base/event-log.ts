/**
 * The hub's log: what happened to links, messages and storage, with causes. It always records (not only after somebody looks),
 * keeps the newest entries of each type only, and counts repeats of one noisy cause instead of listing them, so that a busy
 * network or a peer that sends nothing but junk cannot wash everything else out.
 */

/** What is told to the log. `peer` is a libp2p peer id. */
export interface Report {
  readonly type: string
  readonly peer?: string | null | undefined
  /** A typed cause: a rejection or error code. */
  readonly code?: string | null | undefined
  /** The id of the message that it is about. */
  readonly message?: string | null | undefined
  /** One plain sentence. */
  readonly sentence: string
}

export interface LogEntry {
  /** Grows by one from 1. */
  readonly event: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly type: string
  readonly peer: string | null
  readonly code: string | null
  /** The id of the message that it is about; of repeats folded into it, the first one's. */
  readonly message: string | null
  readonly sentence: string
  /** How often this happened, repeats folded into this entry included. */
  times: number
}

export interface EventLog {
  report: (report: Report) => void
  /** Entries with `event > since`, oldest first, at most `limit`. */
  read (query?: { readonly since?: number | undefined, readonly limit?: number | undefined, readonly type?: string | undefined }): LogEntry[]
}

/** Entries kept of one type. Types are a few dozen words of ours, so this bounds the whole: at about 300 B each below 10 MB. */
const entriesPerTypeMax = 1_000
/** Repeats of the same type, peer and code within this time of the first only raise its count. Guess: what a reader takes for "the same thing again". */
const foldMs = 10_000
/** Entries of one type, peer and code within that time about different messages; what follows is folded into them. Guess: what a reader looks through. */
const messagesApartMax = 8
/** A sentence is cut here, in characters: some causes quote what a peer sent. */
const sentenceMax = 500

/** `onEntry` is told of each new entry, but not of repeats. */
export function createEventLog (now: () => number, onEntry?: (entry: LogEntry) => void): EventLog {
  const byType = new Map<string, LogEntry[]>()
  let last = 0

  /** The entry that this one repeats: causes only, so that a stored message is never folded into another one. */
  function repeated (entries: readonly LogEntry[], { peer, code, message }: Pick<LogEntry, 'peer' | 'code' | 'message'>, at: number): LogEntry | undefined {
    if (code == null) return undefined
    let apart = 0
    for (let index = entries.length - 1; index >= 0; index -= 1) {
      const entry = entries[index]
      if (entry == null || at - entry.at >= foldMs) return undefined
      if (entry.peer !== peer || entry.code !== code) continue
      apart += 1
      if (entry.message === message || apart === messagesApartMax) return entry
    }
    return undefined
  }

  return {
    report ({ type, peer = null, code = null, message = null, sentence }) {
      const at = now()
      const entries = byType.get(type) ?? []
      byType.set(type, entries)
      const earlier = repeated(entries, { peer, code, message }, at)
      if (earlier != null) {
        earlier.times += 1
        return
      }
      last += 1
      const entry = { event: last, at, type, peer, code, message, sentence: sentence.slice(0, sentenceMax), times: 1 }
      entries.push(entry)
      onEntry?.(entry)
      if (entries.length > entriesPerTypeMax * 1.2) entries.splice(0, entries.length - entriesPerTypeMax)
    },
    read ({ since = 0, limit = entriesPerTypeMax, type } = {}) {
      const wanted = type == null ? [...byType.values()] : [byType.get(type) ?? []]
      return wanted.flatMap(entries => entries.filter(({ event }) => event > since))
        .sort((a, b) => a.event - b.event)
        .slice(0, Math.max(0, limit))
        .map(entry => ({ ...entry }))
    }
  }
}
