/** What fast sync asks of the network: whom it may ask, what they told of themselves, and one stream to each. Shapes only. */
import type { PeerId } from '../../base/peer.ts'
import type { Signer } from '../../message/signing.ts'
import type { SyncNetwork } from '../sync/sync-stream.ts'

export { fastSyncProtocol } from '../../fastsync/limits.ts'

export interface FastNetwork extends Omit<SyncNetwork, 'peerId'> {
  /** Signs with the key of this hub's peer id. @default this hub attests nothing */
  readonly signer?: () => Promise<Signer>
  /** What a neighbour told of itself lately (network/SPEC.md N1); undefined: nothing. */
  statusOf (peer: PeerId): { readonly serving: boolean, readonly messages: number | null, readonly minEpoch?: number | null } | undefined
}
