import { expect, test } from 'vitest'
import { fromHex } from '../../base/bytes.ts'
import type { Report } from '../../base/event-log.ts'
import { changeInput, decodeChanges, encodeChanges, type AttesterChange, type SignedChange } from '../../fastsync/attester-changes.ts'
import { peerOfKey } from '../../fastsync/attesters.ts'
import { heightAt } from '../../fastsync/checkpoint.ts'
import { changeLeadEpochs } from '../../fastsync/limits.ts'
import { epochStartMs } from '../../message/epoch.ts'
import { networkOf } from '../../message/genesis.ts'
import { createSignatureCheck, rootSigner, type Signer } from '../../message/signing.ts'
import { createMemoryDisk, openMemoryStore } from '../../store/memory.ts'
import { startMs } from '../fixtures/author.ts'
import { openAttesterRegister, type AttesterRegister } from './attester-register.ts'

const signers = await Promise.all([1, 2, 3, 4, 5].map(async number => rootSigner(new Uint8Array(32).fill(number))))
const [ann, ben, cat, dan, eve] = signers as [Signer, Signer, Signer, Signer, Signer]
const idOf = ({ publicKey }: Signer): string => peerOfKey(publicKey)
const rules = networkOf({ name: 'attested', genesisTime: 1_700_000_000_000, admissionBits: 0, attesters: [ann, ben, cat, dan].map(idOf).sort() })
const checkSignature = createSignatureCheck()
let clockMs = startMs

interface Opened { readonly register: AttesterRegister, readonly reports: readonly Report[], readonly disk: ReturnType<typeof createMemoryDisk> }

async function open (signer: Signer | undefined, disk = createMemoryDisk()): Promise<Opened> {
  const reports: Report[] = []
  const register = await openAttesterRegister({
    rules, store: await openMemoryStore(disk), checkSignature, now: () => clockMs, signer: signer && (async () => signer),
    report: (one) => { reports.push(one) }
  })
  return { register, reports, disk }
}

const bytesOf = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0)
const changeIn = (text: string): SignedChange => decodeChanges(bytesOf(text))?.[0] as SignedChange

/** Signed by three of four, and known to the first of them. */
async function joined (): Promise<{ readonly by: Opened, readonly bytes: Uint8Array }> {
  const [first, second, third] = await Promise.all([open(ann), open(ben), open(cat)])
  const { text } = await second.register.sign((await first.register.propose({ kind: 'joins', peerId: idOf(eve) })).text)
  const { text: bytes, holds } = await third.register.sign(text)
  expect(holds).toBe(true)
  expect(await first.register.take(bytesOf(bytes))).toBeUndefined()
  return { by: first, bytes: bytesOf(bytes) }
}

test('[F25] [F26] what enough signed is known after a restart, told to others, and checked when it is read', async () => {
  const { by: { register, reports, disk }, bytes } = await joined()
  expect(reports).toMatchObject([{ type: 'attesters-changed' }])
  expect([register.since(1), register.since(2)]).toEqual([bytes, undefined])
  const height = heightAt(clockMs) + changeLeadEpochs
  expect([height - 1, height].map(at => register.at(at).has(eve.publicKey))).toEqual([false, true])

  const again = await open(ann, disk)
  expect(again.register.since(1)).toEqual(bytes)
  expect(again.reports.filter(({ type }) => type === 'attesters-damaged')).toEqual([])
  for (const damaged of [bytes.subarray(0, -1), bytes.map((byte, index) => index === bytes.length - 1 ? byte ^ 1 : byte)]) {
    await (await openMemoryStore(disk)).putValue('attester-changes', damaged)
    const after = await open(ann, disk)
    expect(after.register.nextNumber).toBe(1)
    expect(after.reports).toMatchObject([{ type: 'attesters-damaged' }])
    expect(await after.register.take(bytes), 'another hub has it').toBeUndefined()
    expect(after.register.nextNumber).toBe(2)
  }
})

