import { beforeAll, describe, expect, test } from 'vitest'
import type { PeerId } from '../../base/peer.ts'
import { createBroadcastFlood } from '../../gossip/broadcast-flood.ts'
import { createReplicatedSet } from '../../message/replicated-set.ts'
import { createBuilder, post as builtPost, signerAdd } from '../../message/set/fixtures/build.ts'
import { aheadMsMax, eraseAfterMs } from '../../message/set/limits.ts'
import type { Message, MessageId, PublicKeyHex } from '../../message/types.ts'
import { createAuthor, post, startMs, testRules, type Author } from '../fixtures/author.ts'
import { createHubCore, type HubCore, type HubEffect } from './hub-core.ts'

const [ann, ben, cem] = ['ann', 'ben', 'cem'] as [PeerId, PeerId, PeerId]
let ida: Author
let posts: Message[]

beforeAll(async () => {
  ida = await createAuthor(1)
  posts = []
  for (const text of ['one', 'two', 'three']) posts.push(await ida.write(post(text)))
})

/** A core with these neighbours. */
function coreWith (...peers: PeerId[]): HubCore {
  const core = createHubCore({ set: createReplicatedSet(testRules), createBroadcast: createBroadcastFlood })
  for (const peer of peers) core.handle({ type: 'link-up', peer }, startMs)
  return core
}

function receive (core: HubCore, message: Message, from = ann, nowMs = startMs): readonly HubEffect[] {
  return core.handle({ type: 'message', message, from, hops: 1 }, nowMs)
}

/** An effect in few words: its type, the peer, and the ids it is about. */
function told (effects: readonly HubEffect[]): unknown[] {
  return effects.map((effect) => {
    switch (effect.type) {
      case 'send-message': return ['send', effect.peer, effect.message.id]
      case 'store': return ['store', effect.from, effect.message.id]
      case 'send-signer-want': return ['want', effect.peer, effect.author, effect.signer]
      case 'send-stored': return ['send-stored', effect.peer, effect.ids]
      case 'send-graft': return ['graft', effect.peer, effect.ids]
      case 'send-newest': return ['newest', effect.peer]
      case 'send-ihave': return ['notes', effect.peer, effect.notes.map(({ id }) => id)]
      case 'send-prune': return ['prune', effect.peer]
      case 'offence': return ['offence', effect.peer, effect.code]
      case 'compare': return ['compare']
      case 'returned': return ['returned', effect.message.id]
      case 'displaced': return ['displaced', effect.id]
      case 'restore': return ['restore', effect.ids]
      case 'erase': return ['erase', effect.ids]
      case 'report': return ['report', effect.report.type, effect.report.code]
    }
  })
}

const first = (): Message => posts[0]!

describe('messages', () => {
  test('[G12] a message that the set admits is stored under who sent it, and goes to everybody else', () => {
    const core = coreWith(ann, ben)
    expect(told(receive(core, ida.introduction))).toEqual([['store', ann, ida.introduction.id], ['send', ben, ida.introduction.id]])
    expect(core.has(ida.introduction.id)).toBe(true)
  })

  test('[G8] a message that is there already is neither stored nor forwarded, and is known of whoever sent it', () => {
    const core = coreWith(ann, ben)
    receive(core, ida.introduction)
    expect(receive(core, ida.introduction, ben)).toEqual([])
    core.handle({ type: 'duplicate', id: first().id, from: ben }, startMs)
    expect(told(receive(core, first()))).toEqual([['store', ann, first().id]])
  })

  test('[G11] one\'s own message goes out and is not stored a second time', () => {
    const core = coreWith(ann)
    for (const message of [ida.introduction, first()]) {
      expect(told(core.handle({ type: 'published', message }, startMs))).toEqual([['returned', message.id], ['send', ann, message.id]])
    }
  })

  test('what was restored is in the set, and is never stored nor sent', () => {
    const core = coreWith()
    for (const message of [ida.introduction, ...posts]) {
      expect(told(core.handle({ type: 'restored', message, storedAtMs: startMs }, startMs))).toEqual([['returned', message.id]])
      expect(core.has(message.id)).toBe(true)
    }
    expect(told(core.handle({ type: 'link-up', peer: ann }, startMs))).toEqual([['newest', ann]])
    expect(receive(core, first())).toEqual([])
  })

  test('what was restored before its signer was is not stored again when the signer comes', () => {
    const core = coreWith(ann)
    core.handle({ type: 'restored', message: first(), storedAtMs: startMs }, startMs)
    expect(told(receive(core, ida.introduction)).filter(effect => (effect as unknown[])[0] === 'store')).toEqual([['store', ann, ida.introduction.id]])
    expect(core.has(first().id)).toBe(true)
  })

  test('a message from the future is reported and not taken in', () => {
    const core = coreWith(ann)
    receive(core, ida.introduction)
    expect(told(receive(core, first(), ann, first().header.timestamp - aheadMsMax - 1))).toEqual([['report', 'message-deferred', 'deferred']])
    expect(core.has(first().id)).toBe(false)
  })

  test('two messages of one device under one number are reported', async () => {
    const core = coreWith(ann)
    receive(core, ida.introduction)
    receive(core, first())
    const fork = await (await createAuthor(1)).write(post('another one'))
    expect(told(receive(core, fork, ben))).toContainEqual(['report', 'fork', undefined])
    expect(core.has(fork.id)).toBe(true)
  })
})

