/**
 * Everything that can be judged from one message and the genesis alone (SPEC.md M8 to M41). The rules are checked in the SPEC's order, and the
 * first that fails names the rejection. The signature is checked apart (signing.ts); whether the message belongs to the set is
 * decided by replicated-set.ts. Total and pure: never throws, knows no clock.
 */
import { blake3 } from '../base/blake3.ts'
import { decodeBody } from './bodies.ts'
import { sameBytes } from './canonical.ts'
import { decodeHeader, messageIdOf, rejected } from './codec.ts'
import type { Rejected } from './codec.ts'
import { namespaceOf } from './kinds.ts'
import { bodyBytesMax, deviceSeqMax, rootSeqMax, signatureBytes, timestampEndMs } from './limits.ts'
import type { Body, Decoded, Header, Message, NetworkGenesis, SignedBytes } from './types.ts'
import { hasWork } from './work.ts'

/**
 * A message whose form is sound, or why it is not; a message without its body is sound if its header is (`body` is then undefined).
 * `bytes` is kept as it is, and its parts are viewed, not copied.
 *
 * Codes: all but `bad-signature`.
 */
export function validateMessage (bytes: SignedBytes, network: NetworkGenesis): Decoded<Message> {
  if (bytes.signature.byteLength !== signatureBytes) return rejected('malformed')
  const decoded = decodeHeader(bytes.header)
  if (!decoded.ok) return decoded
  const header = decoded.value
  const judged = judge(header, bytes, network)
  return judged.ok ? { ok: true, value: { id: messageIdOf(bytes.header), header, body: judged.value, bytes } } : judged
}

/** The body, where there is one, of a message whose header has been decoded. `bodyHash`: of the body, where it is known. */
export function judge (header: Header, { body }: SignedBytes, network: NetworkGenesis, bodyHash?: Uint8Array): Decoded<Body | undefined> {
  const fault = judgeHeader(header, network)
  if (fault != null) return fault
  return body == null ? { ok: true, value: undefined } : judgeBody(body, header, network, bodyHash)
}

function judgeHeader (header: Header, { network, genesis }: NetworkGenesis): Rejected | undefined {
  if (header.network !== network) return rejected('wrong-network')
  const isRootKind = namespaceOf(header.kind) === 0
  if ((header.signer === header.author) !== isRootKind) return rejected('wrong-key')
  if (header.seq < 1 || header.seq > (isRootKind ? rootSeqMax : deviceSeqMax)) return rejected('bad-seq')
  if ((header.prev != null) !== (header.seq > 1)) return rejected('bad-seq')
  if (header.timestamp < genesis.genesisTime || header.timestamp >= timestampEndMs) return rejected('bad-timestamp')
  if (header.bodySize > bodyBytesMax) return rejected('too-large')
  return undefined
}

function judgeBody (bytes: Uint8Array, header: Header, { network, genesis }: NetworkGenesis, hash?: Uint8Array): Decoded<Body> {
  if (bytes.byteLength > bodyBytesMax) return rejected('too-large')
  if (bytes.byteLength !== header.bodySize || !sameBytes(hash ?? blake3(bytes), header.bodyHash)) return rejected('body-mismatch')
  const decoded = decodeBody(header.kind, bytes)
  if (!decoded.ok) return decoded
  const body = decoded.value
  if (body.kind !== 'signer-add' && body.kind !== 'signer-remove') return decoded
  if (body.signer === header.author) return rejected('bad-body')
  if (body.kind === 'signer-add') {
    const subject = { network, author: header.author, signer: body.signer }
    if (!hasWork(subject, body.work, genesis.admissionBits)) return rejected('work-missing')
  }
  return decoded
}
