/** Answers and bodies of the HTTP twin: JSON both ways, bytes in it as base64, every failure a code and a sentence. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HubError, type HubErrorCode } from '../../base/errors.ts'
import { stateBytesMax } from '../../fastsync/limits.ts'

/** A failure with the status that says it. `code` is a HubError's or a rejection's. */
export class HttpFailure extends Error {
  readonly status: number
  readonly code: string

  constructor (status: number, code: string, sentence: string) {
    super(sentence)
    this.status = status
    this.code = code
  }
}

/** A draft is at most 8 KiB of body; a record's bytes in base64 and a signed message in hex take twice that at most, and some. */
export const bodyBytesMax = 65_536
/** Of an offered state: its bytes as base64, and the rest. */
export const stateBodyBytesMax = Math.ceil(stateBytesMax / 3) * 4 + 1_024

const statuses: Partial<Record<HubErrorCode, number>> = {
  'invalid-argument': 400,
  'message-invalid': 422,
  'device-revoked': 409,
  'clock-behind': 409,
  'outcome-unknown': 409,
  'not-connected': 409,
  incomplete: 409,
  'too-many': 429,
  'timed-out': 504,
  'not-here': 501,
  'storage-full': 507
}

export function answerJson (response: ServerResponse, status: number, value: unknown): void {
  const text = `${JSON.stringify(value, bytesAsBase64)}\n`
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), 'Cache-Control': 'no-store' })
  response.end(text)
}

/** @returns false where nobody is to blame but this server: the cause is for its log */
export function answerFailure (response: ServerResponse, thrown: unknown): boolean {
  const failure = thrown instanceof HubError ? new HttpFailure(statuses[thrown.code] ?? 503, thrown.code, thrown.message) : thrown
  if (response.headersSent) {
    response.destroy()
    return failure instanceof HttpFailure
  }
  const known = failure instanceof HttpFailure ? failure : new HttpFailure(500, 'internal', 'This went wrong here; the log says more.')
  if (known.status === 413) response.setHeader('Connection', 'close') // the rest of the body is not read
  if (known.status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
  answerJson(response, known.status, { error: { code: known.code, sentence: known.message } })
  return failure instanceof HttpFailure
}

/** The body as an object. Failures: 413, 415, 400. */
export async function readJson (request: IncomingMessage, bytesMax = bodyBytesMax): Promise<Readonly<Record<string, unknown>>> {
  // A form of a stranger's page cannot send this type without asking first.
  if (request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json') {
    throw new HttpFailure(415, 'invalid-argument', 'The body must be JSON, and its Content-Type application/json.')
  }
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of request) {
      size += (part as Buffer).length
      if (size > bytesMax) throw new HttpFailure(413, 'invalid-argument', `The body is longer than ${bytesMax} bytes.`)
      parts.push(part as Buffer)
    }
  } catch (thrown) {
    if (thrown instanceof HttpFailure) throw thrown
    throw new HttpFailure(400, 'invalid-argument', 'The body broke off.') // the asker is gone, or was too slow: nothing for the log
  }
  const value = parseJson(Buffer.concat(parts).toString())
  if (typeof value !== 'object' || value == null || Array.isArray(value)) throw new HttpFailure(400, 'invalid-argument', 'The body must be a JSON object.')
  return value as Readonly<Record<string, unknown>>
}

function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no JSON: the caller says so
  }
}

/** For JSON.stringify: bytes become base64. */
export function bytesAsBase64 (_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
}
