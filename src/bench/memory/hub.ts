/**
 * A hub with very many messages on a browser's disk: made, and opened again. The messages have the form, ids and hashes that they should have, but
 * filler for signatures: signing a million would take minutes, and opening does not check signatures again (they are checked before anything is
 * stored). While the hub is made its verifier therefore says yes to everything.
 */
import { blake3 } from '../../base/blake3.ts'
import { toHex } from '../../base/bytes.ts'
import { createEventLog } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import { createRuntime, type Runtime } from '../../hub/runtime.ts'
import { encodeSignedBytes } from '../../message/codec.ts'
import { composeMessage } from '../../message/compose.ts'
import { networkOf } from '../../message/genesis.ts'
import { signatureBytes } from '../../message/limits.ts'
import type { Body, MessageId, PublicKeyHex } from '../../message/types.ts'
import { openIndexedDbStore } from '../../store/indexeddb.ts'
import type { MessageStore } from '../../store/message-store.ts'

/** What whoever opens it asks for. */
export interface FilledHub {
  readonly messages: number
  /** One of its messages, from the middle. */
  readonly id: MessageId
}

export interface OpenedHub {
  /** Milliseconds from a fresh worker to the first answer by id. */
  readonly openMs: number
  /** Bytes of packed memory, as the runtime counts them. */
  readonly setBytes: number
  readonly placeBytes: number
  readonly referenceBytes: number
}

const rules = networkOf({ name: 'memory', genesisTime: 1_700_000_000_000, admissionBits: 0, attesters: [] })
const database = 'memory'
/** Devices that wrote, one an author. A feed has room for 100,000 messages, so a million needs ten at least. */
const authorsMax = 200
/** They wrote for 90 days: about 7,400 epochs. */
const spanMs = 90 * 24 * 3_600_000
/** Pads a post to about 300 B in all. */
const textCharacters = 32

export async function fillHub (messages: number): Promise<FilledHub> {
  const store = await openStore()
  const runtime = await startHub(store)
  const stored = new Promise<void>((resolve) => {
    let count = 0
    runtime.onStored(() => {
      count += 1
      if (count === messages) resolve()
    })
  })
  let id: MessageId | undefined
  let number = 0
  for (const made of inventMessages(messages)) {
    if (number === Math.floor(messages / 2)) id = made.id
    await runtime.frame('neighbour' as PeerId, { type: 'gossip', message: made.bytes, hops: 1 })
    number += 1
  }
  await stored
  await runtime.settled()
  await store.close()
  if (id == null) throw new Error('There is nothing in this hub.')
  return { messages, id }
}

/** Kept, so that its memory can be measured. */
let opened: Runtime | undefined

export async function openHub ({ messages, id }: FilledHub): Promise<OpenedHub> {
  const start = performance.now()
  opened = await startHub(await openStore())
  const found = await opened.messages.get(id)
  const openMs = performance.now() - start
  if (found?.message.id !== id || opened.messages.size !== messages) throw new Error(`The hub opened with ${opened.messages.size} messages of ${messages}.`)
  const { set, places, references } = opened.memory()
  return { openMs, setBytes: set, placeBytes: places, referenceBytes: references }
}

async function openStore (): Promise<MessageStore> {
  return openIndexedDbStore(database, { onDamage: ({ sentence }) => { throw new Error(sentence) } })
}

async function startHub (store: MessageStore): Promise<Runtime> {
  const now = (): number => Date.now()
  return createRuntime({
    rules,
    random: length => crypto.getRandomValues(new Uint8Array(length)),
    store,
    verify: async () => true,
    isOwn: () => false,
    transport: { send: () => true, reject: (_, code) => { throw new Error(`An invented message was refused: ${code}`) } },
    log: createEventLog(now),
    now
  })
}

interface InventedMessage {
  readonly id: MessageId
  readonly bytes: Uint8Array<ArrayBuffer>
}

interface Feed {
  readonly author: PublicKeyHex
  readonly signer: PublicKeyHex
  seq: number
  prev: MessageId | undefined
}

/** Introductions first, then posts by turns. */
function* inventMessages (count: number): Generator<InventedMessage> {
  const feeds = Array.from({ length: Math.min(authorsMax, Math.ceil(count / 2)) }, (_, number): Feed =>
    ({ author: inventedKey(`author ${number}`), signer: inventedKey(`device ${number}`), seq: 0, prev: undefined }))
  const startMs = Date.now() - spanMs
  for (const { author, signer } of feeds) {
    const body: Body = { kind: 'signer-add', signer, scope: { kinds: [], collections: [] }, name: 'device', work: new Uint8Array(0) }
    yield invent({ author, signer: author, seq: 0, prev: undefined }, startMs, body)
  }
  for (let number = 0; number < count - feeds.length; number += 1) {
    const feed = feeds[number % feeds.length]
    if (feed == null) return
    const timestamp = startMs + 1 + Math.floor(number / count * (spanMs - 1))
    const made = invent(feed, timestamp, { kind: 'post', text: `${number}`.padEnd(textCharacters, '.'), parent: undefined })
    feed.seq += 1
    feed.prev = made.id
    yield made
  }
}

function invent ({ author, signer, seq, prev }: Feed, timestamp: number, body: Body): InventedMessage {
  const { id, headerBytes, bodyBytes } = composeMessage({ author, signer, seq: seq + 1, prev, timestamp, body }, rules)
  return { id, bytes: encodeSignedBytes({ header: headerBytes, body: bodyBytes, signature: filler }) }
}

const filler = new Uint8Array(signatureBytes).fill(0x5f)

function inventedKey (name: string): PublicKeyHex {
  return toHex(blake3(new TextEncoder().encode(name))) as PublicKeyHex
}
