/**
 * The hub inside the relay's process: it keeps the data when all tabs are closed (CONTRACT, `--no-hub` leaves it out). Same runtime
 * and links as in a tab, on the relay's libp2p node, with LevelDB for IndexedDB; it waits to be linked to and dials nobody.
 */
import { join } from 'node:path'
import { createEventLog } from '../base/event-log.ts'
import { randomSeed } from '../base/random.ts'
import { openIdentity } from '../hub/identity.ts'
import { createPublisher } from '../hub/publisher.ts'
import { createRuntime, type Runtime } from '../hub/runtime.ts'
import { createVerifier } from '../message/signing.ts'
import { createLinks, type Links } from '../network/links.ts'
import { openLevelDbStore } from '../store/leveldb.ts'
import type { AttachHub } from './origin.ts'

export const attachHub: AttachHub = async (libp2p, { dataFolder, genesis, network, log }) => {
  const now = (): number => Date.now()
  const events = createEventLog(now, ({ type, peer, code, sentence }) => { log.info({ type, peer, code }, sentence) })
  const rules = { network, genesis }
  const store = await openLevelDbStore(join(dataFolder, 'messages'), {
    onDamage: ({ code, sentence }) => { events.report({ type: 'storage-damaged', code, sentence }) },
    onLost: (code, sentence) => { events.report({ type: 'storage-lost', code, sentence }) }
  })
  const identity = await openIdentity({ store, deviceName: 'server', keysAsObjects: false })
  const verifier = createVerifier()
  const runtime: Runtime = await createRuntime({
    rules,
    tableSeed: randomSeed(),
    store,
    verify: async message => verifier.verify(message),
    transport: {
      send: (peer, frame) => links.get(peer)?.send(frame) === 'queued',
      reject: (peer, code, sentence) => { links.get(peer)?.reject(code, sentence) }
    },
    log: events,
    now
  })
  await createPublisher({ runtime, identity, rules, now })
  const links: Links = await createLinks({
    libp2p,
    network,
    agent: 'hubbub/0.1.0 server',
    now,
    report: events.report,
    handlers: {
      onUp: (link) => { runtime.linkUp(link.peer) },
      onDown: (peer) => { runtime.linkDown(peer) },
      onFrame: async (frame, link) => runtime.frame(link.peer, frame),
      onDrained: (peer) => { runtime.drained(peer) }
    }
  })

  return {
    status: () => ({ messages: runtime.index.size }),
    stop: async () => {
      await links.stop()
      await store.close()
    }
  }
}