describe('messages of unknown signers', () => {
  test('[G9] are held and neither stored nor sent; their signer is asked of the sender at once, and not twice', () => {
    const core = coreWith(ann, ben)
    const waits = ['report', 'message-pending', 'pending']
    expect(told(receive(core, first()))).toEqual([waits, ['want', ann, ida.key, ida.device]])
    expect(core.has(first().id)).toBe(false)
    expect(told(receive(core, posts[1]!))).toEqual([waits])
    expect(told(receive(core, posts[2]!, ben))).toEqual([waits, ['want', ben, ida.key, ida.device]])
  })

  test('[G9] are asked about again after a while: the answer may have been lost', () => {
    const core = coreWith(ann)
    receive(core, first(), ann, startMs)
    expect(told(receive(core, posts[1]!, ann, startMs + 5_000))).toEqual([['report', 'message-pending', 'pending']])
    expect(told(receive(core, posts[2]!, ann, startMs + 5_001))).toContainEqual(['want', ann, ida.key, ida.device])
  })

  test('[G9] are stored under who sent them, and forwarded, when their signer comes from somebody else', () => {
    const core = coreWith(ann, ben, cem)
    receive(core, first(), ann)
    const effects = receive(core, ida.introduction, ben)
    expect(told(effects)).toEqual([
      ['store', ben, ida.introduction.id], ['send', ann, ida.introduction.id], ['send', cem, ida.introduction.id],
      ['store', ann, first().id], ['send', ben, first().id], ['send', cem, first().id]
    ])
    expect(core.set.pending()).toBe(0)
  })

  test('that a narrow signer-add does not cover are stored when a wider one comes', async () => {
    const author = await createAuthor(2)
    const core = coreWith(ann, ben)
    receive(core, await author.introduce({ kinds: ['reaction'], collections: [] }))
    const held = await author.write(post('out of scope'))
    expect(told(receive(core, held, ben))).toEqual([['report', 'message-excluded', 'scope']])
    expect(told(receive(core, author.introduction, ann))).toContainEqual(['store', ben, held.id])
  })

  test('are stored when their signer comes, however many others wait for signers that never come', () => {
    const core = coreWith(ann, ben)
    const build = createBuilder()
    const junk = 'aa'.repeat(32) as PublicKeyHex
    for (let count = 0; count < 12_000; count += 1) receive(core, build({ author: junk, signer: junk, seq: 1, body: builtPost('junk') }), ben)
    receive(core, first(), ann)
    expect(told(receive(core, ida.introduction, ann))).toContainEqual(['store', ann, first().id])
  })

  test('what a published message lets in keeps its own sender', () => {
    const core = coreWith(ann)
    receive(core, first(), ann)
    expect(told(core.handle({ type: 'published', message: ida.introduction }, startMs))).toEqual([['returned', ida.introduction.id], ['send', ann, ida.introduction.id], ['store', ann, first().id]])
  })
})

