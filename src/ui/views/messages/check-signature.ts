/** One signature checked by the page itself, with the browser's own Ed25519 (message/SPEC.md M30). The engine checked it too, before it stored the message. */
import { fromHex } from '../../../base/bytes.ts'

const domain = new TextEncoder().encode('hubbub/message/v1')

/** Hex. */
export interface SignedId {
  readonly signer: string
  readonly id: string
  readonly signature: string
}

/** Whether it is `signer`'s over this id; null: this browser cannot say. */
export async function signatureHolds ({ signer, id, signature }: SignedId): Promise<boolean | null> {
  const [key, hash, signed] = [fromHex(signer, 32), fromHex(id, 32), fromHex(signature, 64)]
  if (key == null || hash == null || signed == null) return false
  const input = new Uint8Array(domain.length + hash.length)
  input.set(domain)
  input.set(hash, domain.length)
  try {
    const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify('Ed25519', imported, signed, input)
  } catch (thrown) {
    // Browsers before 2025 have no Ed25519 of their own.
    if (thrown instanceof DOMException) return null
    throw thrown
  }
}
