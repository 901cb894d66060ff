/**
 * Views: what live messages add up to (message/SPEC.md, DESIGN "Views"). The last write wins by (timestamp, unset before set, id), so every hub with the
 * same messages shows the same. Nothing is stored: each answer is one walk over the catalog's columns and a read of what is shown.
 */
import type { ReplicatedSet } from '../../message/replicated-set.ts'
import type { Body, MessageId, PublicKeyHex } from '../../message/types.ts'
import type { LinkView, ProfileView, ReactionView, RecordView, ReplyCount } from '../api.ts'
import type { Selection } from './catalog.ts'
import type { Entry } from './entry.ts'
import type { Messages } from './messages.ts'
import { cursorOf } from './query.ts'
import { isSet, type References } from './references.ts'

export interface Views {
  /** Of each of these messages, the reactions that are set by type, the most frequent first. `own`: whether this author is among them. */
  reactions: (targets: readonly MessageId[], own: PublicKeyHex) => Promise<ReactionView[][]>
  /** Links that are set, the newest first: of an author, or to one. */
  links: (ends: LinkEnds, limit: number) => Promise<LinkView[]>
  profile: (author: PublicKeyHex) => Promise<ProfileView>
  /** Records that are set, the newest first; `after` is the message of the last one that was seen. */
  records: (collection: string, author: PublicKeyHex | undefined, limit: number, after: MessageId | undefined) => Promise<RecordView[]>
  /** Direct answers of each. */
  replies: (ids: readonly MessageId[]) => ReplyCount[]
  /** The messages that a post answers, the first of the thread first; ends early where one is not here. */
  ancestors: (entry: Entry) => Promise<Entry[]>
}

export interface LinkEnds {
  readonly author?: PublicKeyHex | undefined
  readonly target?: PublicKeyHex | undefined
  readonly type?: string | undefined
}

/** 53 bits of a target's hash. */
function targetNumber ({ targetHigh, targetLow }: Pick<References, 'targetHigh' | 'targetLow'>): number {
  return targetHigh * 2 ** 21 + (targetLow >>> 11)
}

/**
 * A number for each slot of an author among what is selected: the name's hash where the target is fixed or there is none, 53 bits of the target's where the
 * name is fixed, and otherwise one that is given out.
 */
function createSlots ({ kind, target, name }: Selection): (references: References) => number {
  if (target !== undefined || kind === 'profile') return references => references.name >>> 1
  if (name !== undefined) return targetNumber
  const given = new Map<string, number>()
  return ({ targetHigh, targetLow, name: column }) => {
    const key = `${targetHigh} ${targetLow} ${column >>> 1}`
    const slot = given.get(key) ?? given.size
    given.set(key, slot)
    return slot
  }
}

/** Posts that `ancestors` climbs: deeper threads than people read. Each is a read of its own. */
const ancestorsMax = 64
/** Fields of one profile that are shown: the newest. */
const profileFieldsMax = 256
/** Types of reaction that are shown with their count: the most frequent. */
const reactionTypesMax = 64

