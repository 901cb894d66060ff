/**
 * What a line of the log is about, and how much it matters: made from its type and code, which are words of the engine's own. A type that this
 * page does not know is shown all the same, under "other". Pure.
 */
import type { LogEvent } from '../../../worker/api.ts'

export const levels = ['error', 'warning', 'info', 'detail'] as const
/**
 * error: something is lost or does not work. warning: it does not work now and is tried again, or a peer did wrong. info: a state changed. detail: it happens
 * all the time.
 */
export type Level = typeof levels[number]

export const parts = ['links', 'relays', 'messages', 'sync', 'storage', 'identity', 'faults', 'other'] as const
export type Part = typeof parts[number]

const kinds: ReadonlyMap<string, readonly [Part, Level]> = new Map(Object.entries({
  'link-up': ['links', 'info'], 'link-down': ['links', 'warning'], 'link-failed': ['links', 'warning'], 'link-full': ['links', 'info'], 'dial-failed': ['links', 'warning'],
  'ice-failed': ['links', 'warning'], 'protocol-error': ['links', 'warning'], 'announce-failed': ['links', 'warning'], rejected: ['links', 'error'], 'not-sent': ['links', 'warning'],
  'relay-up': ['relays', 'info'], 'relay-reserved': ['relays', 'info'], 'relay-gone': ['relays', 'error'], 'relay-silent': ['relays', 'warning'],
  'relay-unreachable': ['relays', 'error'], 'relay-refused': ['relays', 'error'], 'relay-unreadable': ['relays', 'error'], 'relay-full': ['relays', 'error'],
  'reservation-failed': ['relays', 'warning'], 'network-document': ['relays', 'warning'], 'clock-off': ['relays', 'error'],
  'message-stored': ['messages', 'detail'], 'messages-stored': ['messages', 'detail'], 'message-pending': ['messages', 'info'], 'message-deferred': ['messages', 'warning'], 'message-excluded': ['messages', 'warning'],
  'message-rejected': ['messages', 'error'], 'stored-message-refused': ['messages', 'error'], 'not-kept': ['messages', 'detail'], fork: ['messages', 'error'],
  'bodies-erased': ['messages', 'info'], 'trace-failed': ['messages', 'warning'], 'subscription-ended': ['messages', 'warning'],
  'verify-failed': ['messages', 'error'], 'verifier-lost': ['messages', 'error'],
  'sync-started': ['sync', 'detail'], 'sync-ended': ['sync', 'info'], 'sync-failed': ['sync', 'warning'],
  'fast-sync-ended': ['sync', 'info'], 'serving-failed': ['sync', 'warning'], 'checkpoint-certified': ['sync', 'info'], 'attesting-failed': ['sync', 'warning'],
  'storage-damaged': ['storage', 'error'], 'storage-failed': ['storage', 'error'], 'storage-lost': ['storage', 'error'], 'storage-unknown': ['storage', 'warning'],
  'retention-raised': ['storage', 'info'], 'retention-changed': ['storage', 'info'], 'catalog-not-kept': ['storage', 'warning'], 'network-not-kept': ['storage', 'error'],
  'genesis-unreadable': ['storage', 'error'],
  'backup-not-noted': ['identity', 'warning'],
  faults: ['faults', 'warning']
} satisfies Readonly<Record<string, readonly [Part, Level]>>))

export function kindOf ({ type }: Pick<LogEvent, 'type'>): { readonly part: Part, readonly level: Level } {
  const [part, level] = kinds.get(type) ?? ['other', 'info']
  return { part, level }
}

/** What is searched and shown of the log. All of it stands in the address. */
export interface LogFilter {
  /** Text in type, hub, code, message or sentence; several words must all be there. */
  readonly text: string
  /** Lines that matter at least so much; null: all. */
  readonly level: Level | null
  readonly part: Part | null
  /** A hub's whole id. */
  readonly peer: string | null
}

export function filterOf (query: Readonly<Record<string, string>>): LogFilter {
  return {
    text: query.filter ?? '',
    level: levels.find(level => level === query.level) ?? null,
    part: parts.find(part => part === query.part) ?? null,
    peer: query.peer ?? null
  }
}

export function filterLog (lines: readonly LogEvent[], { text, level, part, peer }: LogFilter): LogEvent[] {
  const words = text.toLowerCase().split(/\s+/).filter(word => word !== '')
  const atMost = level == null ? levels.length - 1 : levels.indexOf(level)
  return lines.filter((line) => {
    const kind = kindOf(line)
    if (levels.indexOf(kind.level) > atMost || (part != null && kind.part !== part) || (peer != null && line.peer !== peer)) return false
    if (words.length === 0) return true
    const said = [line.type, line.peer, line.code, line.message, line.sentence].join('\n').toLowerCase()
    return words.every(word => said.includes(word))
  })
}

/** A line of JSON each, as the engine gave them: for other tools, or to send to somebody. */
export function toJsonLines (lines: readonly LogEvent[]): string {
  return lines.map(line => `${JSON.stringify(line)}\n`).join('')
}
