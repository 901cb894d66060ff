/** The devices of this hub's author as a person sees them: which keys, called how, since when, and what they wrote. Loaded when somebody asks. */
import type { DeviceView } from './api.ts'
import type { Identity } from './identity.ts'
import type { IdentityFeeds } from './identity-feeds.ts'
import type { Runtime } from './runtime.ts'

type Feeds = Pick<IdentityFeeds, 'head' | 'isRevoked'>

/** Codes: those of the store. */
export async function devicesOf ({ messages }: Pick<Runtime, 'messages'>, { author, device }: Pick<Identity, 'author' | 'device'>, feeds: Feeds): Promise<DeviceView[]> {
  const members: number[] = []
  messages.catalog.walk({ author, kind: 'signer-add' }, 'ascending', (member) => {
    members.push(member)
    return false
  })
  const views = new Map<string, DeviceView>()
  for (const { message: { header, body } } of await messages.getMembers(members)) {
    if (body?.kind !== 'signer-add') continue
    const { signer, name, scope } = body
    const head = feeds.head(signer)
    // Added again: what counts of it is the widest scope, and people know it by its newest name.
    const before = views.get(signer)
    views.delete(signer)
    views.set(signer, {
      publicKey: signer, name: name === '' ? before?.name ?? '' : name, own: signer === device, revoked: feeds.isRevoked(signer), addedAt: before?.addedAt ?? header.timestamp,
      scope: { kinds: [...scope.kinds], collections: [...scope.collections] },
      head: head?.id ?? null, messages: head?.seq ?? 0
    })
  }
  return [...views.values()].reverse()
}
