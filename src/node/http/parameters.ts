/** What requests of the HTTP twin ask with: parameters of an address, drafts and signed messages of a body. What they mean the hub checks. */
import { fromHex } from '../../base/bytes.ts'
import type { Draft, HubApi, Query } from '../../hub/api.ts'
import { encodeSignedBytes } from '../../message/codec.ts'
import { HttpFailure } from './answers.ts'

/** `nothing`: a text, which empty stands for null. */
type Form = 'text' | 'whole' | 'nothing' | 'switch'
export type Forms = Readonly<Record<string, Form>>

/** What messages a query is about. */
export const filterForms: Forms = { author: 'text', kind: 'text', collection: 'text', parent: 'nothing', since: 'whole', until: 'whole', standing: 'text' }
export const queryForms: Forms = { ...filterForms, limit: 'whole', order: 'text', after: 'text', offset: 'whole' }

/** The parameters as arguments of a call; those that are not given are left out. Codes: `invalid-argument` (an unknown one, or no whole number). */
export function argumentsOf (parameters: URLSearchParams, forms: Forms): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...parameters].map(([name, text]): [string, unknown] => {
    const form = Object.hasOwn(forms, name) ? forms[name] : undefined
    switch (form) {
      case 'text': return [name, text]
      case 'nothing': return [name, text === '' ? null : text]
      case 'whole': return [name, wholeOf(text, name)]
      case 'switch': return [name, switchOf(text, name)]
      case undefined: throw new HttpFailure(400, 'invalid-argument', `There is no parameter "${name.slice(0, 40)}" here.`)
    }
  }))
}

/** Codes: `invalid-argument`. */
export function queryOf (parameters: URLSearchParams, forms: Forms = queryForms): Query {
  return argumentsOf(parameters, forms)
}

/** Codes: `invalid-argument`. */
export function wholeOf (text: string, name: string): number {
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(Number(text))) throw new HttpFailure(400, 'invalid-argument', `${name} must be a whole number.`)
  return Number(text)
}

function switchOf (text: string, name: string): boolean {
  if (text !== 'true' && text !== 'false') throw new HttpFailure(400, 'invalid-argument', `${name} must be true or false.`)
  return text === 'true'
}

/** The `raw` of a message (`GET /api/messages/ID`), which is hex. Codes: `invalid-argument`. */
export function signedBytesOf ({ header, body, signature }: Readonly<Record<string, unknown>>): Uint8Array {
  const [headerBytes, bodyBytes, signatureBytes] = [header, body ?? '', signature].map(hex => typeof hex === 'string' ? fromHex(hex) : undefined)
  if (headerBytes == null || bodyBytes == null || signatureBytes == null) throw new HttpFailure(400, 'invalid-argument', 'header, body and signature of a signed message must be lower-case hex.')
  return encodeSignedBytes({ header: headerBytes, body: body == null ? undefined : bodyBytes, signature: signatureBytes })
}

/** A record's bytes come as base64; all else the hub checks. Codes: `invalid-argument`. */
export function draftOf (body: Readonly<Record<string, unknown>>): Draft {
  if (body.kind !== 'record' || body.value == null) return body as unknown as Draft
  return { ...body, value: bytesOf(body.value, 'The value of a record must be base64, or null.') } as unknown as Draft
}

/** A state of an app: its bytes come as base64. Codes: `invalid-argument`. */
export function stateOf (body: Readonly<Record<string, unknown>>): Parameters<HubApi['states']['offer']>[0] {
  return { ...body, bytes: bytesOf(body.bytes, 'The bytes of a state must be base64.') } as Parameters<HubApi['states']['offer']>[0]
}

function bytesOf (given: unknown, otherwise: string): Uint8Array {
  if (typeof given !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(given)) throw new HttpFailure(400, 'invalid-argument', otherwise)
  return new Uint8Array(Buffer.from(given, 'base64'))
}
