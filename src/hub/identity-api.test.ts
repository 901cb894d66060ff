import { describe, expect, test } from 'vitest'
import { HubError, type HubErrorCode } from '../base/errors.ts'
import { networkOf } from '../message/genesis.ts'
import type { MessageId, PublicKeyHex } from '../message/types.ts'
import { createMemoryDisk } from '../store/memory.ts'
import { startMs, testRules } from './fixtures/author.ts'
import { createMesh } from './fixtures/mesh.ts'
import { createWriter, messageOf, rootFeed, say, type Writer } from './fixtures/writer.ts'
import { createIdentityApi } from './identity-api.ts'
import { createPublisher } from './publisher.ts'

const failsWith = (code: HubErrorCode) => (thrown: unknown): boolean => thrown instanceof HubError && thrown.code === code
const reports = ({ log }: Writer, type: string): number => log.read({ since: 0, limit: 1_000, type }).length
/** A key that is one: the base point. */
const otherKey = `58${'66'.repeat(31)}` as PublicKeyHex

describe('export', () => {
  test('the phrase has twelve words, is the same each time, and counts as backed up, after a restart too', async () => {
    const disk = createMemoryDisk()
    const ann = await createWriter('ann', { disk })
    expect(await ann.api.show()).toMatchObject({ backedUp: false })
    const phrase = await ann.api.export()
    expect(phrase).toMatch(/^([a-z]+ ){11}[a-z]+$/)
    expect(await ann.api.export()).toBe(phrase)
    expect(await ann.api.show()).toEqual({ author: ann.identity.author, device: ann.identity.device, deviceName: 'ann', backedUp: true })
    expect(await (await createWriter('ann', { disk })).api.show()).toEqual(await ann.api.show())
  })

  test('under a password it counts as backed up as well, and the phrase is not in it', async () => {
    const ann = await createWriter('ann')
    expect(await ann.api.export('a password')).toMatch(/^hubbub-identity-1\.[\w-]+$/)
    expect(await ann.api.show()).toMatchObject({ backedUp: true })
  })

  test.for([[''], [7], [{}], ['x'.repeat(1_025)]] as const)('a password that is none is refused, and nothing counts as backed up: %j', async ([password]) => {
    const ann = await createWriter('ann')
    await expect(ann.api.export(password as string)).rejects.toSatisfy(failsWith('invalid-argument'))
    expect(await ann.api.show()).toMatchObject({ backedUp: false })
  })

  test('on a full disk the phrase is handed out all the same; that it was not noted is in the log', async () => {
    let full = false
    const ann = await createWriter('ann', {
      keyStore: store => ({
        getValue: store.getValue.bind(store),
        putValue: async (key, value) => full ? Promise.reject(new HubError('storage-full', 'full')) : store.putValue(key, value)
      })
    })
    full = true
    expect((await ann.api.export()).split(' ')).toHaveLength(12)
    expect(await ann.api.show()).toMatchObject({ backedUp: false })
    expect(reports(ann, 'backup-not-noted')).toBe(1)
  })
})

