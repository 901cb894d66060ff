/** What this hub announces of its author (network/SPEC.md N6): signed once for each identity it has, beside everything else. */
import type { NetworkId } from '../message/types.ts'
import type { Identity } from './identity.ts'

/** Bytes for an announcement, null until they are signed: `onSigned` is called then. Asked at each announcement, it tries again what failed. */
export function createOwnAuthorship (
  identity: Pick<Identity, 'author' | 'signer'>, network: NetworkId, onSigned: () => void
): (self: string) => Uint8Array<ArrayBuffer> | null {
  let signer: Identity['signer'] | undefined
  let signed: Uint8Array<ArrayBuffer> | null = null
  return (self) => {
    if (identity.signer !== signer) {
      const asked = signer = identity.signer
      signed = null
      import('./authorship.ts').then(async ({ signAuthorship }) => signAuthorship(identity.author, asked, network, self)).then((bytes) => {
        if (signer !== asked) return
        signed = bytes
        onSigned()
      }).catch(() => { signer = undefined }) // the server is gone and this part is not loaded: the hub is unknown until it is back
    }
    return signed
  }
}
