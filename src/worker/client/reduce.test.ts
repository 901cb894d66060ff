import { beforeEach, describe, expect, test } from 'vitest'
import { HubError, type HubErrorCode } from '../../base/errors.ts'
import { createRandom } from '../../base/seeded-random.ts'
import { platformTimer } from '../../base/timer.ts'
import { keyOfPeer, peerOfKey } from '../../fastsync/attesters.ts'
import { answerWithinMs, attestEveryMs, stateBytesMax } from '../../fastsync/limits.ts'
import { epochOf, epochStartMs } from '../../message/epoch.ts'
import { rootSigner, type Signer } from '../../message/signing.ts'
import type { Message, NetworkGenesis } from '../../message/types.ts'
import { followState, offerState, type Reducer } from './reduce.ts'
import type { HubApi, StateMessage } from '../../hub/api.ts'
import { post, startMs, testRules } from '../../hub/fixtures/author.ts'
import { createMesh, type MeshHub, type MeshHubOptions } from '../../hub/fixtures/mesh.ts'
import { createStreamPair, type CarriedFrame } from '../../hub/fixtures/sync-streams.ts'
import { createPen } from '../../hub/messages/fixtures/shelf.ts'
import { packed, unpacked } from '../../hub/fastsync/compression.ts'
import '../../hub/fastsync/snapshots.ts'

const epochMs = epochStartMs(1)
const nowMs = startMs + 100 * epochMs
const height = epochOf(nowMs) - 8
const failsWith = (code: HubErrorCode) => (thrown: unknown): boolean => thrown instanceof HubError && thrown.code === code

const pen = createPen('ida')
const thief = createPen('jan')
const at = (epoch: number): { timestamp: number } => ({ timestamp: startMs + epoch * epochMs })
const posts = Array.from({ length: 40 }, (_, number) => pen.write(post(`post ${number}`), at(number)))
const stolen = [thief.introduce(), thief.write(post('of the person'), at(2)), thief.write(post('of the thief'), at(3))]
/** In the checkpoint: a post that was taken back, and one of a device that was revoked. */
const history: Message[] = [
  pen.introduce(), ...posts, pen.write({ kind: 'remove', target: posts[3]!.id }, at(41)), ...stolen, thief.root({ kind: 'signer-remove', signer: thief.device, keepHead: stolen[1]!.id })
]
const fresh = pen.write(post('just now'), { timestamp: nowMs - 60_000 })
const late = pen.write(post('dated back'), at(5))
const removal = pen.write({ kind: 'remove', target: posts[7]!.id }, { timestamp: nowMs - 50_000 })

const signers = await Promise.all([1, 2, 3, 4].map(async number => rootSigner(new Uint8Array(32).fill(number))))
const peerOf = ({ publicKey }: Signer): string => peerOfKey(publicKey)
const attested: NetworkGenesis = { ...testRules, genesis: { ...testRules.genesis, attesters: signers.map(peerOf).sort() } }

/** The texts of all posts that stand, in their order of ids. */
const reducer: Reducer<Map<string, string>> = {
  name: 'texts', version: 1,
  empty: () => new Map(),
  add (state, { id, kind, body }) {
    if (kind === 'post' && body !== null) state.set(id, String(body.text))
    if (kind === 'remove') state.delete(String(body?.target))
    return state
  },
  encode: state => new TextEncoder().encode(JSON.stringify([...state].sort(([one], [other]) => one < other ? -1 : 1))),
  decode: bytes => new Map(JSON.parse(new TextDecoder().decode(bytes)) as Array<[string, string]>)
}
const texts = (state: ReadonlyMap<string, string>): string[] => [...state.values()].sort()
const lying: Reducer<Map<string, string>> = { ...reducer, add: (state, message) => reducer.add(state, message.kind === 'post' && message.body !== null ? { ...message, body: { text: 'lies' } } : message) }
const expected = ['of the person', ...posts.filter((_, number) => number !== 3).map((_, number) => `post ${number < 3 ? number : number + 1}`)].sort()

let clockMs: number
let onFrame: (carried: CarriedFrame) => Uint8Array | undefined
let seeds = 0
beforeEach(() => {
  clockMs = nowMs
  onFrame = ({ bytes }) => bytes
})

interface Network {
  readonly mesh: ReturnType<typeof createMesh>
  readonly add: (
    name: string, messages?: readonly Message[], options?: { readonly signer?: Signer | undefined } & Pick<MeshHubOptions, 'disk' | 'rules' | 'timer'>
  ) => Promise<MeshHub>
}

