/** Fuzz targets of what comes as text: documents of relays, genesis files, addresses of pages and of hubs, filters of queries. */
import { decodeSignedBytes } from '../message/codec.ts'
import vectors from '../message/fixtures/vectors.json' with { type: 'json' }
import { decodeGenesis, encodeGenesis, genesisFromJson, genesisToJson } from '../message/genesis.ts'
import { validateMessage } from '../message/validate.ts'
import { createCatalog } from '../hub/messages/catalog.ts'
import { findMembers, limitMax, type Searched } from '../hub/messages/query.ts'
import { createReferenceHash, referenceKeyBytes } from '../hub/messages/references.ts'
import { createReplicatedSet, type ReplicatedSet } from '../message/replicated-set.ts'
import type { Query } from '../hub/api.ts'
import { parseAddress } from '../network/address.ts'
import { parseNetworkDocument } from '../network/network-document.ts'
import { readPageOptions } from '../worker/page-options.ts'
import { jsonTarget, orThrows, same, textTarget, type FuzzTarget } from './fuzz-target.ts'
import { envelopes, vectorNetwork } from './fuzz-message-targets.ts'

const id = '0c969e678924afc069486c7eda0934b7691bd7b8e8548d789adea2a05d7af077'
const peer = '12D3KooWA4dJYkHJf61HvfoQJaHiyoqjJxUJGyMhpZDAvpdQkvTd'
const addresses = [`/ip4/127.0.0.1/tcp/8080/ws/p2p/${peer}`, `/dns4/example.org/tcp/443/tls/ws/p2p/${peer}/p2p-circuit/webrtc/p2p/${peer}`, '/ip6/::1/tcp/1/ws']

const queries: readonly Query[] = [
  {},
  { author: id, kind: 'post', since: 0, until: 2 ** 48, limit: 100, order: 'ascending' },
  { kind: 'record', collection: 'notes', limit: limitMax },
  { parent: id, order: 'descending', limit: 1 }
]

export const textTargets: readonly FuzzTarget[] = [
  jsonTarget({
    name: 'network document',
    samples: vectors.genesis.map(({ json, network }) => ({ genesis: json, network, relays: addresses, iceServers: [{ urls: 'stun:stun.example.org:3478' }] })),
    judge: value => orThrows(['genesis-invalid', 'invalid-argument'], () => {
      const { served, relays } = parseNetworkDocument(value)
      same('[M51] The genesis of a network document', genesisFromJson(genesisToJson(served.genesis)), served.genesis)
      if (relays.some(relay => typeof relay !== 'string')) throw new Error('A relay is not a text.')
    })
  }),
  jsonTarget({
    name: 'genesis file',
    samples: [...vectors.genesis.map(({ json }) => json), { name: 'open', genesisTime: 0 }],
    judge: value => orThrows(['genesis-invalid'], () => {
      const genesis = genesisFromJson(value)
      same('[M53] The genesis', genesisFromJson(genesisToJson(genesis)), genesis)
      same('[M50] The genesis', decodeGenesis(encodeGenesis(genesis)), { ok: true, value: genesis })
    })
  }),
  textTarget({
    name: 'page options',
    samples: ['', '?hub=demo', `?hub=a.b-c_1&network=${id}`, `?relay=${encodeURIComponent(addresses[0] ?? '')}&channels=proxied`],
    judge: text => orThrows(['invalid-argument', 'address-invalid'], () => {
      const options = readPageOptions(text)
      const { hub, relay, network, forceProxy } = options
      const given = { hub, ...relay == null ? {} : { relay }, ...network == null ? {} : { network }, ...forceProxy ? { channels: 'proxied' } : {} }
      same('The options of a page', readPageOptions(`?${new URLSearchParams(given).toString()}`), options)
    })
  }),
  textTarget({
    name: 'address',
    samples: addresses,
    judge: text => orThrows(['address-invalid'], () => {
      const address = parseAddress(text)
      same('The parts of an address', parseAddress(address.toString()).getComponents().map(({ name }) => name), address.getComponents().map(({ name }) => name))
    })
  }),
  jsonTarget({
    name: 'query',
    samples: queries,
    judge: value => typeof value !== 'object' || value == null ? 'not-an-object' : orThrows(['invalid-argument'], () => {
      const query: Query = value // of any shape: that is what is tried
      const { kind } = query
      const limit = query.limit ?? limitMax // null is as if it were left out
      const found = findMembers(query, searched)
      if (found.length > limit) throw new Error('A query gave more than its limit.')
      if (kind != null && found.some(member => searched.set.kindOf(member) !== kind)) throw new Error('A query gave another kind.')
    })
  })
]

/** The messages of the vectors, to be asked for. */
const searched = searchedVectors()

function searchedVectors (): Searched & { readonly set: ReplicatedSet } {
  const set = createReplicatedSet(vectorNetwork)
  const catalog = createCatalog(set)
  const hash = createReferenceHash(new Uint8Array(referenceKeyBytes))
  for (const [at, bytes] of envelopes.entries()) {
    const envelope = decodeSignedBytes(bytes)
    const judged = envelope.ok ? validateMessage(envelope.value, vectorNetwork) : envelope
    if (!judged.ok) continue
    for (const change of set.offer(judged.value, judged.value.header.timestamp, { stored: true }).changes) {
      if (change.type === 'displaced') catalog.remove(change.member)
      if (change.type !== 'admitted') continue
      const { header, body } = change.message
      catalog.add(change.member, { event: at + 1, timestamp: header.timestamp, ...hash.of(body) })
    }
  }
  return { set, catalog, hash }
}
