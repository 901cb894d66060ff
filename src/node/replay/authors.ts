/**
 * The authors of a replay: each name gets a root key and a device made for the purpose, which live as long as the process. The first line of an author is
 * preceded by the signer-add of the device and a profile with the name. It makes messages and signs them; it does not send.
 *
 * Numbers follow the order of the lines, and times are those of the lines, whatever their order.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { composeMessage, type UnsignedMessage } from '../../message/compose.ts'
import { deviceSeqMax, signatureBytes } from '../../message/limits.ts'
import { deviceSigner, generateDeviceKey, rootSigner, signMessage, type Signer } from '../../message/signing.ts'
import type { Body, MessageId, NetworkGenesis, SignedBytes } from '../../message/types.ts'
import { createWorkSearch } from '../../message/work.ts'
import type { PostLine } from './post-line.ts'

/** A message whose signature is under way. */
export interface Written {
  readonly id: MessageId
  readonly isPost: boolean
  /** Bytes of header, body and signature. */
  readonly size: number
  readonly bytes: Promise<SignedBytes>
}

export interface Authors {
  readonly size: number
  /**
   * The messages that bring this line into the network, in the order in which they must go out, the post last; undefined when there are `authorsMax`
   * authors already and this would be another.
   */
  write: (line: PostLine, parent: MessageId | undefined) => Promise<readonly Written[] | undefined>
}

/** Authors of one replay. Each keeps keys and its name here (about 4 KB), and costs every hub of the network two messages for ever. */
export const authorsMax = 50_000
/** Proofs tried between two breaths: about 10 ms, so that a network that asks for much work does not silence the link meanwhile. */
const workSlice = 10_000

interface Feed {
  readonly signer: Signer
  seq: number
  prev: MessageId | undefined
}

interface Author {
  readonly root: Feed
  device: Feed
}

export interface AuthorsOptions {
  readonly rules: NetworkGenesis
  /** Messages that a device writes before the author gets another one. @default deviceSeqMax; less in tests */
  readonly messagesPerDevice?: number
}

export function createAuthors ({ rules, messagesPerDevice = deviceSeqMax }: AuthorsOptions): Authors {
  const authors = new Map<string, Author>()

  function write (author: Author, feed: Feed, timestamp: number, body: Body): Written {
    feed.seq += 1
    const unsigned: UnsignedMessage = composeMessage({
      author: author.root.signer.publicKey, signer: feed.signer.publicKey, seq: feed.seq, prev: feed.prev, timestamp, body
    }, rules)
    feed.prev = unsigned.id
    const bytes = signMessage(unsigned, feed.signer)
    bytes.catch(() => undefined) // whoever sends it hears of the failure
    const size = unsigned.headerBytes.byteLength + unsigned.bodyBytes.byteLength + signatureBytes
    return { id: unsigned.id, isPost: body.kind === 'post', size, bytes }
  }

  async function introduce (author: Author, timestamp: number): Promise<Written> {
    const signer = author.device.signer.publicKey
    const search = createWorkSearch({ network: rules.network, author: author.root.signer.publicKey, signer }, rules.genesis.admissionBits)
    let work = search.advance(workSlice)
    while (work == null) {
      await breathe()
      work = search.advance(workSlice)
    }
    return write(author, author.root, timestamp, { kind: 'signer-add', signer, scope: { kinds: [], collections: [] }, name: 'replay', work })
  }

  return {
    get size () { return authors.size },
    async write ({ author: name, at, text }, parent) {
      const before: Written[] = []
      let author = authors.get(name)
      if (author == null) {
        if (authors.size >= authorsMax) return undefined
        author = { root: feedOf(await rootSigner(crypto.getRandomValues(new Uint8Array(32)))), device: await newDevice() }
        authors.set(name, author)
        before.push(await introduce(author, at))
        before.push(write(author, author.device, at, { kind: 'profile', field: 'name', value: name }))
      } else if (author.device.seq >= messagesPerDevice) {
        author.device = await newDevice()
        before.push(await introduce(author, at))
      }
      return [...before, write(author, author.device, at, { kind: 'post', text, parent })]
    }
  }
}

async function newDevice (): Promise<Feed> {
  return feedOf(await deviceSigner(await generateDeviceKey()))
}

function feedOf (signer: Signer): Feed {
  return { signer, seq: 0, prev: undefined }
}
