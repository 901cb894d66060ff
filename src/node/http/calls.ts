/** Which call of the hub each path of the HTTP twin stands for, and what it is asked with. Who may ask was decided before (http-api.ts). */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HubApi, StateReducer } from '../../hub/api.ts'
import type { Submission } from '../../hub/submission.ts'
import { HttpFailure, readJson, stateBodyBytesMax } from './answers.ts'
import { streamMessages } from './event-stream.ts'
import { argumentsOf, draftOf, filterForms, queryOf, signedBytesOf, stateOf, wholeOf } from './parameters.ts'
import { openApi } from './openapi.ts'

type Reading = 'status' | 'peers' | 'query' | 'count' | 'message' | 'thread' | 'reactions' | 'links' | 'profile' | 'records'

export interface HttpHub {
  readonly api: Pick<HubApi, Reading | 'publish' | 'subscribe' | 'sync' | 'whenSynced' | 'attesters' | 'states'>
  /** Takes a message that somebody signed elsewhere. */
  readonly submit: (bytes: Uint8Array) => Promise<Submission>
}

export interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly parameters: URLSearchParams
  /** What follows `/api/messages/`. */
  readonly id: string
  readonly hub: HttpHub
  /** Codes: `token-missing`. `what` begins the sentence. */
  readonly needsToken: (what: string) => void
}

export interface Answer {
  readonly status: number
  readonly value: unknown
}

/** Answers itself where it resolves with nothing. */
type Call = (asked: Asked) => Promise<Answer | undefined>

/** By the path below `/api/`. HEAD is answered as GET. */
export const calls: Readonly<Record<string, { readonly GET?: Call, readonly POST?: Call }>> = {
  'openapi.json': { GET: async () => ok(openApi) },
  status: { GET: async ({ hub: { api } }) => ok(await api.status()) },
  peers: { GET: async ({ hub: { api } }) => ok(await api.peers()) },
  messages: { GET: async ({ parameters, hub: { api } }) => ok(await api.query(queryOf(parameters))), POST: publish },
  'messages/': { GET: async ({ id, hub: { api } }) => found(await api.message(id)) },
  count: { GET: async ({ parameters, hub: { api } }) => ok({ count: await api.count(queryOf(parameters, { ...filterForms, order: 'text', after: 'text' })) }) },
  thread: {
    async GET ({ parameters, hub: { api } }) {
      const { id, ...page } = argumentsOf(parameters, { id: 'text', limit: 'whole', after: 'text' })
      return found(await api.thread(id as string, page))
    }
  },
  reactions: { GET: async ({ parameters, hub: { api } }) => ok(await api.reactions(argumentsOf(parameters, { target: 'text' }).target as string)) },
  links: { GET: async ({ parameters, hub: { api } }) => ok(await api.links(argumentsOf(parameters, { author: 'text', target: 'text', type: 'text', limit: 'whole' }))) },
  profile: { GET: async ({ parameters, hub: { api } }) => ok(await api.profile(argumentsOf(parameters, { author: 'text' }).author as string | undefined)) },
  records: {
    async GET ({ parameters, hub: { api } }) {
      const query = argumentsOf(parameters, { collection: 'text', author: 'text', limit: 'whole', after: 'text' })
      return ok(await api.records(query as Parameters<HubApi['records']>[0])) // without a collection it refuses
    }
  },
  events: {
    async GET ({ request, response, parameters, hub: { api } }) {
      const { from, ...filter } = argumentsOf(parameters, { ...filterForms, from: 'whole' })
      const seen = request.headers['last-event-id']
      const fromEvent = seen === undefined ? from as number | undefined : wholeOf(String(seen), 'Last-Event-ID') + 1
      await streamMessages(api, response, filter, fromEvent)
      return undefined
    }
  },
  sync: {
    async POST ({ request, needsToken, hub: { api } }) {
      needsToken('Beginning a comparison')
      const { peerId } = await readJson(request)
      return ok(await api.sync(peerId as string | undefined))
    }
  },
  attesters: {
    GET: async ({ hub: { api } }) => ok(await api.attesters.show()),
    async POST ({ request, needsToken, hub: { api } }) {
      needsToken('Signing as an attester')
      const { text, kind, peerId } = await readJson(request)
      return ok(text === undefined
        ? await api.attesters.propose({ kind: kind as 'joins', peerId: peerId as string })
        : await api.attesters.sign(text as string))
    }
  },
  states: {
    GET: async ({ parameters, hub: { api } }) => ok(await api.states.show(argumentsOf(parameters, { name: 'text', version: 'whole' }) as unknown as StateReducer)),
    async POST ({ request, needsToken, hub: { api } }) {
      needsToken('Having a state attested')
      return ok(await api.states.offer(stateOf(await readJson(request, stateBodyBytesMax))))
    }
  },
  'states-input': {
    async POST ({ request, needsToken, hub: { api } }) {
      needsToken('Reading all that a state is made of')
      return ok(await api.states.input(await readJson(request)))
    }
  },
  'states-restore': {
    async POST ({ request, needsToken, hub: { api } }) {
      needsToken('Asking other hubs for a state')
      const { reducer, ...options } = await readJson(request)
      return found(await api.states.restore(reducer as StateReducer, options), 'No state of that reducer may be given: make it of all messages.')
    }
  },
  'states-later': {
    GET: async ({ parameters, hub: { api } }) => ok(await api.states.later(argumentsOf(parameters, { checkpoint: 'text', from: 'whole', limit: 'whole' })))
  },
  'when-synced': {
    async POST ({ request, needsToken, hub: { api } }) {
      needsToken('Beginning comparisons')
      const { timeoutMs } = await readJson(request)
      return ok(await api.whenSynced({ timeoutMs: timeoutMs as number }))
    }
  }
}

async function publish ({ request, parameters, needsToken, hub: { api, submit } }: Asked): Promise<Answer> {
  const options = argumentsOf(parameters, { traced: 'switch', key: 'text' })
  const body = await readJson(request)
  if (typeof body.header === 'string') {
    const submission = await submit(signedBytesOf(body))
    if (submission.type === 'rejected') throw new HttpFailure(422, submission.code, `The message was refused: ${submission.code}.`)
    return { status: submission.type === 'stored' ? 201 : 202, value: { id: submission.id, outcome: submission.type } }
  }
  needsToken('Writing as this hub')
  return { status: 201, value: await api.publish(draftOf(body), options) }
}

function ok (value: unknown): Answer {
  return { status: 200, value }
}

/** Codes: `not-found`. */
function found (value: unknown, otherwise = 'This hub has no message of that id.'): Answer {
  if (value == null) throw new HttpFailure(404, 'not-found', otherwise)
  return ok(value)
}
