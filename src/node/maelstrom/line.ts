/**
 * Maelstrom's lines (its doc/protocol.md; SPEC.md L1): one JSON object `{src, dest, body}` a line, and the numbers of its errors. Total: any text is a line or
 * a sentence about what is wrong with it. It knows no workload.
 */

/** Every message has a type; a request has a `msg_id`, what answers it an `in_reply_to`. */
export interface Body {
  readonly type: string
  readonly msg_id?: number
  readonly in_reply_to?: number
  readonly [field: string]: unknown
}

export interface Line {
  readonly src: string
  readonly dest: string
  readonly body: Body
}

/** Maelstrom's codes, as far as a hub has use for them. All but `crash` are definite: what was asked for has not happened and will not. */
export const errorCodes = { 'not-supported': 10, 'temporarily-unavailable': 11, 'malformed-request': 12, crash: 13 } as const

export type ErrorName = keyof typeof errorCodes

export type DecodedLine =
  | { readonly ok: true, readonly value: Line }
  /** `request` where it says enough to be answered. */
  | { readonly ok: false, readonly sentence: string, readonly request?: { readonly src: string, readonly msgId: number } }

/** Characters of a line that are quoted in a log. */
const quotedMax = 80

export function decodeLine (text: string): DecodedLine {
  const line = parse(text)
  if (!isObject(line)) return { ok: false, sentence: `A line is no JSON object: ${text.slice(0, quotedMax)}` }
  const { src, dest, body } = line
  if (typeof src !== 'string' || typeof dest !== 'string' || !isObject(body)) return { ok: false, sentence: `A line lacks src, dest or body: ${text.slice(0, quotedMax)}` }
  const { type, msg_id: msgId, in_reply_to: inReplyTo } = body
  const request = Number.isSafeInteger(msgId) ? { src, msgId: msgId as number } : undefined
  if (typeof type !== 'string') return { ok: false, sentence: 'A message has no type.', ...request != null && { request } }
  if ((msgId !== undefined && request === undefined) || (inReplyTo !== undefined && !Number.isSafeInteger(inReplyTo))) {
    return { ok: false, sentence: `A message of type ${type.slice(0, quotedMax)} has a msg_id or in_reply_to that is no whole number.`, ...request != null && { request } }
  }
  return { ok: true, value: { src, dest, body: body as Body } }
}

/** Without the line's end. */
export function encodeLine ({ src, dest, body }: Line): string {
  return JSON.stringify({ src, dest, body })
}

export function errorBody (name: ErrorName, text: string, inReplyTo: number): Body {
  return { type: 'error', in_reply_to: inReplyTo, code: errorCodes[name], text }
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the sentence quotes it
  }
}

export function isObject (value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value != null && !Array.isArray(value)
}
