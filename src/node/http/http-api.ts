/**
 * The HTTP twin of the hub's API (CONTRACT "HTTP twin"; openapi.ts says the same for programs). It turns requests into calls and results into JSON; what the
 * calls mean is the hub's business (hub/hub-api.ts). Host was checked before it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { fromHex } from '../../base/bytes.ts'
import type { Draft, HubApi, Query } from '../../hub/api.ts'
import type { Submission } from '../../hub/submission.ts'
import { encodeSignedBytes } from '../../message/codec.ts'
import type { AcceptedHost, HostRules } from '../host-rules.ts'
import type { Access } from './access.ts'
import { answerFailure, answerJson, HttpFailure, readJson } from './answers.ts'
import { streamMessages } from './event-stream.ts'
import { openApi } from './openapi.ts'

export interface HttpHub {
  readonly api: Pick<HubApi, 'status' | 'peers' | 'query' | 'message' | 'publish' | 'subscribe' | 'sync'>
  /** Takes a message that somebody signed elsewhere. */
  readonly submit: (bytes: Uint8Array) => Promise<Submission>
}

export interface HttpApiConfig {
  readonly rules: HostRules
  readonly access: Access
  /** undefined: there is no hub in this process. */
  readonly hub: () => HttpHub | undefined
  readonly log: Logger
}

/** Where this begins. */
export const apiPath = '/api/'

interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly parameters: URLSearchParams
  /** What follows `/api/messages/`. */
  readonly id: string
  readonly hub: HttpHub
}

interface Route {
  readonly method: 'GET' | 'POST'
  /** Answers itself where it returns nothing. */
  readonly answer: (asked: Asked) => Promise<{ readonly status: number, readonly value: unknown } | undefined>
}

const texts = ['author', 'kind', 'collection', 'after', 'order', 'standing'] as const
const numbers = ['since', 'until', 'limit'] as const
const filterNames: readonly string[] = [...texts, ...numbers, 'parent']

export type HttpApi = (request: IncomingMessage, response: ServerResponse, host: AcceptedHost) => Promise<void>

/** Answers every request below `apiPath`, also when answering fails. */
export function createHttpApi ({ rules, access, hub, log }: HttpApiConfig): HttpApi {
  async function publish ({ request, hub: { api, submit } }: Asked): ReturnType<Route['answer']> {
    const body = await readJson(request)
    if (typeof body.header === 'string') {
      const submission = await submit(signedBytesOf(body))
      if (submission.type === 'rejected') throw new HttpFailure(422, submission.code, `The message was refused: ${submission.code}.`)
      return { status: submission.type === 'stored' ? 201 : 202, value: { id: submission.id, outcome: submission.type } }
    }
    if (!access.mayWrite(request)) throw tokenMissing('Writing as this hub')
    return { status: 201, value: await api.publish(draftOf(body)) }
  }

  const routes: Readonly<Record<string, Route | undefined>> = {
    'openapi.json': { method: 'GET', answer: async () => ({ status: 200, value: openApi }) },
    status: { method: 'GET', answer: async asked => ({ status: 200, value: await asked.hub.api.status() }) },
    peers: { method: 'GET', answer: async asked => ({ status: 200, value: await asked.hub.api.peers() }) },
    messages: { method: 'GET', answer: async asked => ({ status: 200, value: await asked.hub.api.query(queryOf(asked.parameters, filterNames)) }) },
    'messages/': {
      method: 'GET',
      async answer ({ id, hub: { api } }) {
        const value = await api.message(id)
        if (value == null) throw new HttpFailure(404, 'not-found', 'This hub has no message of that id.')
        return { status: 200, value }
      }
    },
    events: {
      method: 'GET',
      async answer ({ request, response, parameters, hub: { api } }) {
        const seen = request.headers['last-event-id']
        const fromEvent = seen === undefined ? numberOf(parameters.get('from'), 'from') : (numberOf(seen as string, 'Last-Event-ID') ?? 0) + 1
        await streamMessages(api, response, queryOf(parameters, [...filterNames.filter(name => !['limit', 'order', 'after'].includes(name)), 'from']), fromEvent)
        return undefined
      }
    },
    'POST messages': { method: 'POST', answer: publish },
    'POST sync': {
      method: 'POST',
      async answer ({ request, hub: { api } }) {
        if (!access.mayWrite(request)) throw tokenMissing('Beginning a comparison')
        const { peerId } = await readJson(request)
        return { status: 200, value: await api.sync(peerId as string | undefined) }
      }
    }
  }

  async function answer (request: IncomingMessage, response: ServerResponse, host: AcceptedHost): Promise<void> {
    const { origin } = request.headers
    if (origin != null && !rules.originAllowed(origin, host)) throw new HttpFailure(403, 'origin-refused', 'Pages of that origin may not use this hub; it can be allowed with --allow-origin.')
    response.setHeader('Vary', 'Origin')
    if (origin != null) {
      response.setHeader('Access-Control-Allow-Origin', origin)
      if (request.method === 'OPTIONS') {
        response.writeHead(204, { 'Access-Control-Allow-Methods': 'GET, POST', 'Access-Control-Allow-Headers': 'Authorization, Content-Type, Last-Event-ID', 'Access-Control-Max-Age': '600' })
        response.end()
        return
      }
    }
    if (!access.admits(request)) throw new HttpFailure(429, 'too-many', 'Too many requests come from your address: wait a second.')
    const { route, id, parameters } = routeOf(request, response)
    if (!access.mayRead(request)) throw tokenMissing('Reading from elsewhere')
    const there = hub()
    if (there == null) throw new HttpFailure(503, 'no-hub', 'There is no hub in this process, or it is still starting: it was started with --no-hub, or ask again.')
    const answered = await route.answer({ request, response, parameters, id, hub: there })
    if (answered != null) answerJson(response, answered.status, answered.value)
  }

  function routeOf (request: IncomingMessage, response: ServerResponse): { readonly route: Route, readonly id: string, readonly parameters: URLSearchParams } {
    const [path = '', search] = (request.url ?? '').split('?', 2)
    const [, name = '', id = ''] = /^\/api\/(messages\/(?=.)|[^/]*$)(.*)$/.exec(path) ?? []
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const key = method === 'POST' ? `POST ${name}` : name
    const route = Object.hasOwn(routes, key) ? routes[key] : undefined
    if (route != null && route.method === method) return { route, id, parameters: new URLSearchParams(search) }
    const others = [...Object.hasOwn(routes, name) ? ['GET', 'HEAD'] : [], ...Object.hasOwn(routes, `POST ${name}`) ? ['POST'] : []]
    if (others.length === 0) throw new HttpFailure(404, 'not-found', 'There is nothing here: /api/openapi.json says what there is.')
    response.setHeader('Allow', others.join(', '))
    throw new HttpFailure(405, 'method-refused', `Only ${others.join(', ')} ${others.length === 1 ? 'is' : 'are'} answered here.`)
  }

  return async (request, response, host) => {
    try {
      await answer(request, response, host)
    } catch (thrown) {
      if (!answerFailure(response, thrown)) log.error({ err: thrown, path: request.url }, 'a request of the API failed')
    }
  }
}

