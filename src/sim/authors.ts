/**
 * Who writes in a simulated world: authors with a root key and devices, all of it from the seed, and messages that are really signed. At once, on the
 * calling thread: nothing in virtual time may wait for another one.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { Random } from '../base/seeded-random.ts'
import { composeMessage } from '../message/compose.ts'
import { networkOf } from '../message/genesis.ts'
import { signingInput } from '../message/signing-input.ts'
import type { Body, Message, MessageId, NetworkGenesis, PublicKeyHex, Scope } from '../message/types.ts'
import { toHex } from '../base/bytes.ts'

/** The network of all simulations: open, as a proof of work proves nothing here. */
export const simRules: NetworkGenesis = networkOf({ name: 'simulation', genesisTime: 1_700_000_000_000, admissionBits: 0, attesters: [] })
/** Hubs' clocks at virtual time 0. A day after genesis, so that there can be a history of some 80 epochs. */
export const clockStartMs = simRules.genesis.genesisTime + 86_400_000

export interface SimFeed {
  readonly author: PublicKeyHex
  readonly signer: PublicKeyHex
  /** Its newest message. */
  readonly head: MessageId | undefined
  /** Its next message, dated with a hub's clock; later than the last one in any case. */
  write: (body: Body, timestampMs: number) => Message
  /** Another message under the number of the newest one, which the next follows: what an honest device never does. */
  fork: (body: Body, timestampMs: number) => Message
}

export interface SimAuthor {
  /** What the root key signs: namespace 0. */
  readonly root: SimFeed
  /** What its first device signs. */
  readonly device: SimFeed
  /** The first message of the root key: it adds the first device. */
  readonly introduction: Message
  /** One more device, and the message that adds it. */
  addDevice: (timestampMs: number, scope?: Scope) => { readonly device: SimFeed, readonly introduction: Message }
}

const everything: Scope = { kinds: [], collections: [] }
/** RFC 8410: everything of a PKCS #8 Ed25519 private key before its seed, and of a public key in SPKI form. */
const pkcs8Prefix = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
const spkiPrefixBytes = 12

export function createSimAuthor (random: Random, timestampMs = clockStartMs - 3_600_000): SimAuthor {
  const rootKey = createKey(random)
  const author = rootKey.publicKey
  const root = createFeed(author, rootKey)
  const addDevice: SimAuthor['addDevice'] = (atMs, scope = everything) => {
    const key = createKey(random)
    const introduction = root.write({ kind: 'signer-add', signer: key.publicKey, scope, name: 'simulated', work: new Uint8Array(0) }, atMs)
    return { device: createFeed(author, key), introduction }
  }
  const { device, introduction } = addDevice(timestampMs)
  return { root, device, introduction, addDevice }
}

interface Key {
  readonly publicKey: PublicKeyHex
  readonly sign: (input: Uint8Array) => Uint8Array<ArrayBuffer>
}

function createKey (random: Random): Key {
  const key = createPrivateKey({ key: Buffer.from([...pkcs8Prefix, ...random.bytes(32)]), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    publicKey: toHex(new Uint8Array(spki.subarray(spkiPrefixBytes))) as PublicKeyHex,
    sign: input => new Uint8Array(sign(null, input, key))
  }
}

function createFeed (author: PublicKeyHex, key: Key): SimFeed {
  let seq = 0
  let head: MessageId | undefined
  let beforeHead: MessageId | undefined
  let lastMs = 0

  function compose (prev: MessageId | undefined, body: Body, timestampMs: number): Message {
    lastMs = Math.max(Math.floor(timestampMs), lastMs + 1)
    const unsigned = composeMessage({ author, signer: key.publicKey, seq, prev, timestamp: lastMs, body }, simRules)
    const { id, header, headerBytes, bodyBytes } = unsigned
    beforeHead = prev
    head = id
    return { id, header, body: unsigned.body, bytes: { header: headerBytes, body: bodyBytes, signature: key.sign(signingInput(id)) } }
  }

  return {
    author,
    signer: key.publicKey,
    get head () { return head },
    write (body, timestampMs) {
      seq += 1
      return compose(head, body, timestampMs)
    },
    fork (body, timestampMs) {
      if (seq === 0) seq = 1
      return compose(beforeHead, body, timestampMs)
    }
  }
}
