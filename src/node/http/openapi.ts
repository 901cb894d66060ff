/**
 * The OpenAPI document of the HTTP twin, served at /api/openapi.json: what http-api.ts answers, for programs. Tests read requests and answers out of it, so
 * that it cannot say what is not so, nor leave out what is.
 */
import { bodyBytesMax, stateBodyBytesMax } from './answers.ts'
import {
  all, attesters, count, error, hex32, laterMessages, links, listOf, message, messageDetail, offeredState, orNull, peer, profile, published, reactions, records,
  reducer, restoredState, serverEvent, signedProposal, state, stateInput, status, submitted, syncReport, thread, whole
} from './schemas.ts'

const text = { type: 'string' } as const
const json = (schema: object) => ({ 'application/json': { schema } })
const answer = (description: string, schema: object) => ({ description, content: json(schema) })
const failure = (description: string) => answer(description, error)
const inQuery = (name: string, schema: object, description: string, required = false) => ({ name, in: 'query', required, schema, description })
const body = (schema: object) => ({ required: true, content: json(schema) })

const limitOf = (byDefault: number) => inQuery('limit', { type: 'integer', minimum: 1, maximum: 1_000 }, `At most so many; ${byDefault} by default.`)
const limit = limitOf(100)
const after = inQuery('after', hex32, 'The last id of the page before.')
const order = inQuery('order', { enum: ['ascending', 'descending'] }, 'By time; descending by default.')
const author = inQuery('author', hex32, 'Of this author.')
const filters = [
  author,
  inQuery('kind', text, 'Of this kind: post, reaction, link, profile, record, remove, signer-add, signer-remove.'),
  inQuery('collection', text, 'Records of this collection.'),
  inQuery('parent', text, 'Posts that answer this one; empty: posts that answer none.'),
  inQuery('since', whole, 'Not older than this, in milliseconds since 1970.'),
  inQuery('until', whole, 'Not newer than this.')
]
const standing = (otherwise: string) => inQuery('standing', { enum: ['live', 'barred', 'removed'] }, `By default ${otherwise}.`)
const query = [...filters, standing('live and removed ones')]

/** Whoever asks for anything may be answered so. */
const refusals = {
  401: failure('The token is missing, or another one.'),
  403: failure('The Host or the Origin is a stranger\'s.'),
  429: failure('Too many requests come from this address.'),
  503: failure('There is no hub in this process, or its storage fails at the moment.')
}
const failures = { ...refusals, 500: failure('It went wrong here, and the log of the hub says more.') }
const wrong = { 400: failure('An argument is wrong.') }
const disk = { 507: failure('The disk is full.') }
const missing = { 404: failure('The message is not here.') }
const tooLong = (bytesMax: number) => failure(`The body is longer than ${bytesMax} bytes.`)
const bodies = { ...wrong, 413: tooLong(bodyBytesMax), 415: failure('The body is not said to be JSON.') }

