/** Messages as they travel, for their sizes: sound in every part but the signature, which nobody checks here. */
import { encodeSignedBytes } from '../../message/codec.ts'
import { composeMessage } from '../../message/compose.ts'
import { builtInGenesis, networkOf } from '../../message/genesis.ts'
import { signatureBytes } from '../../message/limits.ts'
import type { MessageId, PublicKeyHex } from '../../message/types.ts'

const rules = networkOf(builtInGenesis)
const [author, signer] = ['a1', 'b2'].map(byte => byte.repeat(32)) as [PublicKeyHex, PublicKeyHex]
const prev = 'c3'.repeat(32) as MessageId

/** The bytes of a post whose text has so many; `number` from 2 tells posts apart. */
export function messageBytesOf (textBytes: number, number: number): Uint8Array {
  const unsigned = composeMessage({
    author, signer, seq: number, prev, timestamp: rules.genesis.genesisTime + number,
    body: { kind: 'post', text: 'x'.repeat(textBytes), parent: undefined }
  }, rules)
  return encodeSignedBytes({ header: unsigned.headerBytes, body: unsigned.bodyBytes, signature: new Uint8Array(signatureBytes) })
}