test('[F11] [F27] what no honest hub tells of attesters is an offence, and changes nothing', async () => {
  const { bytes } = await joined()
  const [{ change, attestations }] = decodeChanges(bytes) as [SignedChange]
  const { register } = await open(undefined)
  const offences: ReadonlyArray<readonly [string, Uint8Array, string]> = [
    ['junk', Uint8Array.of(1, 2, 3), 'change-malformed'],
    ['too few', encodeChanges([{ change, attestations: attestations.slice(1) }]), 'bad-change'],
    ['one twice', encodeChanges([{ change, attestations: [...attestations.slice(1), ...attestations.slice(1)] }]), 'bad-change'],
    ['a signature of another change', encodeChanges([{ change: { ...change, height: change.height + 1 }, attestations }]), 'bad-change'],
    ['another network', encodeChanges([{ change: { ...change, network: '00'.repeat(32) as typeof change.network }, attestations }]), 'bad-change'],
    ['who is none', encodeChanges([{ change, attestations: await Promise.all([5, 6, 7].map(async number => signedBy(change, await rootSigner(new Uint8Array(32).fill(number))))) }]), 'bad-change']
  ]
  for (const [what, given, code] of offences) expect(await register.take(given), what).toBe(code)
  expect(register.nextNumber).toBe(1)
  expect(await Promise.all([register.take(bytes), register.take(bytes), register.take(new Uint8Array(0))]), 'from two at once').toEqual([undefined, undefined, undefined])
  expect(register.nextNumber).toBe(2)
})

test('[F27] of two chains a hub stays with the one that it knew first, and blames nobody', async () => {
  const { by: { register, reports } } = await joined()
  const other = { ...changeIn((await (await open(dan)).register.propose({ kind: 'leaves', peerId: idOf(ann) })).text).change }
  const second: AttesterChange = { ...other, number: 2, height: other.height + 1 }
  const told = encodeChanges([
    { change: other, attestations: await Promise.all([ben, cat, dan].map(async signer => signedBy(other, signer))) },
    { change: second, attestations: await Promise.all([ben, cat, dan].map(async signer => signedBy(second, signer))) }
  ])
  expect(await register.take(told)).toBeUndefined()
  expect(register.nextNumber).toBe(2)
  expect(reports.map(({ type }) => type)).toEqual(['attesters-changed', 'attesters-differ'])
})

test('[F25] an attester signs one change of a number, until its time has passed; and nothing that cannot hold', async () => {
  const disk = createMemoryDisk()
  const { register } = await open(ann, disk)
  const { text } = await register.propose({ kind: 'joins', peerId: idOf(eve) })
  await expect(register.propose({ kind: 'leaves', peerId: idOf(ben) })).rejects.toMatchObject({ code: 'invalid-argument' })
  const again = (await open(ann, disk)).register
  await expect(again.propose({ kind: 'leaves', peerId: idOf(ben) }), 'after a restart').rejects.toMatchObject({ code: 'invalid-argument' })
  expect(await again.sign(text), 'the same once more').toMatchObject({ signed: 1, needed: 3, holds: false })
  const before = clockMs
  clockMs += epochStartMs(changeLeadEpochs + 1)
  await expect((await open(ben)).register.sign(text), 'its time has passed').rejects.toMatchObject({ code: 'invalid-argument' })
  expect(await again.propose({ kind: 'leaves', peerId: idOf(ben) })).toMatchObject({ signed: 1 })
  clockMs = before
  for (const proposal of [{ kind: 'joins', peerId: idOf(ben) }, { kind: 'leaves', peerId: idOf(eve) }, { kind: 'joins', peerId: 'QmNone' }] as const) {
    await expect((await open(cat)).register.propose(proposal), JSON.stringify(proposal)).rejects.toMatchObject({ code: 'invalid-argument' })
  }
  for (const given of ['', 'zz', '00', text + text, text.slice(2), 'ab'.repeat(10_000)]) {
    await expect((await open(cat)).register.sign(given), given.slice(0, 20)).rejects.toMatchObject({ code: 'invalid-argument' })
  }
})

async function signedBy (change: AttesterChange, signer: Signer): Promise<SignedChange['attestations'][number]> {
  return { attester: signer.publicKey, signature: await signer.sign(changeInput(change)) }
}