function tokenMissing (what: string): HttpFailure {
  return new HttpFailure(401, 'token-missing', `${what} needs the header "Authorization: Bearer TOKEN", with the token in the file api-token of the data folder.`)
}

function queryOf (parameters: URLSearchParams, known: readonly string[]): Query {
  for (const name of parameters.keys()) if (!known.includes(name)) throw new HttpFailure(400, 'invalid-argument', `There is no filter "${name.slice(0, 40)}" here.`)
  const given: Record<string, unknown> = {}
  for (const name of texts) if (parameters.has(name)) given[name] = parameters.get(name)
  for (const name of numbers) if (parameters.has(name)) given[name] = numberOf(parameters.get(name), name)
  // An empty one: posts that answer none.
  if (parameters.has('parent')) given.parent = parameters.get('parent') === '' ? null : parameters.get('parent')
  return given // checked by the hub, as scripts call that too
}

function numberOf (text: string | null, name: string): number | undefined {
  if (text == null) return undefined
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(Number(text))) throw new HttpFailure(400, 'invalid-argument', `${name} must be a whole number.`)
  return Number(text)
}

/** The `raw` of a message (`GET /api/messages/ID`), which is hex. */
function signedBytesOf ({ header, body, signature }: Readonly<Record<string, unknown>>): Uint8Array {
  const [headerBytes, bodyBytes, signatureBytes] = [header, body ?? '', signature].map(hex => typeof hex === 'string' ? fromHex(hex) : undefined)
  if (headerBytes == null || bodyBytes == null || signatureBytes == null) throw new HttpFailure(400, 'invalid-argument', 'header, body and signature of a signed message must be lower-case hex.')
  return encodeSignedBytes({ header: headerBytes, body: body == null ? undefined : bodyBytes, signature: signatureBytes })
}

/** A record's bytes come as base64; all else the hub checks. */
function draftOf (body: Readonly<Record<string, unknown>>): Draft {
  if (body.kind !== 'record' || body.value == null) return body as unknown as Draft
  if (typeof body.value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(body.value)) throw new HttpFailure(400, 'invalid-argument', 'The value of a record must be base64, or null.')
  return { ...body, value: new Uint8Array(Buffer.from(body.value, 'base64')) } as unknown as Draft
}
