/** What the answers of the HTTP twin are, as JSON Schema: all that the types of the hub's API (hub/api.ts) name, bytes as base64. Parts of openapi.ts. */

const text = { type: 'string' } as const
export const hex32 = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const
export const whole = { type: 'integer', minimum: 0 } as const
const number = { type: 'number' } as const
const truth = { type: 'boolean' } as const
const base64 = { type: 'string', contentEncoding: 'base64' } as const
export const orNull = <Schema extends { readonly type: string }>(schema: Schema) => ({ ...schema, type: [schema.type, 'null'] as const })
export const listOf = <Schema extends object>(items: Schema) => ({ type: 'array', items }) as const
/** An object of these properties, all of which are there. */
export const all = <Properties extends object>(properties: Properties) => ({ type: 'object', required: Object.keys(properties), properties })
/** One that may have any. */
const some = { type: 'object' } as const

const messageProperties = {
  id: hex32, author: hex32, signer: hex32, seq: whole, timestamp: whole, kind: text,
  body: { type: ['object', 'null'], description: 'null once removed.' },
  state: { enum: ['here', 'sent', 'held', 'everywhere'] }, reach: all({ held: whole, of: whole }), storedAt: whole, from: orNull(text), event: whole
} as const
export const message = all(messageProperties)

export const messageDetail = all({
  ...messageProperties,
  standing: { enum: ['live', 'barred', 'removed'] }, held: orNull(whole), heldBy: listOf(all({ peerId: text, how: text })), trace: orNull(some),
  raw: all({ header: text, body: orNull(text), signature: text })
})

const reaction = all({ type: text, count: whole, own: truth })
export const reactions = listOf(reaction)
export const thread = all({ ancestors: listOf(message), message, answers: listOf(message), replies: listOf(all({ id: hex32, replies: whole })), reactions })
export const links = listOf(all({ id: hex32, author: hex32, target: hex32, type: text, timestamp: whole }))
export const profile = all({ author: hex32, fields: { type: 'object', additionalProperties: text } })
export const records = listOf(all({ id: hex32, author: hex32, collection: text, key: text, value: base64, timestamp: whole }))
export const count = all({ count: whole })
export const published = all({ id: hex32, seq: whole, author: hex32 })
export const submitted = (outcome: 'stored' | 'not-taken') => all({ id: hex32, outcome: { const: outcome } })

export const status = all({
  peerId: text, author: hex32, device: hex32, network: hex32, networkName: text, networkTrust: text, lifecycle: text, mode: text,
  serving: truth, messages: whole, root: orNull(hex32),
  minEpoch: orNull(whole), maxEpoch: orNull(whole), pending: whole, deferred: whole, bodiesWanted: whole, synced: orNull(truth),
  storage: some, leader: truth, tabs: whole,
  lastEvent: whole, engine: { const: 'node' }, channels: some, connections: some, sync: some, join: orNull(some),
  checkpoint: orNull(whole), relays: listOf(some), agent: text,
  reporting: whole, global: some, clock: orNull(some), revoked: truth, offered: orNull(whole), faults: orNull(some)
})

export const peer = all({
  peerId: text, path: text, transport: text, link: text, oneWay: truth, rttMs: orNull(number), bytesIn: whole, bytesOut: whole,
  messagesIn: whole, messagesOut: whole,
  duplicatesIn: whole, notesIn: whole, notesOut: whole, score: number, mode: orNull(text), messages: orNull(whole), serving: orNull(truth),
  minEpoch: orNull(whole),
  maxEpoch: orNull(whole), since: whole, lastError: orNull(text)
})

export const syncReport = all({
  id: whole, peer: text, initiated: truth, outcome: text, strategy: text, estimate: orNull(some), symbols: whole, rounds: whole,
  bytesSent: whole, bytesReceived: whole,
  messageBytes: whole, fetched: whole, sent: whole, spared: whole, differing: listOf(text), feeds: listOf(some),
  alternatives: listOf(some), ms: number, at: whole
})

export const attesters = all({
  height: whole, attesters: listOf(text), needed: orNull(whole), majority: whole, own: truth,
  changes: listOf(all({ number: whole, height: whole, kind: text, peerId: text, signed: whole }))
})

export const signedProposal = all({ text, signed: whole, needed: whole, height: whole, holds: truth })

const stateMessage = all({ id: hex32, author: hex32, signer: hex32, seq: whole, timestamp: whole, kind: text, body: { type: ['object', 'null'] } })
export const reducer = all({ name: { type: 'string', pattern: '^[a-z0-9][a-z0-9./-]{0,63}$' }, version: { type: 'integer', minimum: 1 } })
const stateProperties = {
  reducer, height: whole, checkpoint: hex32, hash: hex32, size: whole, own: truth, attesters: listOf(text), needed: orNull(whole), contradicted: truth
} as const
export const state = all(stateProperties)
export const restoredState = all({ ...stateProperties, bytes: base64 })
export const stateInput = all({ height: whole, checkpoint: hex32, certified: truth, messages: listOf(stateMessage), next: orNull(whole) })
export const laterMessages = all({ messages: listOf(all({ event: whole, message: stateMessage })), next: whole, done: truth })
export const offeredState = all({ reducer, checkpoint: hex32, bytes: base64 })

/** One server-sent event: what its data is, parsed, is `contentSchema`. The first one has no data: how long to wait after a break, in ms, and an id. */
export const serverEvent = {
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'string', pattern: '^[0-9]+$' },
    event: { const: 'message' },
    retry: { type: 'string', pattern: '^[0-9]+$' },
    data: { type: 'string', contentMediaType: 'application/json', contentSchema: message }
  }
} as const

export const error = all({ error: all({ code: text, sentence: text }) })