describe('import', () => {
  test.for([['phrase', undefined], ['password', 'a password']] as const)('a second hub writes as the same author with another device, and the first accepts it (%s)', async ([, password]) => {
    const mesh = createMesh()
    const [ann, bob] = [await createWriter('ann', { mesh }), await createWriter('bob', { mesh })]
    mesh.link(ann, bob)
    await mesh.settled()
    const before = bob.identity.show()
    const shown = await bob.api.import(await ann.api.export(password), password)
    expect(shown).toEqual({ author: ann.identity.author, device: bob.identity.device, deviceName: 'bob', backedUp: true })
    expect([before.device, ann.identity.device]).not.toContain(shown.device)
    const { id, seq, author } = await say(bob, 'from my other computer')
    await mesh.settled()
    expect([seq, author]).toEqual([1, ann.identity.author])
    expect(messageOf(ann, id)?.header).toMatchObject({ author: ann.identity.author, signer: shown.device })
    expect(ann.runtime.set.standing(id)).toBe('live')
    // bob had seen ann's root message, so his has the next number, and nothing is forked.
    const feed = [[1, 'signer-add', ann.identity.device], [2, 'signer-add', shown.device]]
    expect([rootFeed(ann, author), rootFeed(bob, author)]).toEqual([feed, feed])
    expect([reports(ann, 'fork'), ann.rejections]).toEqual([0, []])
    // And each goes on with its own numbers.
    expect([await say(ann, 'here'), await say(bob, 'there')]).toMatchObject([{ seq: 1, author }, { seq: 2, author }])
  })

  test('[R5] a hub that had never met the author is accepted all the same: signer-adds may share a number', async () => {
    const mesh = createMesh()
    const [ann, bob] = [await createWriter('ann', { mesh }), await createWriter('bob', { mesh })]
    await ann.api.addDevice(otherKey)
    await bob.api.import(await ann.api.export())
    const { id, author } = await say(bob, 'offline until now')
    mesh.link(ann, bob)
    await mesh.settled()
    expect([ann, bob].map(({ runtime }) => runtime.set.standing(id))).toEqual(['live', 'live'])
    expect(reports(ann, 'fork')).toBe(1)
    // From now on bob counts on from what ann wrote.
    const { id: next } = await bob.api.revokeDevice(otherKey)
    await mesh.settled()
    expect(messageOf(ann, next)?.header).toMatchObject({ author, seq: 3 })
    expect(ann.runtime.set.standing(next as MessageId)).toBe('live')
  })

  test('what waits is published as the old identity, what comes after as the new, each with its own numbers', async () => {
    const [ann, bob] = [await createWriter('ann'), await createWriter('bob')]
    const old = bob.identity.show()
    const phrase = await ann.api.export()
    const early = [say(bob, 'one'), say(bob, 'two'), say(bob, 'three')]
    const importing = bob.api.import(phrase)
    const during = [say(bob, 'four'), say(bob, 'five')]
    const published = await Promise.all([...early, ...during])
    const { device } = await importing
    const late = await Promise.all([say(bob, 'six'), say(bob, 'seven')])
    expect(published.map(({ author }) => author).slice(0, 3)).toEqual([old.author, old.author, old.author])
    expect(late.map(({ author }) => author)).toEqual([ann.identity.author, ann.identity.author])
    const seqs = new Map<string, number[]>()
    for (const { id, seq, author } of [...published, ...late]) {
      expect(messageOf(bob, id)?.header.signer).toBe(author === old.author ? old.device : device)
      expect(bob.runtime.set.standing(id)).toBe('live')
      seqs.set(author, [...seqs.get(author) ?? [], seq])
    }
    for (const numbers of seqs.values()) expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  })

  test('it outlives a restart, with the old messages still there and the same peer', async () => {
    const [ann, disk] = [await createWriter('ann'), createMemoryDisk()]
    const bob = await createWriter('bob', { disk })
    const kept = await say(bob, 'as bob')
    await bob.api.import(await ann.api.export())
    await say(bob, 'as ann')
    const again = await createWriter('bob', { disk })
    expect(again.identity.show()).toEqual(bob.identity.show())
    expect(again.identity.peerKeySeed).toEqual(bob.identity.peerKeySeed)
    expect(messageOf(again, kept.id)?.header.author).toBe(kept.author)
    expect(await say(again, 'again')).toMatchObject({ author: ann.identity.author, seq: 2 })
    expect((await again.identity.openRoot()).publicKey).toBe(ann.identity.author)
  })

  test('one\'s own phrase makes a new device here too', async () => {
    const ann = await createWriter('ann')
    const { author, device } = ann.identity.show()
    await say(ann, 'before')
    const shown = await ann.api.import((await ann.api.export()).toUpperCase())
    expect(shown.author).toBe(author)
    expect(shown.device).not.toBe(device)
    expect(await say(ann, 'after')).toMatchObject({ seq: 1, author })
    expect(rootFeed(ann, author)).toEqual([[1, 'signer-add', device], [2, 'signer-add', shown.device]])
  })

  test('[M41] brings the work that the network wants', async () => {
    const rules = networkOf({ ...testRules.genesis, admissionBits: 6 })
    const [ann, bob] = [await createWriter('ann', { rules }), await createWriter('bob', { rules })]
    await bob.api.import(await ann.api.export())
    await bob.api.addDevice(otherKey)
    expect(rootFeed(bob, ann.identity.author)).toEqual([[1, 'signer-add', bob.identity.device], [2, 'signer-add', otherKey]])
  })

  const saved = 'hubbub-identity-1.34h-Xaq_pGPrFX0Vpwpfg_jQIX9_5O3FHwPLnivEG8TRljRQyWU2b8imUVGY_x8tP37jUZYfa7qsAzU8'
  const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
  test.for<[string, unknown, unknown, HubErrorCode]>([
    ['nothing', undefined, undefined, 'invalid-argument'],
    ['an empty text', '', undefined, 'invalid-argument'],
    ['a text without end', 'zoo '.repeat(1_000), undefined, 'invalid-argument'],
    ['a wrong word', phrase.replace('wave', 'wafe'), undefined, 'recovery-invalid'],
    ['a wrong checksum', phrase.replace('yellow', 'zoo'), undefined, 'recovery-invalid'],
    ['a phrase with a password', phrase, 'a password', 'invalid-argument'],
    ['a password that is none', saved, 7, 'invalid-argument'],
    ['an export without its password', saved, undefined, 'password-missing'],
    ['an export with an empty password', saved, '', 'password-missing'],
    ['an export with another password', saved, 'correct house', 'password-wrong'],
    ['an export of a later version', saved.replace('-1.', '-9.'), 'correct horse', 'recovery-invalid']
  ])('%s is refused and changes nothing', async ([, text, password, code]) => {
    const ann = await createWriter('ann')
    const before = [ann.identity.show(), await ann.store.getValue('identity')]
    await expect(ann.api.import(text as string, password as string)).rejects.toSatisfy(failsWith(code))
    expect([ann.identity.show(), await ann.store.getValue('identity')]).toEqual(before)
    expect(ann.runtime.messages.size).toBe(1)
  })

  test('an empty password beside a phrase is none', async () => {
    const ann = await createWriter('ann')
    expect(await ann.api.import(phrase, '')).toMatchObject({ backedUp: true })
  })

  test('when the new identity cannot be stored, the old one stays and writes on', async () => {
    let full = false
    const ann = await createWriter('ann', {
      keyStore: store => ({
        getValue: store.getValue.bind(store),
        putValue: async (key, value) => full ? Promise.reject(new HubError('storage-full', 'full')) : store.putValue(key, value)
      })
    })
    const before = ann.identity.show()
    await say(ann, 'one')
    full = true
    await expect(ann.api.import(phrase)).rejects.toSatisfy(failsWith('storage-full'))
    expect(ann.identity.show()).toEqual(before)
    expect(await say(ann, 'two')).toMatchObject({ seq: 2, author: before.author })
  })

  test('when only the introduction cannot be stored, the next message introduces the device first', async () => {
    const ann = await createWriter('ann')
    const { publish } = ann.runtime
    let full = true
    const publisher = await createPublisher({
      runtime: { ...ann.runtime, publish: async message => full ? Promise.reject(new HubError('storage-full', 'full')) : publish(message) },
      identity: ann.identity, rules: testRules, now: () => startMs
    })
    await expect(createIdentityApi({ ...ann, publisher }).import(phrase)).rejects.toSatisfy(failsWith('storage-full'))
    const { author, device } = ann.identity.show()
    full = false
    const { id } = await publisher.publish({ kind: 'post', text: 'hello' })
    expect(rootFeed(ann, author)).toEqual([[1, 'signer-add', device]])
    expect(ann.runtime.set.standing(id as MessageId)).toBe('live')
  })
})
