/** Fuzz targets of src/message: envelope, header, each kind's body, whole messages, the genesis document. Samples are the golden vectors. */
import { blake3 } from '../base/blake3.ts'
import { fromHex } from '../base/bytes.ts'
import { assert } from '../base/errors.ts'
import { decodeBody, encodeBody } from '../message/bodies.ts'
import { decodeHeader, decodeSignedBytes, encodeHeader, encodeSignedBytes, messageIdOf } from '../message/codec.ts'
import vectors from '../message/fixtures/vectors.json' with { type: 'json' }
import { decodeGenesis, encodeGenesis, genesisFromJson, networkOf } from '../message/genesis.ts'
import { kinds } from '../message/types.ts'
import type { MessageRejection, NetworkGenesis, SignedBytes } from '../message/types.ts'
import { validateMessage } from '../message/validate.ts'
import { accepted, bytesTarget, rejection, sameBytes, type FuzzTarget } from './fuzz-target.ts'

const [document] = vectors.genesis
assert(document != null, 'the golden vectors have a genesis')
/** The network of the vectors. */
export const vectorNetwork: NetworkGenesis = networkOf(genesisFromJson(document.json))

/** The envelopes of sound messages. */
export const envelopes: readonly Uint8Array[] = vectors.messages.map(({ bytes }) => bytesOf(bytes))
/** What is in them. */
export const messages: readonly SignedBytes[] = envelopes.flatMap((bytes) => {
  const decoded = decodeSignedBytes(bytes)
  return decoded.ok ? [decoded.value] : []
})

const envelopeCodes: readonly MessageRejection[] = ['too-large', 'malformed']
const headerCodes: readonly MessageRejection[] = ['too-large', 'malformed', 'unsupported-version', 'unknown-kind']
const bodyCodes: readonly MessageRejection[] = ['too-large', 'bad-body']
const messageCodes: readonly MessageRejection[] = [
  ...headerCodes, 'bad-body', 'wrong-network', 'bad-seq', 'bad-timestamp', 'body-mismatch', 'wrong-key', 'work-missing'
]
const genesisCodes: readonly MessageRejection[] = ['too-large', 'malformed', 'unsupported-version']

export const messageTargets: readonly FuzzTarget[] = [
  bytesTarget({
    name: 'message',
    samples: [...envelopes, ...vectors.rejections.map(({ bytes }) => bytesOf(bytes))],
    repair: withRightHash,
    judge (bytes) {
      const envelope = decodeSignedBytes(bytes)
      if (!envelope.ok) return rejection(envelope.code, envelopeCodes)
      sameBytes('[M3] The envelope', encodeSignedBytes(envelope.value), bytes)
      const judged = validateMessage(envelope.value, vectorNetwork)
      if (!judged.ok) return rejection(judged.code, messageCodes)
      const { id, header, body } = judged.value
      sameBytes('[M3] The header', encodeHeader(header), envelope.value.header)
      if (id !== messageIdOf(envelope.value.header)) throw new Error('[M1] The id is not the hash of the header.')
      if ((body == null) !== (envelope.value.body == null)) throw new Error('[M17] A body came or went.')
      if (body != null && envelope.value.body != null) sameBytes('[M3] The body', encodeBody(body), envelope.value.body)
      return accepted
    }
  }),
  bytesTarget({
    name: 'header',
    samples: messages.map(({ header }) => header),
    judge (bytes) {
      const header = decodeHeader(bytes)
      if (!header.ok) return rejection(header.code, headerCodes)
      sameBytes('[M3] The header', encodeHeader(header.value), bytes)
      return accepted
    }
  }),
  ...kinds.map(kind => bytesTarget({
    name: `body of ${kind}`,
    // Those of its own kind twice: the others are there to be taken for it.
    samples: bodiesOf(name => name === kind).concat(bodiesOf(name => name === kind), bodiesOf(() => true)),
    judge (bytes) {
      const body = decodeBody(kind, bytes)
      if (!body.ok) return rejection(body.code, bodyCodes)
      sameBytes('[M3] The body', encodeBody(body.value), bytes)
      return accepted
    }
  })),
  bytesTarget({
    name: 'genesis',
    samples: vectors.genesis.map(({ bytes }) => bytesOf(bytes)),
    judge (bytes) {
      const genesis = decodeGenesis(bytes)
      if (!genesis.ok) return rejection(genesis.code, genesisCodes)
      sameBytes('[M50] The genesis document', encodeGenesis(genesis.value), bytes)
      return accepted
    }
  })
]

/** The message with the size and hash of the body that it has: what is wrong with the body itself is judged after those. */
function withRightHash (bytes: Uint8Array): Uint8Array {
  const envelope = decodeSignedBytes(bytes)
  if (!envelope.ok || envelope.value.body == null) return bytes
  const { header, body, signature } = envelope.value
  const decoded = decodeHeader(header)
  if (!decoded.ok) return bytes
  return encodeSignedBytes({ header: encodeHeader({ ...decoded.value, bodyHash: blake3(body), bodySize: body.byteLength }), body, signature })
}

function bodiesOf (isWanted: (kind: string) => boolean): Uint8Array[] {
  return messages.flatMap(({ header, body }) => {
    const decoded = decodeHeader(header)
    return decoded.ok && body != null && isWanted(decoded.value.kind) ? [body] : []
  })
}

function bytesOf (hex: string): Uint8Array {
  const bytes = fromHex(hex)
  assert(bytes != null, 'the golden vectors are hex')
  return bytes
}