function network (): Network {
  const mesh = createMesh({ linksSync: true, linksJoin: true, onFastFrame: carried => onFrame(carried) })
  return {
    mesh,
    async add (name, messages = history, { signer, ...options } = {}) {
      const hub = await mesh.add(name, {
        rules: attested, now: () => clockMs, verify: async () => true, random: createRandom(seeds += 1).bytes,
        ...options, ...signer && { signer: async () => signer }
      })
      for (const message of messages) await hub.runtime.publish(message)
      return hub
    }
  }
}

/** Compares, then lets every hub look for attestations, some times. */
async function attest (mesh: Network['mesh'], hubs: readonly MeshHub[], turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    for (const hub of hubs) hub.runtime.sync.sessions.tick()
    await mesh.settled()
    for (const { runtime } of hubs) {
      runtime.life.look()
      runtime.fastSync.look()
      await runtime.fastSync.settled()
    }
    clockMs += attestEveryMs
  }
}

/** So many attesters in a row, with a certified checkpoint. */
async function certified (count: number): Promise<Network & { readonly hubs: readonly MeshHub[] }> {
  const made = network()
  const hubs: MeshHub[] = []
  for (const [number, signer] of signers.slice(0, count).entries()) {
    // To each of them messages came in another order.
    const order = number % 2 === 0 ? history : [...history.slice(0, 1), ...[...history.slice(1)].reverse()]
    hubs.push(await made.add(peerOf(signer), order, { signer }))
  }
  for (const [index, hub] of hubs.entries()) for (const other of hubs.slice(index + 1)) made.mesh.link(hub, other)
  await attest(made.mesh, hubs)
  expect(hubs.map(({ runtime }) => runtime.fastSync.checkpoint)).toEqual(hubs.map(() => height))
  return { ...made, hubs }
}

/** A hub as apps see it, but for what a bell rings. */
function appOn (hub: MeshHub): Pick<HubApi, 'states' | 'subscribe'> {
  const states = async (): Promise<HubApi['states']> => hub.runtime.fastSync.states()
  return {
    states: {
      input: async page => (await states()).input(page),
      offer: async state => (await states()).offer(state),
      restore: async (of, options) => (await states()).restore(of, options),
      later: async query => (await states()).later(query),
      show: async of => (await states()).show(of)
    },
    subscribe: async (_filter, callback) => hub.runtime.onStored(({ event }) => { void callback({ event, message: {} as never }) })
  }
}

async function inputOf (hub: MeshHub, limit = 1_000): Promise<StateMessage[]> {
  const { states } = appOn(hub)
  const messages: StateMessage[] = []
  for (let page = await states.input({ limit }); ; page = await states.input({ checkpoint: page.checkpoint, from: page.next, limit })) {
    messages.push(...page.messages)
    if (page.next === null) return messages
  }
}

describe('what a state is made of', () => {
  test('[F29] is alike at hubs to which messages came otherwise, and that know more: what counts within the checkpoint', async () => {
    const { hubs: [ann, ben] } = await certified(2)
    if (ann === undefined || ben === undefined) throw new Error('there are two')
    for (const message of [late, fresh, removal]) await ben.runtime.publish(message)
    const [byAnn, byBen] = [await inputOf(ann), await inputOf(ben, 7)]
    expect(byBen).toEqual(byAnn)
    const kinds = byAnn.map(({ kind }) => kind)
    expect(kinds.slice(0, 3).sort(), 'signer messages come first').toEqual(['signer-add', 'signer-add', 'signer-remove'])
    expect(byAnn.filter(({ kind, body }) => kind === 'post' && body === null).map(({ id }) => id), 'taken back within it, and nothing else').toEqual([posts[3]!.id])
    expect(byAnn.some(({ id }) => id === stolen[2]!.id), 'barred').toBe(false)
    expect(byAnn).toHaveLength(history.length - 1)
    expect(Object.keys(byAnn[0] ?? {}).sort()).toEqual(['author', 'body', 'id', 'kind', 'seq', 'signer', 'timestamp'])
  })

  test('[F29] is not given where a body is missing that others may have, and bad arguments are refused', async () => {
    const { mesh, hubs: [ann, ben] } = await certified(2)
    if (ann === undefined || ben === undefined) throw new Error('there are two')
    await ann.runtime.publish(removal)
    expect(await inputOf(ann), 'removed since, its body is here still').toContainEqual(expect.objectContaining({ id: posts[7]!.id, body: { text: 'post 7', parent: null } }))
    await ann.runtime.messages.eraseBodies([posts[7]!.id])
    await expect(inputOf(ann)).rejects.toSatisfy(failsWith('incomplete'))
    await mesh.settled()
    const { states } = appOn(ben)
    for (const page of [{ limit: 0 }, { limit: 1_001 }, { from: -1 }, { from: 0.5 }, 7 as never]) await expect(states.input(page), JSON.stringify(page)).rejects.toSatisfy(failsWith('invalid-argument'))
    await expect(states.input({ checkpoint: '00'.repeat(32) })).rejects.toSatisfy(failsWith('incomplete'))
    const { checkpoint } = await states.input()
    for (const of of [{ name: '', version: 1 }, { name: 'A', version: 1 }, { name: 'a', version: 0 }, null as never]) {
      await expect(states.offer({ reducer: of, checkpoint, bytes: new Uint8Array(1) })).rejects.toSatisfy(failsWith('invalid-argument'))
      await expect(states.restore(of)).rejects.toSatisfy(failsWith('invalid-argument'))
      await expect(states.show(of)).rejects.toSatisfy(failsWith('invalid-argument'))
    }
    for (const bytes of [new Uint8Array(), new Uint8Array(stateBytesMax + 1), 'text' as never]) {
      await expect(states.offer({ reducer, checkpoint, bytes })).rejects.toSatisfy(failsWith('invalid-argument'))
    }
    await expect(states.offer({ reducer, checkpoint: '00'.repeat(32), bytes: new Uint8Array(1) })).rejects.toSatisfy(failsWith('incomplete'))
    await expect(states.later({ checkpoint })).rejects.toSatisfy(failsWith('incomplete'))
    await states.offer({ reducer, checkpoint, bytes: new Uint8Array(stateBytesMax) })
  })
})

