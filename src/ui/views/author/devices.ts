/** An author's devices: what the root key said of each, and how far each has written as far as this hub knows. Pure. */
import type { FeedView, MessageView } from '../../../worker/api.ts'
import type { KeyHistory } from '../messages/signature-chain.ts'

export interface AuthorDevice {
  readonly key: string
  readonly name: string
  readonly add: MessageView | null
  readonly remove: MessageView | null
  /** null: not known here. */
  readonly feed: FeedView | null
}

/** Those in use first, then the revoked ones, each in the order of introduction; a device that only its messages tell of comes last. */
export function authorDevices (author: string, { adds, removes }: KeyHistory, feeds: readonly FeedView[]): AuthorDevice[] {
  const signerOf = ({ body }: MessageView): string => String(body?.signer)
  const keys = new Set([...adds.map(signerOf), ...removes.map(signerOf), ...feeds.filter(({ signer }) => signer !== author).map(({ signer }) => signer)])
  const devices = [...keys].map((key) => {
    const add = adds.find(message => signerOf(message) === key) ?? null
    const name = typeof add?.body?.name === 'string' && add.body.name !== '' ? add.body.name : 'A device'
    return { key, name, add, remove: removes.find(message => signerOf(message) === key) ?? null, feed: feeds.find(({ signer }) => signer === key) ?? null }
  })
  const rank = ({ add, remove }: AuthorDevice): number => remove != null ? 1 : add == null ? 2 : 0
  return devices.sort((one, other) => rank(one) - rank(other))
}
