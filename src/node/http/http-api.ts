/**
 * The HTTP twin of the hub's API (CONTRACT "HTTP twin"; openapi.ts says the same for programs): who may ask, and for what. The calls themselves are in
 * calls.ts; what they mean is the hub's business (hub/hub-api.ts).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { strangersHost, type AcceptedHost, type HostRules } from '../host-rules.ts'
import type { Access } from './access.ts'
import { answerFailure, answerJson, HttpFailure } from './answers.ts'
import { calls, type Asked, type HttpHub } from './calls.ts'

export interface HttpApiConfig {
  readonly rules: HostRules
  readonly access: Access
  /** undefined: there is no hub in this process. */
  readonly hub: () => HttpHub | undefined
  readonly log: Logger
}

/** Where this begins. */
export const apiPath = '/api/'

/** `host`: undefined where the request was for a name that is not this server's. */
export type HttpApi = (request: IncomingMessage, response: ServerResponse, host: AcceptedHost | undefined) => Promise<void>

/** Answers every request below `apiPath`, also when answering fails. */
export function createHttpApi ({ rules, access, hub, log }: HttpApiConfig): HttpApi {
  async function answer (request: IncomingMessage, response: ServerResponse, host: AcceptedHost | undefined): Promise<void> {
    if (host == null) throw new HttpFailure(403, 'host-refused', strangersHost)
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
    const { call, ...asked } = callOf(request, response)
    if (!access.mayRead(request)) throw tokenMissing('Reading from elsewhere')
    const there = hub()
    if (there == null) throw new HttpFailure(503, 'no-hub', 'There is no hub in this process, or it is still starting: it was started with --no-hub, or ask again.')
    const needsToken = (what: string): void => { if (!access.mayWrite(request)) throw tokenMissing(what) }
    const answered = await call({ ...asked, request, response, hub: there, needsToken })
    if (answered != null) answerJson(response, answered.status, answered.value)
  }

  return async (request, response, host) => {
    try {
      await answer(request, response, host)
    } catch (thrown) {
      if (!answerFailure(response, thrown)) log.error({ err: thrown, path: request.url }, 'a request of the API failed')
    }
  }
}

type Call = NonNullable<(typeof calls)[string]['GET']>

function callOf (request: IncomingMessage, response: ServerResponse): { readonly call: Call } & Pick<Asked, 'id' | 'parameters'> {
  const [path = '', search] = (request.url ?? '').split('?', 2)
  const [, name = '', id = ''] = /^\/api\/(messages\/(?=.)|[^/]*$)(.*)$/.exec(path) ?? []
  const there = Object.hasOwn(calls, name) ? calls[name] : undefined
  if (there == null) throw new HttpFailure(404, 'not-found', 'There is nothing here: /api/openapi.json says what there is.')
  const call = request.method === 'POST' ? there.POST : request.method === 'GET' || request.method === 'HEAD' ? there.GET : undefined
  if (call != null) return { call, id, parameters: new URLSearchParams(search) }
  const allowed = [...there.GET == null ? [] : ['GET', 'HEAD'], ...there.POST == null ? [] : ['POST']]
  response.setHeader('Allow', allowed.join(', '))
  throw new HttpFailure(405, 'method-refused', `Only ${allowed.join(', ')} ${allowed.length === 1 ? 'is' : 'are'} answered here.`)
}

function tokenMissing (what: string): HttpFailure {
  return new HttpFailure(401, 'token-missing', `${what} needs the header "Authorization: Bearer TOKEN", with the token in the file api-token of the data folder.`)
}
