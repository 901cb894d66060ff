/**
 * One line of a replay, `{"author", "at", "text"}` and perhaps `"id"` and `"parent"`, read and judged before anything is made of it. Pure and
 * total: any bytes are a post or a refusal with a code.
 */
import { postTextBytesMax, timestampEndMs } from '../../message/limits.ts'
import { lineBytesMax } from './lines.ts'

export interface PostLine {
  /** The name that tells authors apart. */
  readonly author: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly text: string
  /** What later lines call this one. */
  readonly id: string | undefined
  /** The `id` of the line that this one answers. */
  readonly parent: string | undefined
}

export type LineRefusal =
  | 'line-too-long'
  | 'not-json' // not UTF-8, not JSON, or not an object
  | 'author-invalid'
  | 'at-invalid'
  | 'before-genesis'
  | 'in-future'
  | 'text-invalid'
  | 'text-empty'
  | 'text-too-long'
  | 'id-invalid'
  | 'parent-invalid'

export type JudgedLine = { readonly ok: true, readonly value: PostLine } | { readonly ok: false, readonly code: LineRefusal, readonly sentence: string }

export interface LineRules {
  /** Milliseconds since 1970: the network holds nothing older. */
  readonly genesisTime: number
  readonly nowMs: number
}

/** Bytes of an author's name. Guess: a name and an e-mail address. The names of all authors are kept while the replay runs. */
export const authorBytesMax = 256
/** Characters of an `id`: a hash in hex, or an address. As many as `parentsMax` are kept. */
export const keyLengthMax = 128

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Judges a line; `bytes` is undefined when it was too long to be kept. */
export function readPostLine (bytes: Uint8Array | undefined, { genesisTime, nowMs }: LineRules): JudgedLine {
  if (bytes == null) return refused('line-too-long', `It is longer than ${lineBytesMax} bytes.`)
  const object = objectOf(bytes)
  if (object == null) return refused('not-json', 'It is not a JSON object such as {"author": "Ada", "at": "2024-05-01T12:00:00Z", "text": "…"}.')
  const { author, text } = object
  if (!isText(author) || author.trim() === '' || Buffer.byteLength(author) > authorBytesMax) {
    return refused('author-invalid', `Its author must be a text of 1 to ${authorBytesMax} bytes.`)
  }
  const at = timeOf(object.at)
  if (at == null) return refused('at-invalid', 'Its at must be whole milliseconds since 1970, or a date such as 2024-05-01T12:00:00Z.')
  if (at < genesisTime) return refused('before-genesis', `Its at (${new Date(at).toISOString()}) lies before the network's beginning (${new Date(genesisTime).toISOString()}); numbers count milliseconds.`)
  if (at > nowMs) return refused('in-future', 'Its at lies in the future.')
  if (!isText(text)) return refused('text-invalid', 'Its text must be a text, without halves of characters (lone surrogates).')
  if (text === '') return refused('text-empty', 'Its text is empty.')
  if (Buffer.byteLength(text) > postTextBytesMax) return refused('text-too-long', `Its text has ${Buffer.byteLength(text)} bytes; a post holds ${postTextBytesMax}.`)
  const id = keyOf(object.id)
  if (id === null) return refused('id-invalid', `Its id must be a whole number, or a text of 1 to ${keyLengthMax} characters.`)
  const parent = keyOf(object.parent)
  if (parent === null) return refused('parent-invalid', `Its parent must be the id of an earlier line: a whole number, or a text of 1 to ${keyLengthMax} characters.`)
  return { ok: true, value: { author, at, text, id, parent } }
}

function refused (code: LineRefusal, sentence: string): JudgedLine {
  return { ok: false, code, sentence }
}

function objectOf (bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes))
    return typeof value === 'object' && value != null && !Array.isArray(value) ? value as Record<string, unknown> : undefined
  } catch {
    return undefined // not UTF-8 or not JSON, which is the answer
  }
}

function isText (value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed()
}

/** A date, which without a time is its first moment and without a zone is in UTC, as ISO 8601 writes it; with it the zone as `Z` or `±hh:mm`. */
const isoDate = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/

/** Milliseconds since 1970; undefined when it is no time. */
function timeOf (at: unknown): number | undefined {
  const match = typeof at === 'string' ? isoDate.exec(at) : null
  const zoneless = match != null && at !== match[0].slice(0, dateLength) && match[1] == null
  const time = match == null ? at : Date.parse(zoneless ? `${match[0]}Z` : match[0])
  return typeof time === 'number' && Number.isSafeInteger(time) && time >= 0 && time < timestampEndMs ? time : undefined
}

const dateLength = '2024-05-01'.length

/** undefined: there is none. null: it cannot be one. */
function keyOf (value: unknown): string | undefined | null {
  if (value == null) return undefined
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null
  return typeof value === 'string' && value !== '' && value.length <= keyLengthMax ? value : null
}
