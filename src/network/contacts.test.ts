import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import type { PeerId } from '../base/peer.ts'
import { epochOf } from '../message/epoch.ts'
import type { Announced } from './announcement.ts'
import { createContacts } from './contacts.ts'

const [ann, ben, cyd] = ['ann', 'ben', 'cyd'] as [PeerId, PeerId, PeerId]
const relay = '12D3KooWAcXhypmBRDpyFDhCuBrs3USkaqTcEspExW6mZVFVXc8f'
const nowMs = 1_800_000_000_000
const announced = (change: Partial<Announced> = {}): Announced => ({
  addresses: [], agent: 'test', introducers: [], links: [], mode: 'synced', messages: 3, minEpoch: null, maxEpoch: null, serving: false, root: null, checkpoint: null, authorship: null, ...change
})

test('what a hub announced last is shown, with when it was heard and whether it is linked', () => {
  const contacts = createContacts(() => nowMs)
  contacts.note(ann, announced({ messages: 1 }))
  contacts.note(ben, announced())
  contacts.note(ann, announced({ introducers: [ben], links: [{ peer: ben, link: 'lazy', isServer: false, rttMs: 7 }] }))
  expect(contacts.views(peer => peer === ben)).toEqual([
    { peerId: ben, agent: 'test', mode: 'synced', messages: 3, minEpoch: null, maxEpoch: null, serving: false, introducers: [], links: [], heardAt: nowMs, linked: true, authorship: null },
    {
      peerId: ann, agent: 'test', mode: 'synced', messages: 3, minEpoch: null, maxEpoch: null, serving: false, introducers: [ben],
      links: [{ peerId: ben, link: 'lazy', rttMs: 7 }], heardAt: nowMs, linked: false, authorship: null
    }
  ])
})

test('heights are cut to the present epoch and one more', () => {
  const contacts = createContacts(() => nowMs)
  const now = epochOf(nowMs)
  expect(contacts.note(ann, announced({ minEpoch: 5, maxEpoch: now + 1 }))).toMatchObject({ minEpoch: 5, maxEpoch: now + 1 })
  expect(contacts.note(ann, announced({ minEpoch: now + 9, maxEpoch: 2 ** 32 - 1 }))).toMatchObject({ minEpoch: now + 1, maxEpoch: now + 1 })
})

test('neighbours are the links that are to no server; addresses that a browser cannot dial are left out, and one is kept a relay', () => {
  const contacts = createContacts(() => nowMs)
  const contact = contacts.note(ann, announced({
    links: [{ peer: ben, link: 'eager', isServer: false, rttMs: null }, { peer: cyd, link: 'eager', isServer: true, rttMs: null }],
    addresses: [
      multiaddr(`/ip4/10.0.0.1/tcp/1/ws/p2p/${relay}/p2p-circuit/webrtc`), multiaddr('/ip4/10.0.0.1/tcp/1/ws'),
      multiaddr(`/ip4/10.0.0.2/tcp/1/ws/p2p/${relay}/p2p-circuit/webrtc`)
    ]
  }))
  expect([...contact.neighbours]).toEqual([ben])
  expect(contact.served.map(String)).toEqual([`/ip4/10.0.0.1/tcp/1/ws/p2p/${relay}/p2p-circuit/webrtc`])
})

test('1,024 are remembered; the one not heard of for longest falls out', () => {
  const contacts = createContacts(() => nowMs)
  const peers = Array.from({ length: 1_025 }, (_, index) => `peer ${index}` as PeerId)
  for (const peer of peers.slice(0, -1)) contacts.note(peer, announced())
  contacts.note(peers[0]!, announced())
  contacts.note(peers.at(-1)!, announced())
  expect([0, 1, 2, 1_024].map(index => contacts.get(peers[index]!) != null)).toEqual([true, false, true, true])
})

test('who is needed stays, however many others announce themselves', () => {
  const contacts = createContacts(() => nowMs, peer => peer === ann)
  contacts.note(ann, announced())
  contacts.note(ben, announced())
  for (let index = 0; index < 2_000; index += 1) contacts.note(`invented ${index}` as PeerId, announced())
  expect([ann, ben].map(peer => contacts.get(peer) != null)).toEqual([true, false])
  expect(contacts.views(() => false)).toHaveLength(1_024)
})
