/** Hubs that do what no honest one does. Each is an honest hub whose frames are turned around on their way out, so it is believed for as long as possible. */
import { toHex } from '../base/bytes.ts'
import type { Random } from '../base/seeded-random.ts'
import { idsMax, type Frame } from '../gossip/frames.ts'
import { decodeHeader, decodeSignedBytes, messageIdOf } from '../message/codec.ts'
import { epochOf } from '../message/epoch.ts'
import type { SyncNetwork } from '../hub/sync/sync-stream.ts'
import type { MessageId } from '../message/types.ts'
import { createHostileSessions, damage } from './hostile-session.ts'
import { createSimHub, type SimHub, type SimHubOptions, type SimPorts } from './hub.ts'
import type { Hostility } from './scenario.ts'

/** Between two attacks. */
const attackEveryMs = 250
/** It attacks for so long: what a hub does not stop in that time it never will. */
const attackForMs = 30_000

export async function createHostileHub (hostility: Hostility, ports: SimPorts, options: SimHubOptions, random: Random): Promise<SimHub> {
  let counter = 0

  const inventedId = (): MessageId => toHex(random.bytes(32)) as MessageId

  const twists: { readonly [hostility in Hostility]?: (frame: Frame) => readonly Frame[] } = {
    junk: frame => [frame.type === 'gossip' ? { ...frame, message: damage(frame.message, 'unsigned-synced', random) } : frame],
    stripper: frame => [frame.type === 'gossip' ? { ...frame, message: damage(frame.message, 'stripper', random) } : frame],
    replay: frame => frame.type === 'gossip' ? [frame, frame, frame] : [frame],
    deaf: frame => [frame.type === 'gossip' ? noteOf(frame) : frame],
    'hop-liar': frame => [frame.type === 'gossip' ? { ...frame, hops: 0 } : frame.type === 'ihave' ? { ...frame, hops: frame.ids.map(() => 0) } : frame]
  }

  /** What it sends to every neighbour by itself. */
  const attacks: { readonly [hostility in Hostility]?: () => Frame } = {
    'note-flood': () => {
      const ids = Array.from({ length: idsMax }, inventedId)
      return { type: 'ihave', ids, epochs: ids.map(() => epochOf(ports.now())), hops: ids.map(() => 0) }
    },
    'graft-flood': () => ({ type: 'graft', counter: counter += 2, ids: hub.runtime.messages?.newest(idsMax) ?? [] }),
    'prune-loop': () => ({ type: 'prune', counter: counter += 2 })
  }

  const sessions = createHostileSessions(hostility, random, ports.timer)
  const syncNetwork: SyncNetwork = {
    ...ports.syncNetwork,
    open: async (peer) => {
      const stream = await ports.syncNetwork.open(peer)
      return stream && sessions.twist(stream)
    }
  }
  const twist = twists[hostility]
  const hub = await createSimHub({ ...ports, syncNetwork, reject: () => undefined }, { ...options, ...twist != null && { twist } })
  const endMs = ports.now() + attackForMs
  const again = (): void => {
    for (const peer of ports.syncNetwork.neighbours()) {
      const frame = attacks[hostility]?.()
      if (frame != null) ports.send(peer, frame, ports.wire.encode(frame))
      // Whoever takes them all can hold up its other neighbours.
      if (hostility === 'greedy') void ports.syncNetwork.open(peer)
    }
    if (ports.now() < endMs) ports.timer(attackEveryMs, again)
  }
  again()
  return { ...hub, accept: (from, stream) => { hub.accept(from, sessions.twist(stream)) } }
}

/** A note where a message should be. */
function noteOf (frame: Frame & { type: 'gossip' }): Frame {
  const decoded = decodeSignedBytes(frame.message)
  const header = decoded.ok ? decodeHeader(decoded.value.header) : decoded
  if (!decoded.ok || !header.ok) return frame
  return { type: 'ihave', ids: [messageIdOf(decoded.value.header)], epochs: [epochOf(header.value.timestamp)], hops: [frame.hops] }
}