describe('a hub that joins', () => {
  test('[F30] [F31] [F32] [F33] has the state that honest attesters made, beside one that lies, and then each other message once', async () => {
    const { mesh, hubs, add } = await certified(4)
    const [ann, ben, cat, dan] = hubs
    if (ann === undefined || ben === undefined || cat === undefined || dan === undefined) throw new Error('there are four')
    expect(await offerState(appOn(ann), reducer)).toMatchObject({ height, own: true, attesters: [ann.peer], needed: 2, contradicted: false })
    await offerState(appOn(dan), lying)
    for (const message of [late, fresh, removal]) await ann.runtime.publish(message)
    await mesh.settled()

    const eve = await add('eve', [])
    mesh.link(eve, dan)
    await attest(mesh, [eve], 1)
    expect(await appOn(eve).states.restore(reducer), 'one is not enough').toBeNull()
    expect(await appOn(eve).states.restore(reducer, { atLeast: 1 }), 'nor one against one').toBeNull()

    await offerState(appOn(ben), reducer)
    await attest(mesh, hubs, 1)
    for (const other of [ann, ben, cat]) mesh.link(eve, other)
    await attest(mesh, [eve], 1)
    const restored = await appOn(eve).states.restore(reducer)
    expect(restored).toMatchObject({ height, own: false, attesters: [ann.peer, ben.peer].sort(), needed: 2, contradicted: true })
    expect(texts(reducer.decode(restored?.bytes ?? new Uint8Array()))).toEqual(expected)
    expect(await appOn(eve).states.show(reducer)).toMatchObject(
      [{ attesters: [ann.peer, ben.peer].sort(), contradicted: true }, { attesters: [dan.peer], contradicted: true }])
    expect(eve.log.read({ type: 'states-differ' })).toMatchObject([{ sentence: expect.stringContaining('2 different states by texts 1') as string }])

    const { messages, done } = await appOn(eve).states.later({ checkpoint: restored?.checkpoint ?? '' })
    expect(messages.map(({ message }) => message.id).sort()).toEqual([late, fresh, removal].map(({ id }) => id).sort())
    expect(done).toBe(true)
    const followed = await followState(appOn(eve), reducer, () => { changes += 1 })
    let changes = 0
    const whole = [...expected.filter(text => text !== 'post 7'), 'dated back', 'just now'].sort()
    expect(texts(followed.state)).toEqual(whole)
    await eve.runtime.publish(pen.write(post('and on'), { timestamp: nowMs }))
    await expect.poll(() => texts(followed.state), { interval: 5, timeout: 10_000 }).toEqual([...whole, 'and on'].sort())
    expect(changes).toBe(1)
    followed.stop()
    expect([...hubs, eve].flatMap(({ rejections }) => rejections)).toEqual([])
  })

  test('[F11] [F33] takes no bytes that are not the state\'s, from whoever, and has them of another', async () => {
    const { mesh, hubs: [ann, ben], add } = await certified(2)
    if (ann === undefined || ben === undefined) throw new Error('there are two')
    for (const hub of [ann, ben]) await offerState(appOn(hub), reducer)
    await attest(mesh, [ann, ben], 1)
    const eve = await add('eve', [])
    for (const other of [ann, ben]) mesh.link(eve, other)
    await attest(mesh, [eve], 1)
    /** Whoever is asked first for a state answers with these bytes. */
    const spoil = (asker: MeshHub, bytes: Uint8Array): void => {
      liar = undefined
      onFrame = ({ from, to, bytes: sent }) => {
        if (from === asker.peer && sent[0] === 8) liar ??= to
        return from === liar && to === asker.peer ? bytes : sent
      }
    }
    let liar: string | undefined
    spoil(eve, Uint8Array.of(3)) // it does not have it, it says
    expect((await appOn(eve).states.restore(reducer))?.attesters).toHaveLength(2)
    expect([liar, eve.rejections]).toEqual([expect.any(String), []])

    const fay = await add('fay', [])
    for (const other of [ann, ben]) mesh.link(fay, other)
    await attest(mesh, [fay], 1)
    spoil(fay, Uint8Array.of(2, 1, 3, 0)) // raw deflate of nothing
    const restored = await appOn(fay).states.restore(reducer)
    expect(texts(reducer.decode(restored?.bytes ?? new Uint8Array()))).toEqual(expected)
    expect(fay.rejections.map(({ peer }) => peer)).toEqual([liar])
  })

  test('[F32] [F33] is held up by silent neighbours no longer than by one, whether they tell nothing or do not give what they told of', async () => {
    const { mesh, hubs: [ann, ben, cat, dan], add } = await certified(4)
    if (ann === undefined || ben === undefined || cat === undefined || dan === undefined) throw new Error('there are four')
    for (const hub of [ann, ben]) await offerState(appOn(hub), reducer)
    clockMs += epochMs
    await attest(mesh, [ann, ben, cat, dan])
    await offerState(appOn(ann), reducer)
    const waits = new Set<() => void>()
    const eve = await add('eve', [], {
      timer (ms, run) {
        if (ms !== answerWithinMs) return platformTimer(ms, run)
        waits.add(run)
        return () => { waits.delete(run) }
      }
    })
    for (const other of [ann, ben, cat, dan]) mesh.link(eve, other)
    await attest(mesh, [eve], 1)
    waits.clear()
    let asked = 0
    onFrame = ({ from, to, bytes }) => {
      if (to === ann.peer && bytes[0] === 8) asked += 1
      return from === cat.peer || from === dan.peer || (from === ann.peer && asked > 0) ? undefined : bytes
    }
    const restoring = appOn(eve).states.restore(reducer, { atLeast: 1 })
    for (const silent of [2, 1]) {
      await expect.poll(() => waits.size, { interval: 5, timeout: 5_000 }).toBe(silent)
      for (const over of waits) over()
      waits.clear()
    }
    expect([await restoring, asked]).toMatchObject([{ own: false }, 1])
  })

  test('[F11] [F31] takes no attestation that its attester did not make: who tells of one is rejected', async () => {
    const { mesh, hubs: [ann, ben], add } = await certified(2)
    if (ann === undefined || ben === undefined) throw new Error('there are two')
    await offerState(appOn(ann), reducer)
    const eve = await add('eve', [])
    mesh.link(eve, ann)
    await attest(mesh, [eve], 1)
    const [probe, far] = createStreamPair()
    ann.runtime.fastSync.accept('probe' as never, far)
    probe.send(Uint8Array.of(7, 0, 0, 0, 1, ...new TextEncoder().encode('texts')))
    const answer = await probe.read()
    if (answer.type !== 'frame') throw new Error('ann tells')
    const told = await unpacked(answer.bytes.slice(1), stateBytesMax) as Uint8Array
    const other = told.slice()
    other.set(Buffer.from(keyOfPeer(ben.peer) ?? '', 'hex'), told.length - 96)
    const forged = await packed(other, true)
    let asked = -1
    onFrame = ({ from, to, bytes }) => {
      if (from === eve.peer && to === ann.peer) asked = bytes[0] ?? 0
      return from === ann.peer && to === eve.peer && asked === 7 && bytes.length > 20 ? Uint8Array.of(2, ...forged) : bytes
    }
    expect(await appOn(eve).states.restore(reducer, { atLeast: 1 })).toBeNull()
    expect(eve.rejections).toContainEqual({ peer: ann.peer, code: 'bad-certificate' })
  })

  test('[F31] is given none where two that have enough contradict each other: it makes its own of all messages', async () => {
    const { mesh, hubs, add } = await certified(4)
    const [ann, ben, cat, dan] = hubs
    if (ann === undefined || ben === undefined || cat === undefined || dan === undefined) throw new Error('there are four')
    for (const hub of [ann, ben]) await offerState(appOn(hub), reducer)
    for (const hub of [cat, dan]) await offerState(appOn(hub), lying)
    const eve = await add('eve', [])
    for (const other of hubs) mesh.link(eve, other)
    await attest(mesh, [eve], 1)
    expect(await appOn(eve).states.restore(reducer)).toBeNull()
    const followed = await followState(appOn(eve), reducer, () => undefined)
    expect([followed.restored, texts(followed.state)]).toEqual([null, expected])
    followed.stop()
  })
})