describe('questions', () => {
  test('[G10] a signer-want is answered with the signer messages that are there, an unknown one not at all', () => {
    const core = coreWith(ann, ben)
    receive(core, ida.introduction, ben)
    const ask = (author: PublicKeyHex, signer: PublicKeyHex): unknown[] => told(core.handle({ type: 'signer-want', from: ann, author, signer }, startMs))
    expect(ask(ida.key, ida.device)).toEqual([['send-stored', ann, [ida.introduction.id]]])
    expect(ask(ida.key, ida.key)).toEqual([])
    expect(ask(ida.device, ida.key)).toEqual([])
  })

  test('[G10] at most 20 a second of a link are answered; another link has its own', () => {
    const core = coreWith(ann, ben)
    receive(core, ida.introduction)
    const answered = (from: PeerId, count: number, nowMs: number): number => Array.from({ length: count }, () =>
      core.handle({ type: 'signer-want', from, author: ida.key, signer: ida.device }, nowMs).length).reduce((sum, more) => sum + more, 0)
    expect(answered(ann, 30, startMs)).toBe(20)
    expect(answered(ben, 30, startMs)).toBe(20)
    expect(answered(ann, 30, startMs + 500)).toBe(10)
  })

  test('[G17] a link that comes up gets the newest messages announced', () => {
    expect(told(coreWith().handle({ type: 'link-up', peer: ann }, startMs))).toEqual([['newest', ann]])
  })

  test('[G18] what is missing is asked of whoever announced it, in one graft; nothing when nothing is missing', () => {
    const core = coreWith(ann)
    receive(core, ida.introduction)
    const ids = [ida.introduction.id, ...posts.map(({ id }) => id)]
    expect(told(core.handle({ type: 'offer', from: ann, ids }, startMs))).toEqual([['graft', ann, posts.map(({ id }) => id)]])
    for (const message of posts) receive(core, message)
    expect(core.handle({ type: 'offer', from: ann, ids }, startMs)).toEqual([])
  })

  test('[G18] a graft is answered with what is there, in its order', () => {
    const core = coreWith(ann, ben)
    for (const message of [ida.introduction, first()]) receive(core, message, ben)
    const ids = [first().id, 'ff'.repeat(32) as MessageId, ida.introduction.id]
    expect(told(core.handle({ type: 'graft', counter: 0, from: ann, ids }, startMs))).toEqual([['send-stored', ann, [first().id, ida.introduction.id]]])
    expect(core.handle({ type: 'graft', counter: 0, from: ann, ids: ['ff'.repeat(32) as MessageId] }, startMs)).toEqual([])
  })

  test('[G19] a neighbour\'s grafts bring it 1,024 messages at once and 256 a second after that', () => {
    const core = coreWith(ann, ben)
    const build = createBuilder()
    const key = 'aa'.repeat(32) as PublicKeyHex
    const device = 'bb'.repeat(32) as PublicKeyHex
    const messages = [build({ author: key, signer: key, seq: 1, body: signerAdd(device) })]
    for (let seq = 1; seq <= 1_500; seq += 1) messages.push(build({ author: key, signer: device, seq, body: builtPost() }))
    for (const message of messages) receive(core, message, ben, message.header.timestamp)
    const ids = messages.map(({ id }) => id)
    const answered = (nowMs: number): number => {
      let count = 0
      for (let start = 0; start < ids.length; start += 256) {
        for (const effect of core.handle({ type: 'graft', counter: 0, from: ann, ids: ids.slice(start, start + 256) }, nowMs)) count += effect.type === 'send-stored' ? effect.ids.length : 0
      }
      return count
    }
    expect(answered(startMs)).toBe(1_024)
    expect(answered(startMs)).toBe(0)
    expect(answered(startMs + 1_000)).toBe(256)
  })

  test('who is not linked gets no answer', () => {
    const core = coreWith(ann)
    receive(core, ida.introduction)
    core.handle({ type: 'link-down', peer: ann }, startMs)
    expect(core.handle({ type: 'signer-want', from: ann, author: ida.key, signer: ida.device }, startMs)).toEqual([])
    expect(core.handle({ type: 'graft', counter: 0, from: ann, ids: [ida.introduction.id] }, startMs)).toEqual([])
  })
})

describe('what is wanted and what is to go', () => {
  const tick = (core: HubCore, nowMs: number): unknown[] => told(core.handle({ type: 'tick', lost: [] }, nowMs))

  test('[R10] a wanted body is asked of one neighbour after the other, and of nobody when it came', () => {
    const core = coreWith(ann, ben)
    receive(core, ida.introduction)
    const bare = { ...first(), body: undefined, bytes: { ...first().bytes, body: undefined } }
    receive(core, bare)
    const asked = [tick(core, startMs), tick(core, startMs), tick(core, startMs)]
    expect(asked.flat()).toEqual([['graft', ann, [first().id]], ['graft', ben, [first().id]], ['graft', ann, [first().id]]])
    receive(core, first(), ben)
    expect(tick(core, startMs)).toEqual([])
  })

  test('[R7] what a closure wants is asked for, and looked for here', async () => {
    const core = coreWith(ann)
    const author = await createAuthor(3)
    const kept = await author.write(post('kept'))
    receive(core, author.introduction)
    const build = createBuilder()
    const revocation = build({ author: author.key, signer: author.key, seq: 2, prev: author.introduction.id, timestamp: startMs, body: { kind: 'signer-remove', signer: author.device, keepHead: kept.id } })
    receive(core, revocation)
    expect(tick(core, startMs)).toEqual([['restore', [kept.id]], ['graft', ann, [kept.id]]])
    core.handle({ type: 'restored', message: kept, storedAtMs: startMs }, startMs)
    expect(core.set.standing(kept.id)).toBe('live')
    expect(tick(core, startMs)).toEqual([])
  })

  test('[R12] a body is to be erased a day after its removal', async () => {
    const core = coreWith()
    const author = await createAuthor(4)
    const target = await author.write(post('target'))
    for (const message of [author.introduction, target, await author.write({ kind: 'remove', target: target.id })]) receive(core, message)
    expect(tick(core, startMs + eraseAfterMs - 1)).toEqual([])
    expect(tick(core, startMs + eraseAfterMs)).toEqual([['erase', [target.id]]])
    core.set.bodyErased(target.id, startMs + eraseAfterMs)
    expect(tick(core, startMs + eraseAfterMs)).toEqual([])
  })

  test('without neighbours nothing is asked', () => {
    const core = coreWith()
    receive(core, ida.introduction)
    receive(core, { ...first(), body: undefined, bytes: { ...first().bytes, body: undefined } })
    expect(tick(core, startMs)).toEqual([])
  })
})
