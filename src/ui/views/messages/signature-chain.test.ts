import { describe, expect, test } from 'vitest'
import { sampleAuthor, samplePost } from '../../data/samples.ts'
import type { MessageDetail, MessageView } from '../../../worker/api.ts'
import { authorDevices } from '../author/devices.ts'
import { signatureChain, type Checked, type KeyHistory } from './signature-chain.ts'

const post = samplePost(4)
const detail = (changes: Partial<MessageDetail> = {}): MessageDetail => (
  { ...post, standing: 'live', held: 0, heldBy: [], trace: null, raw: { header: '0801', body: null, signature: '' }, ...changes })
const add: MessageView = samplePost(1, { kind: 'signer-add', signer: sampleAuthor, body: { signer: post.signer, name: 'Laptop', scope: { kinds: ['post'], collections: [] } } })
const remove = (keepHead: string | null): MessageView => samplePost(9, { kind: 'signer-remove', signer: sampleAuthor, body: { signer: post.signer, keepHead } })
const unchecked: Checked = { message: null, introduction: null }
const verdicts = (message: MessageDetail, history: KeyHistory, checked = unchecked): string[] => signatureChain(message, history, checked).map(({ verdict, verdictWords }) => `${verdict}: ${verdictWords}`)

describe('why a message is believed', () => {
  test('the root key introduced the device, the device signed the message', () => {
    const chain = signatureChain(detail(), { adds: [add], removes: [] }, { message: true, introduction: true })
    expect(chain.map(({ title, verdictWords }) => [title, verdictWords])).toEqual([
      ['Root key', 'the author'], ['Laptop', 'root signed, checked again here'], ['This message', 'device signed, checked again here']
    ])
    expect(chain[1]?.words).toMatch(/Introduced .*\. It may write post\. Not revoked\./)
    expect(chain[1]?.evidence).toBe(add.id)
  })

  test('a root key signs for itself', () => {
    expect(verdicts(detail({ signer: sampleAuthor, kind: 'signer-add' }), { adds: [], removes: [] })).toEqual(['good: the author', 'good: root signed'])
  })

  test('a revocation that kept it is told, one that did not is the reason why it does not count', () => {
    expect(verdicts(detail(), { adds: [add], removes: [remove('ab'.repeat(32))] })[1]).toBe('good: root signed, later revoked')
    expect(verdicts(detail({ standing: 'barred' }), { adds: [add], removes: [remove(null)] })).toEqual([
      'good: the author', 'bad: root signed, later revoked', 'bad: signed, and barred: written after what the revocation kept'
    ])
  })

  test('nothing is claimed of what is not here, and a signature that does not hold is said to be so', () => {
    expect(verdicts(detail(), { adds: [], removes: [] })[1]).toBe('open: not shown')
    expect(verdicts(detail(), { adds: [add], removes: [] }, { message: false, introduction: false }).slice(1)).toEqual(['bad: signature does not hold', 'bad: signature does not hold'])
  })
})

test('devices in use come first, then revoked ones, then those that only their messages tell of', () => {
  const other = samplePost(2, { kind: 'signer-add', body: { signer: 'cc'.repeat(32), name: '' } })
  const feed = { author: sampleAuthor, signer: 'dd'.repeat(32), count: 3, firstSeq: 1, lastSeq: 4, missing: 1 }
  const devices = authorDevices(sampleAuthor, { adds: [add, other], removes: [remove(null)] }, [feed, { ...feed, signer: sampleAuthor }])
  expect(devices.map(({ key, name, remove: removed, feed: known }) => [key.slice(0, 2), name, removed != null, known?.lastSeq])).toEqual([
    ['cc', 'A device', false, undefined], [post.signer.slice(0, 2), 'Laptop', true, undefined], ['dd', 'A device', false, 4]
  ])
})
