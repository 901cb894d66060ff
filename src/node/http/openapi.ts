/**
 * The OpenAPI document of the HTTP twin, served at /api/openapi.json: what http-api.ts answers, for programs. Tests read requests out of it, so that it
 * cannot say what is not so.
 */

const hex32 = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const
const text = { type: 'string' } as const
const whole = { type: 'integer', minimum: 0 } as const
const orNull = <Schema extends { readonly type: string }>(schema: Schema) => ({ ...schema, type: [schema.type, 'null'] as const })

const message = {
  type: 'object',
  required: ['id', 'author', 'signer', 'seq', 'timestamp', 'kind', 'body', 'state', 'reach', 'storedAt', 'from', 'event'],
  properties: {
    id: hex32, author: hex32, signer: hex32, seq: whole, timestamp: whole, kind: text,
    body: { type: ['object', 'null'], description: 'null once removed. Bytes are base64.' },
    state: text, reach: { type: 'object', required: ['held', 'of'], properties: { held: whole, of: whole } }, storedAt: whole, from: orNull(text), event: whole
  }
} as const

const status = {
  type: 'object',
  required: ['peerId', 'author', 'network', 'lifecycle', 'mode', 'messages', 'root', 'synced', 'pending', 'deferred', 'bodiesWanted', 'engine'],
  properties: {
    peerId: text, author: hex32, network: hex32, lifecycle: text, mode: text, messages: whole, root: orNull(hex32), synced: { type: ['boolean', 'null'] },
    pending: whole, deferred: whole, bodiesWanted: whole, engine: { const: 'node' }
  }
} as const

const peer = {
  type: 'object',
  required: ['peerId', 'path', 'transport', 'link', 'rttMs', 'bytesIn', 'bytesOut', 'score', 'since', 'lastError'],
  properties: { peerId: text, path: text, transport: text, link: text, rttMs: orNull({ type: 'number' }), bytesIn: whole, bytesOut: whole, score: { type: 'number' }, since: whole, lastError: orNull(text) }
} as const

const error = {
  type: 'object',
  required: ['error'],
  properties: { error: { type: 'object', required: ['code', 'sentence'], properties: { code: text, sentence: text } } }
} as const

const json = (schema: object) => ({ 'application/json': { schema } })
const answer = (description: string, schema: object) => ({ description, content: json(schema) })
const failure = (description: string) => answer(description, error)
const inQuery = (name: string, schema: object, description: string) => ({ name, in: 'query', required: false, schema, description })

const filters = [
  inQuery('author', hex32, 'Of this author.'),
  inQuery('kind', text, 'Of this kind: post, reaction, link, profile, record, remove, signer-add, signer-remove.'),
  inQuery('collection', text, 'Records of this collection.'),
  inQuery('parent', text, 'Posts that answer this one; empty: posts that answer none.'),
  inQuery('since', whole, 'Not older than this, in milliseconds since 1970.'),
  inQuery('until', whole, 'Not newer than this.'),
  inQuery('standing', { enum: ['live', 'barred', 'removed'] }, 'By default live and removed ones.')
]
const refusals = {
  400: failure('An argument is wrong.'),
  401: failure('The token is missing.'),
  403: failure('The Host or the Origin is a stranger\'s.'),
  429: failure('Too many requests.'),
  503: failure('There is no hub in this process, or it cannot store at the moment.')
}

export const openApi = {
  openapi: '3.1.0',
  info: { title: 'Hubbub', version: '1', description: 'One hub over HTTP. Ids, keys and hashes are lower-case hex; times are milliseconds since 1970; bytes are base64.' },
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'The text in the file api-token of the hub\'s data folder.' } } },
  paths: {
    '/api/openapi.json': { get: { summary: 'This document.', responses: { 200: { description: 'OpenAPI 3.1.', content: json({ type: 'object', required: ['openapi', 'paths'] }) } } } },
    '/api/status': { get: { summary: 'How the hub is.', responses: { 200: answer('Its status.', status), ...refusals } } },
    '/api/peers': { get: { summary: 'Hubs that are linked.', responses: { 200: answer('One entry a link.', { type: 'array', items: peer }), ...refusals } } },
    '/api/messages': {
      get: {
        summary: 'Messages by time, the newest first.',
        parameters: [
          ...filters, inQuery('limit', { type: 'integer', minimum: 1 }, 'At most so many.'), inQuery('order', { enum: ['ascending', 'descending'] }, 'By time.'),
          inQuery('after', hex32, 'The last id of the page before.')
        ],
        responses: { 200: answer('Messages.', { type: 'array', items: message }), ...refusals }
      },
      post: {
        summary: 'Publishes a draft as this hub, which needs the token, or hands over a message that was signed elsewhere.',
        security: [{ token: [] }, {}],
        requestBody: {
          required: true,
          content: json({
            oneOf: [
              { title: 'draft', type: 'object', required: ['kind'], properties: { kind: { enum: ['post', 'reaction', 'link', 'profile', 'record', 'remove'] } } },
              { title: 'signed message', type: 'object', required: ['header', 'signature'], properties: { header: text, body: orNull(text), signature: text }, description: 'Hex, as `raw` of a message.' }
            ]
          })
        },
        responses: {
          201: answer('Stored: a draft as {id, seq, author}, a signed message as {id, outcome: "stored"}.', { type: 'object', required: ['id'], properties: { id: hex32, outcome: text } }),
          202: answer('Signed, and not taken: its device is not introduced yet, or it is dated ahead.', { type: 'object', required: ['id', 'outcome'], properties: { id: hex32, outcome: { const: 'not-taken' } } }),
          413: failure('The body is too long.'),
          415: failure('The body is not JSON.'),
          422: failure('The message was refused.'),
          ...refusals
        }
      }
    },
    '/api/messages/{id}': {
      get: {
        summary: 'One message, with standing and raw bytes.',
        parameters: [{ name: 'id', in: 'path', required: true, schema: hex32, description: 'Of the message.' }],
        responses: { 200: answer('The message.', { ...message, required: [...message.required, 'standing', 'raw'] }), 404: failure('It is not here.'), ...refusals }
      }
    },
    '/api/events': {
      get: {
        summary: 'Messages as they are stored: server-sent events, each once, whose ids are event numbers. A reader resumes with Last-Event-ID.',
        parameters: [...filters, inQuery('from', whole, 'From this event on; by default what comes from now on.')],
        responses: { 200: { description: 'Events of the type "message".', content: { 'text/event-stream': {} } }, ...refusals }
      }
    },
    '/api/sync': {
      post: {
        summary: 'Compares with another hub now, and answers how that went.',
        security: [{ token: [] }],
        requestBody: { required: true, content: json({ type: 'object', properties: { peerId: text } }) },
        responses: { 200: answer('The report.', { type: 'object', required: ['peer', 'outcome', 'bytesSent', 'bytesReceived'] }), 409: failure('There is no such link.'), ...refusals }
      }
    }
  }
} as const