export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'Hubbub', version: '1',
    description: 'One hub over HTTP. Ids, keys and hashes are lower-case hex; times are milliseconds since 1970; bytes are base64. Off loopback every call needs the token. HEAD is answered as GET is, without a body; methods that are not named here with 405.'
  },
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'The text in the file api-token of the hub\'s data folder.' } } },
  paths: {
    '/api/openapi.json': { get: { summary: 'This document.', responses: { 200: answer('OpenAPI 3.1.', { type: 'object', required: ['openapi', 'paths'] }), ...refusals } } },
    '/api/status': { get: { summary: 'How the hub is.', responses: { 200: answer('Its status.', status), ...failures } } },
    '/api/peers': { get: { summary: 'Hubs that are linked.', responses: { 200: answer('One entry a link.', listOf(peer)), ...failures } } },
    '/api/messages': {
      get: {
        summary: 'Messages by time, the newest first.',
        parameters: [...query, limit, order, after, inQuery('offset', whole, 'So many are passed over, after `after`.')],
        responses: { 200: answer('Messages.', listOf(message)), ...wrong, ...failures }
      },
      post: {
        summary: 'Publishes a draft as this hub, which needs the token, or hands over a message that was signed elsewhere.',
        security: [{ token: [] }, {}],
        parameters: [
          inQuery('traced', { type: 'boolean' }, 'Of a draft: all hubs that take it in are asked to report that.'),
          inQuery('key', { type: 'string', pattern: '^[0-9a-f]{12}-[0-9a-f]{16}$' }, 'Of a draft: the time in ms, twelve digits of hex, a dash, sixteen random ones. Asked again with it, the answer is the message that the first call made.')
        ],
        requestBody: body({
          oneOf: [
            { title: 'draft', type: 'object', required: ['kind'], properties: { kind: { enum: ['post', 'reaction', 'link', 'profile', 'record', 'remove'] } }, description: 'The value of a record is base64, or null.' },
            { title: 'signed message', type: 'object', required: ['header', 'signature'], properties: { header: text, body: orNull(text), signature: text }, description: 'Hex, as `raw` of a message.' }
          ]
        }),
        responses: {
          201: answer('Stored: a draft, or a message that was signed elsewhere.', { anyOf: [published, submitted('stored')] }),
          202: answer('Signed, and not taken: its device is not introduced yet, it is dated ahead or older than what is kept, or its feed has no room.', submitted('not-taken')),
          409: failure('This hub cannot write as it is: its device was revoked, its clock is behind, or the key is too old to know what came of it.'),
          422: failure('The message was refused.'),
          ...disk, ...bodies, ...failures
        }
      }
    },
    '/api/messages/{id}': {
      get: {
        summary: 'One message, with standing, who holds it, its way here, and its raw bytes.',
        parameters: [{ name: 'id', in: 'path', required: true, schema: hex32, description: 'Of the message.' }],
        responses: { 200: answer('The message.', messageDetail), ...wrong, ...missing, ...failures }
      }
    },
    '/api/count': {
      get: { summary: 'How many messages a query is about.', parameters: [...query, order, after], responses: { 200: answer('The count.', count), ...wrong, ...failures } }
    },
    '/api/thread': {
      get: {
        summary: 'A post in its thread.',
        parameters: [inQuery('id', hex32, 'Of the post.', true), limit, after],
        responses: { 200: answer('What it answers, its answers, and reactions.', thread), ...wrong, ...missing, ...failures }
      }
    },
    '/api/reactions': {
      get: {
        summary: 'Reactions that are set on a message.',
        parameters: [inQuery('target', hex32, 'The message.', true)],
        responses: { 200: answer('One entry a type.', reactions), ...wrong, ...failures }
      }
    },
    '/api/links': {
      get: {
        summary: 'Links that are set, the newest first: of an author, to one, or both.',
        parameters: [author, inQuery('target', hex32, 'To this author.'), inQuery('type', text, 'Of this type.'), limit],
        responses: { 200: answer('Links.', links), ...wrong, ...failures }
      }
    },
    '/api/profile': {
      get: { summary: 'The fields of a profile as last written; by default this hub\'s author\'s.', parameters: [author], responses: { 200: answer('The profile.', profile), ...wrong, ...failures } }
    },
    '/api/records': {
      get: {
        summary: 'Records of a collection as last written, the newest first; deleted ones are left out.',
        parameters: [inQuery('collection', text, 'Which one.', true), author, limit, after],
        responses: { 200: answer('Records.', records), ...wrong, ...failures }
      }
    },
    '/api/events': {
      get: {
        summary: 'Messages as they are stored: server-sent events, each once, whose ids are event numbers. A reader resumes with Last-Event-ID, or with from.',
        parameters: [
          ...filters, standing('all'), inQuery('from', whole, 'From this event on; by default what comes from now on.'),
          { name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string', pattern: '^[0-9]+$' }, description: 'From the event after this one on.' }
        ],
        responses: {
          200: { description: 'An id alone, after which the reader goes on, then events of the type "message". Each item here is one event.', content: { 'text/event-stream': { schema: listOf(serverEvent) } } },
          ...wrong, ...failures
        }
      }
    },
    '/api/sync': {
      post: {
        summary: 'Compares with another hub now, and answers how that went.',
        security: [{ token: [] }],
        requestBody: body({ type: 'object', properties: { peerId: { ...text, description: 'By default one by chance.' } } }),
        responses: { 200: answer('The report.', syncReport), 409: failure('There is no such link.'), ...bodies, ...failures }
      }
    },
    '/api/attesters': {
      get: {
        summary: 'Who certifies snapshots in this network, and how that changed since its genesis.',
        responses: { 200: answer('Peer ids, and the changes.', attesters), ...failures }
      },
      post: {
        summary: 'Proposes that a hub joins the attesters or leaves them (kind and peerId), or signs what another attester proposed (text), if this hub is one.',
        security: [{ token: [] }],
        requestBody: body({ type: 'object', properties: { text, kind: { enum: ['joins', 'leaves'] }, peerId: text } }),
        responses: { 200: answer('What others sign, or that it holds.', signedProposal), ...bodies, ...failures }
      }
    },
    '/api/states': {
      get: {
        summary: 'What is known of a reducer\'s states, the newest first.',
        parameters: [inQuery('name', text, 'Of the reducer.', true), inQuery('version', { type: 'integer', minimum: 1 }, 'Its version.', true)],
        responses: { 200: answer('The states.', listOf(state)), ...wrong, ...failures }
      },
      post: {
        summary: 'Keeps what was made of the input that was read last, and attests it if this hub is an attester.',
        security: [{ token: [] }],
        requestBody: body(offeredState),
        responses: {
          200: answer('The state.', state), 409: failure('That input is not open any more: read it anew.'), ...disk,
          ...bodies, 413: tooLong(stateBodyBytesMax), ...failures
        }
      }
    },
    '/api/states-input': {
      post: {
        summary: 'Messages of the newest checkpoint in their order: what a state is made of. checkpoint and from give the next page.',
        security: [{ token: [] }],
        requestBody: body({ type: 'object', properties: { checkpoint: hex32, from: whole, limit: { type: 'integer', minimum: 1, maximum: 1_000, default: 500 } } }),
        responses: { 200: answer('A page.', stateInput), 409: failure('This hub lacks some of it, or has gone on: begin anew.'), ...bodies, ...failures }
      }
    },
    '/api/states-restore': {
      post: {
        summary: 'The newest state that a program of this hub made, or that enough attesters signed; other hubs are asked for it.',
        security: [{ token: [] }],
        requestBody: body({ type: 'object', required: ['reducer'], properties: { reducer, atLeast: { type: 'integer', minimum: 1, maximum: 64 } } }),
        responses: { 200: answer('The state.', restoredState), 404: failure('There is none: make it of all messages.'), ...disk, ...bodies, ...failures }
      }
    },
    '/api/states-later': {
      get: {
        summary: 'Messages that are not of a checkpoint whose state was restored or offered here, by event, each once; without a checkpoint all.',
        parameters: [inQuery('checkpoint', hex32, 'As the state names it.'), inQuery('from', { type: 'integer', minimum: 1 }, 'From this event on; 1 by default.'), limitOf(500)],
        responses: { 200: answer('Messages, and from which event on to ask next.', laterMessages), 409: failure('Nothing is known here of that checkpoint.'), ...wrong, ...failures }
      }
    },
    '/api/when-synced': {
      post: {
        summary: 'Answers once two neighbours (or all, where there are fewer) were found equal within the last minute.',
        security: [{ token: [] }],
        requestBody: body(all({ timeoutMs: { type: 'integer', minimum: 1 } })),
        responses: { 200: answer('The newest report.', syncReport), 504: failure('That did not happen in the time given.'), ...bodies, ...failures }
      }
    }
  }
} as const
