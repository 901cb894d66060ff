/** The hub's way: the runtime as a hub puts it together, and a neighbour that sends all messages as fast as they are read. */
import { createEventLog } from '../../base/event-log.ts'
import type { PeerId } from '../../base/peer.ts'
import { createRuntime, type RuntimeOptions } from '../../hub/runtime.ts'
import type { MessageStore } from '../../store/message-store.ts'
import { feedRules } from './feed.ts'
import type { IngestWay } from './rounds.ts'

const neighbour = 'neighbour' as PeerId

/** `openStore` opens an empty one; it is erased afterwards. `verifier`: as a hub of this platform is given it. */
export function hubWay (openStore: () => Promise<MessageStore>, { verify, verifyAll }: Pick<RuntimeOptions, 'verify' | 'verifyAll'>): IngestWay {
  return async (messages) => {
    const store = await openStore()
    const now = (): number => Date.now()
    let stored = 0
    let finish = (): void => undefined
    let fail = (_: Error): void => undefined
    const finished = new Promise<void>((resolve, reject) => { [finish, fail] = [resolve, reject] })
    const runtime = await createRuntime({
      rules: feedRules,
      random: length => globalThis.crypto.getRandomValues(new Uint8Array(length)),
      store,
      verify,
      ...verifyAll && { verifyAll },
      isOwn: () => false,
      transport: { send: () => true, reject: (_, code) => { fail(new Error(`a message was refused: ${code}`)) } },
      log: createEventLog(now),
      now
    })
    runtime.onStored(() => {
      stored += 1
      if (stored === messages.length) finish()
    })
    runtime.linkUp(neighbour)
    const start = performance.now()
    for (const message of messages) await runtime.frame(neighbour, { type: 'gossip', message, hops: 1 })
    await finished
    const ms = performance.now() - start
    runtime.linkDown(neighbour)
    await store.destroy()
    return ms
  }
}
