/**
 * Signatures checked by Node's own threads (the platform's pool, of four): the same strict reading as message/signing.ts, at ten times the speed
 * that WebCrypto has here. The pool also serves files and the database, so it is given a few at a time and never all that wait.
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { HubError } from '../base/errors.ts'
import { bytesOf } from '../message/canonical.ts'
import { isStrictKey, isStrictSignature } from '../message/ed25519-strict.ts'
import { createKeyCache } from '../message/key-cache.ts'
import { signingInput } from '../message/signing-input.ts'
import { verificationsMax, type SignedMessage, type Verifier } from '../message/signing.ts'
import type { PublicKeyHex } from '../message/types.ts'

/** Given to the platform's pool at a time: 16 keep its four threads busy (27,200 a second measured); a disk access behind them waits 0.2 ms. */
const givenMax = 16
/** RFC 8410: everything of a public key in SPKI form before its 32 bytes. */
const spkiPrefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]

interface Question {
  readonly key: KeyObject
  readonly signature: Uint8Array
  readonly input: Uint8Array
  readonly resolve: (isValid: boolean) => void
  readonly reject: (error: Error) => void
}

/** Undefined: no signature is valid under it. (A key off the curve makes an object too, under which none is.) */
function keyOf (key: PublicKeyHex): KeyObject | undefined {
  const bytes = bytesOf(key)
  return isStrictKey(bytes) ? createPublicKey({ key: Buffer.from([...spkiPrefix, ...bytes]), format: 'der', type: 'spki' }) : undefined
}

/** The same answers on the calling thread, at once: for the simulator, in which nothing may wait for another thread. */
export function createImmediateCheck (): (message: SignedMessage) => boolean {
  const keys = createKeyCache(keyOf)
  return ({ id, header: { signer }, bytes: { signature } }) => {
    const key = isStrictSignature(signature) ? keys.get(signer) : undefined
    return key != null && verify(null, signingInput(id), key, signature)
  }
}

/** A verifier whose work is done by the platform's threads. There is nothing to end. */
export function createNodeVerifier (): Verifier {
  const keys = createKeyCache(keyOf)
  const waiting: Question[] = []
  let given = 0

  function giveNext (): void {
    while (given < givenMax) {
      const next = waiting.shift()
      if (next == null) return
      const { key, signature, input, resolve, reject } = next
      given += 1
      verify(null, input, key, signature, (error, isValid) => {
        given -= 1
        if (error == null) resolve(isValid)
        else reject(error)
        giveNext()
      })
    }
  }

  return {
    async verify ({ id, header: { signer }, bytes: { signature } }) {
      if (waiting.length + given >= verificationsMax) throw new HubError('too-many', `More than ${verificationsMax} signatures wait to be checked.`)
      if (!isStrictSignature(signature)) return false
      const key = keys.get(signer)
      if (key == null) return false
      return new Promise((resolve, reject) => {
        waiting.push({ key, signature, input: signingInput(id), resolve, reject })
        giveNext()
      })
    }
  }
}
