/** CONTRACT's query: what may be asked, as a selection of the catalog's rows, and whether one message passes a filter. */
import { fromHex } from '../../base/bytes.ts'
import { HubError } from '../../base/errors.ts'
import type { ReplicatedSet } from '../../message/replicated-set.ts'
import { kinds, type Kind, type Message, type MessageId, type PublicKeyHex } from '../../message/types.ts'
import type { Query } from '../api.ts'
import type { Catalog, Selection } from './catalog.ts'
import { noReferences, type ReferenceHash } from './references.ts'

/** What is searched. */
export interface Searched {
  readonly catalog: Catalog
  readonly hash: ReferenceHash
  readonly set: Pick<ReplicatedSet, 'memberOf' | 'standingOf'>
}

export const limitDefault = 100
export const limitMax = 1_000

const texts = ['author', 'kind', 'collection', 'after'] as const

/** A query from outside. Codes: `invalid-argument`. */
export function checkQuery (query: Query): void {
  for (const name of texts) {
    if (query[name] != null && typeof query[name] !== 'string') throw new HubError('invalid-argument', `${name} must be a text.`)
  }
  if (query.parent != null && typeof query.parent !== 'string') throw new HubError('invalid-argument', 'parent must be an id, or null for posts that answer none.')
  for (const name of ['since', 'until'] as const) {
    if (query[name] != null && !Number.isFinite(query[name])) throw new HubError('invalid-argument', `${name} must be a time in milliseconds.`)
  }
  const { limit, order, after, standing } = query
  if (limit != null && !(Number.isInteger(limit) && limit >= 1 && limit <= limitMax)) {
    throw new HubError('invalid-argument', `limit must be a whole number from 1 to ${limitMax}.`)
  }
  if (order != null && !['ascending', 'descending'].includes(order)) throw new HubError('invalid-argument', 'order must be ascending or descending.')
  if (standing != null && !['live', 'barred', 'removed'].includes(standing)) throw new HubError('invalid-argument', 'standing must be live, barred or removed.')
  if (after != null && fromHex(after, 32) == null) throw new HubError('invalid-argument', 'after must be the id of a message: 64 digits of hex.')
  if (query.offset != null && !(Number.isInteger(query.offset) && query.offset >= 0)) throw new HubError('invalid-argument', 'offset must be a whole number from 0.')
}

/** The members that a query is about, at most `limit`, in its order. Codes: `invalid-argument`. */
export function findMembers (query: Query, searched: Searched): number[] {
  // Scripts leave parts out as null too.
  const limit = query.limit ?? limitDefault
  const offset = query.offset ?? 0
  const found: number[] = []
  let passed = 0
  walkFound(query, searched, (member) => {
    if ((passed += 1) > offset) found.push(member)
    return found.length >= limit
  })
  return found
}

/** How many there are, whatever limit and offset say. Codes: `invalid-argument`. */
export function countMembers (query: Query, searched: Searched): number {
  let count = 0
  walkFound(query, searched, () => {
    count += 1
    return false
  })
  return count
}

function walkFound (query: Query, { catalog, hash, set }: Searched, visit: (member: number) => boolean): void {
  checkQuery(query)
  const { after, standing } = query
  const selection = selectionOf(query, hash)
  const cursor = after == null ? undefined : cursorOf(after as MessageId, { catalog, set })
  if (selection === undefined) return
  catalog.walk({ ...selection, after: cursor }, query.order ?? 'descending', (member) => {
    const is = set.standingOf(member)
    return (standing == null ? is !== 'barred' : is === standing) && visit(member)
  })
}

/** The member after whose place a walk goes on. Codes: `invalid-argument` (this hub holds no such message). */
export function cursorOf (id: MessageId, { catalog, set }: Omit<Searched, 'hash'>): number {
  const member = set.memberOf(id)
  if (member === -1 || !catalog.has(member)) throw new HubError('invalid-argument', 'after must be the id of a message that this hub holds.')
  return member
}

/**
 * The rows that a checked query is about, without its cursor; undefined where nothing can pass (an unknown kind, a collection of posts).
 */
function selectionOf ({ author, kind, collection, parent, since, until }: Query, hash: ReferenceHash): Selection | undefined {
  if (kind != null && !(kinds as readonly string[]).includes(kind)) return undefined
  const implied = collection != null ? 'record' : parent !== undefined ? 'post' : kind
  if ((kind != null && kind !== implied) || (collection != null && parent !== undefined)) return undefined
  return {
    author: (author ?? undefined) as PublicKeyHex | undefined,
    kind: (implied ?? undefined) as Kind | undefined,
    target: parent === undefined ? undefined : parent === null ? noReferences : hash.target(parent),
    name: collection == null ? undefined : hash.name(collection),
    since: since ?? undefined,
    until: until ?? undefined
  }
}

/** Whether a message passes a filter's author, kind, collection, parent and times. */
export function matches ({ header, body }: Message, { author, kind, collection, parent, since, until }: Query): boolean {
  return (author == null || header.author === author) &&
    (kind == null || header.kind === kind) &&
    (collection == null || (body?.kind === 'record' && body.collection === collection)) &&
    (parent === undefined || (body?.kind === 'post' && (body.parent ?? null) === parent)) &&
    (since == null || header.timestamp >= since) &&
    (until == null || header.timestamp <= until)
}
