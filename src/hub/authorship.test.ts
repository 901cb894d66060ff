import { describe, expect, test } from 'vitest'
import { composeMessage } from '../message/compose.ts'
import { createSignatureCheck, rootSigner, signMessage } from '../message/signing.ts'
import type { Message, NetworkId } from '../message/types.ts'
import { createReplicatedSet, type ReplicatedSet } from '../message/replicated-set.ts'
import { createAuthorships, signAuthorship, type HeardHub } from './authorship.ts'
import { createAuthor, startMs, testRules } from './fixtures/author.ts'

const number = 7
const device = await rootSigner(new Uint8Array(32).fill(number + 128)) // the fixture's device of this author
const root = await rootSigner(new Uint8Array(32).fill(number))
const author = await createAuthor(number)
const peerId = '12D3KooWAcXhypmBRDpyFDhCuBrs3USkaqTcEspExW6mZVFVXc8f'
const claim = await signAuthorship(author.key, device, testRules.network, peerId)

const heard = (authorship: Uint8Array | null, by = peerId): HeardHub => ({
  peerId: by, agent: '', mode: null, messages: null, minEpoch: null, maxEpoch: null, serving: false, introducers: [], links: [], heardAt: 0, linked: false,
  authorship
})

function knowing (messages: readonly Message[] = []): ReplicatedSet {
  const set = createReplicatedSet({ network: testRules.network, genesis: testRules.genesis })
  for (const message of messages) expect(set.offer(message, startMs).outcome.type).toBe('admitted')
  return set
}

async function shown (authorship: Uint8Array | null, { set = knowing([author.introduction]), by = peerId, network = testRules.network } = {}) {
  const [hub] = await createAuthorships({ set, network, check: createSignatureCheck() })([heard(authorship, by)])
  return { author: hub?.author, proven: hub?.authorProven }
}

describe('whose hub it is', () => {
  test('[N6] 128 bytes say it', () => { expect(claim.byteLength).toBe(128) })

  test('[N7] is proven by a device that the author introduced', async () => {
    expect(await shown(claim)).toEqual({ author: author.key, proven: true })
  })

  test('[N7] is only said where nobody here knows the device, or its author revoked it', async () => {
    expect(await shown(claim, { set: knowing() })).toEqual({ author: author.key, proven: false })
    const { id, header, body, ...bytes } = composeMessage({
      author: author.key, signer: author.key, seq: 2, prev: author.introduction.id, timestamp: startMs + 2,
      body: { kind: 'signer-remove', signer: author.device, keepHead: undefined }
    }, testRules)
    const removal: Message = { id, header, body, bytes: await signMessage({ id, header, body, ...bytes }, root) }
    const set = knowing([author.introduction])
    const views = createAuthorships({ set, network: testRules.network, check: createSignatureCheck() })
    expect((await views([heard(claim)]))[0]).toMatchObject({ authorProven: true })
    set.offer(removal, startMs)
    expect((await views([heard(claim)]))[0], 'the signature was checked before the revocation came').toMatchObject({ author: author.key, authorProven: false })
  })

  test('[N7] is unknown where the signature is of another hub, another network, another author, or none', async () => {
    const unknown = { author: null, proven: false }
    expect(await shown(null)).toEqual(unknown)
    expect(await shown(claim, { by: `${peerId.slice(0, -1)}g` })).toEqual(unknown)
    expect(await shown(claim, { network: 'ab'.repeat(32) as NetworkId })).toEqual(unknown)
    for (const at of [32, 64, 127]) expect(await shown(claim.map((byte, index) => index === at ? byte ^ 1 : byte)), `byte ${at} changed`).toEqual(unknown)
    const stranger = await createAuthor(9)
    const stolen = await signAuthorship(stranger.key, device, testRules.network, peerId)
    expect(await shown(stolen), 'a device that the author named did not introduce').toEqual({ author: stranger.key, proven: false })
  })
})