describe('a hub', () => {
  test('[F30] says one thing of a checkpoint, after a restart too, and gives its app what it said, without a neighbour', async () => {
    const { hubs: [ann], add } = await certified(2)
    if (ann === undefined) throw new Error('there is one')
    await offerState(appOn(ann), reducer)
    await offerState(appOn(ann), reducer)
    await expect(offerState(appOn(ann), lying)).rejects.toSatisfy(failsWith('invalid-argument'))
    await ann.runtime.publish(fresh)
    const again = await add('again', [], { signer: signers[0], disk: { events: [...ann.disk.events], values: new Map(ann.disk.values), holder: null } })
    const followed = await followState(appOn(again), reducer, () => undefined)
    expect(followed.restored).toMatchObject({ own: true, height, attesters: [ann.peer] })
    expect(texts(followed.state)).toEqual([...expected, 'just now'].sort())
    followed.stop()
    expect((await inputOf(again)).length).toBeGreaterThan(0)
    await expect(offerState(appOn(again), lying)).rejects.toSatisfy(failsWith('invalid-argument'))

    // What lies damaged on the disk is as if it were not there.
    for (const key of [...ann.disk.values.keys()].filter(name => name.startsWith('app-state'))) {
      const values = new Map(ann.disk.values)
      const value = values.get(key)
      values.set(key, value instanceof Uint8Array ? value.map((byte, index) => index === 1 ? byte ^ 4 : byte) : [{ state: 'zz' }, null, 7])
      const damaged = await add(`damaged ${key}`, [], { disk: { events: [...ann.disk.events], values, holder: null } })
      expect(await appOn(damaged).states.restore(reducer), key).toBeNull()
    }
  })

  test('[F29] [F30] says one thing where two pages offer at once, and lets several read at once', async () => {
    const { hubs: [ann] } = await certified(2)
    if (ann === undefined) throw new Error('there is one')
    const [one, other] = await Promise.all([1, 2].map(async number => offerState(appOn(ann), { ...reducer, name: `app/${number}` })))
    expect(one?.checkpoint).toBe(other?.checkpoint)
    const offered = await Promise.allSettled([offerState(appOn(ann), reducer), offerState(appOn(ann), lying), offerState(appOn(ann), reducer)])
    expect(offered.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: 'invalid-argument' } }])
    expect(await appOn(ann).states.show(reducer)).toMatchObject([{ own: true, attesters: [ann.peer], contradicted: false }])
  })

  test('[F30] [F33] keeps its own state where nobody attests, and tells nobody of it; of each reducer two are kept', async () => {
    const { mesh, add } = network()
    const [ann, ben] = [await add('ann', history, { rules: testRules }), await add('ben', history, { rules: testRules })]
    mesh.link(ann, ben)
    await mesh.settled()
    for (let epoch = 0; epoch < 3; epoch += 1) {
      expect(await offerState(appOn(ann), reducer)).toMatchObject({ height: height + epoch, own: true, attesters: [], needed: null })
      clockMs += epochMs
    }
    expect(await appOn(ann).states.restore(reducer)).toMatchObject({ own: true, height: height + 2 })
    expect(await appOn(ben).states.restore(reducer)).toBeNull()
    expect(await appOn(ben).states.restore(reducer, { atLeast: 1 })).toBeNull()
    expect([...ann.disk.values.keys()].filter(name => name.startsWith('app-state-within/'))).toHaveLength(2)
    // Of nine reducers the one that was named longest ago goes, with its bytes.
    for (let number = 0; number < 8; number += 1) await offerState(appOn(ann), { ...reducer, name: `other/${number}` })
    expect(await appOn(ann).states.show(reducer)).toEqual([])
    expect([...ann.disk.values.keys()].filter(name => name.startsWith('app-state-within/'))).toHaveLength(1)
  })
})