export function createViews (messages: Messages, set: Pick<ReplicatedSet, 'standingOf' | 'authorOf' | 'memberOf'>): Views {
  const { catalog, hash } = messages

  /**
   * The last write to each slot among what is selected, the newest first: a slot is an author's value for one target and name. `visit` may end it by returning
   * true; it hears of writes that unset and delete as well. What `concerns` is false for is passed over.
   */
  function walkLastWrites (
    selection: Selection, visit: (member: number, isNow: boolean) => boolean, concerns: (references: References) => boolean = () => true
  ): void {
    const written = new Map<PublicKeyHex, Set<number>>()
    const slotOf = createSlots(selection)
    /** Writes of one millisecond, the higher id first. */
    let tied: number[] = []
    let timestamp = NaN

    function take (member: number, isNow: boolean): boolean {
      const author = set.authorOf(member)
      let slots = written.get(author)
      if (slots === undefined) written.set(author, slots = new Set())
      const slot = slotOf(catalog.referencesOf(member))
      if (slots.has(slot)) return false
      slots.add(slot)
      return visit(member, isNow)
    }

    /** Of one millisecond: what sets wins over what unsets, then the higher id. Whether `visit` has had enough. */
    function settle (): boolean {
      const writes = tied
      tied = []
      for (const first of writes.length > 1 ? [true, false] : [undefined]) {
        for (const member of writes) {
          const isNow = isSet(catalog.referencesOf(member).name)
          if ((first === undefined || isNow === first) && take(member, isNow)) return true
        }
      }
      return false
    }

    catalog.walk(selection, 'descending', (member) => {
      if (!concerns(catalog.referencesOf(member)) || set.standingOf(member) !== 'live') return false
      const at = catalog.timestampOf(member)
      if (at !== timestamp && settle()) return true
      timestamp = at
      tied.push(member)
      return false
    })
    settle()
  }

  /** The newest `limit` slots that are set. */
  function lastSet (selection: Selection, limit: number, after?: number): number[] {
    const found: number[] = []
    walkLastWrites(selection, (member, isNow) => {
      if (isNow && (after === undefined || catalog.isBefore(member, after))) found.push(member)
      return found.length >= limit
    })
    return found
  }

  async function readBodies<K extends Body['kind']> (members: readonly number[], kind: K): Promise<Array<{ entry: Entry, body: Extract<Body, { kind: K }> }>> {
    const entries = await messages.getMembers(members)
    return entries.flatMap((entry) => {
      const { body } = entry.message
      return body?.kind === kind ? [{ entry, body: body as Extract<Body, { kind: K }> }] : []
    })
  }

  return {
    async reactions (targets, own) {
      const places = new Map(targets.map((target, place) => [targetNumber(hash.target(target)), place]))
      const counts = targets.map(() => new Map<number, { sample: number, count: number, own: boolean }>())
      const selection = targets[0] !== undefined && targets.length === 1 ? { kind: 'reaction', target: hash.target(targets[0]) } as const : { kind: 'reaction' } as const
      walkLastWrites(selection, (member, isNow) => {
        const references = catalog.referencesOf(member)
        const ofTarget = counts[places.get(targetNumber(references)) ?? -1]
        if (!isNow || ofTarget === undefined) return false
        const name = references.name >>> 1
        const known = ofTarget.get(name) ?? { sample: member, count: 0, own: false }
        ofTarget.set(name, known)
        known.count += 1
        known.own ||= set.authorOf(member) === own
        return false
      }, references => places.has(targetNumber(references)))
      const frequent = counts.map(ofTarget => [...ofTarget.values()].sort((one, other) => other.count - one.count).slice(0, reactionTypesMax))
      /** One message of each type says how it is written. */
      const sampleOf = new Map(frequent.flat().map(({ sample }) => [catalog.referencesOf(sample).name >>> 1, sample]))
      const samples = await readBodies([...sampleOf.values()], 'reaction')
      const typeOf = new Map(samples.map(({ entry, body }) => [catalog.referencesOf(set.memberOf(entry.message.id)).name >>> 1, body.type]))
      return frequent.map(ofTarget => ofTarget.flatMap(({ sample, count, own: isOwn }) => {
        const type = typeOf.get(catalog.referencesOf(sample).name >>> 1)
        return type === undefined ? [] : [{ type, count, own: isOwn }]
      }))
    },
    async links ({ author, target, type }, limit) {
      const members = lastSet({
        kind: 'link',
        author,
        target: target === undefined ? undefined : hash.target(target),
        name: type === undefined ? undefined : hash.name(type)
      }, limit)
      return (await readBodies(members, 'link')).map(({ entry: { message: { id, header } }, body }) =>
        ({ id, author: header.author, target: body.target, type: body.type, timestamp: header.timestamp }))
    },
    async profile (author) {
      const fields = await readBodies(lastSet({ kind: 'profile', author }, profileFieldsMax), 'profile')
      return { author, fields: Object.fromEntries(fields.map(({ body }) => [body.field, body.value])) }
    },
    async records (collection, author, limit, after) {
      const cursor = after === undefined ? undefined : cursorOf(after, { catalog, set })
      const members = lastSet({ kind: 'record', author, name: hash.name(collection) }, limit, cursor)
      return (await readBodies(members, 'record')).flatMap(({ entry: { message: { id, header } }, body }) => body.value === undefined
        ? []
        : [{ id, author: header.author, collection: body.collection, key: body.key, value: body.value, timestamp: header.timestamp }])
    },
    replies (ids) {
      const counts = new Map<number, { id: MessageId, count: number }>()
      for (const id of ids) {
        counts.set(targetNumber(hash.target(id)), { id, count: 0 })
      }
      catalog.walk({ kind: 'post' }, 'descending', (member) => {
        const counted = counts.get(targetNumber(catalog.referencesOf(member)))
        if (counted !== undefined && set.standingOf(member) === 'live') counted.count += 1
        return false
      })
      return [...counts.values()].map(({ id, count }) => ({ id, replies: count }))
    },
    async ancestors ({ message }) {
      const found: Entry[] = []
      let parent = message.body?.kind === 'post' ? message.body.parent : undefined
      while (parent !== undefined && found.length < ancestorsMax) {
        const entry = await messages.get(parent)
        if (entry === undefined) break
        found.unshift(entry)
        parent = entry.message.body?.kind === 'post' ? entry.message.body.parent : undefined
      }
      return found
    }
  }
}
