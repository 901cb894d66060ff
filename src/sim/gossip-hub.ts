/**
 * A simulated hub that is a broadcast strategy and a set of ids: the real gossip core, and the least around it that lets messages arrive, be kept and be
 * served.
 */
import type { PeerId } from '../base/peer.ts'
import type { Broadcast, BroadcastHost, BroadcastInput } from '../gossip/broadcast.ts'
import type { SimHub, SimMessage, SimPorts } from './hub.ts'

export function createGossipHub (ports: SimPorts, createStrategy: (host: BroadcastHost) => Broadcast): SimHub {
  const { disk } = ports
  const gossip = createStrategy({ has: id => disk.has(id) })

  function give (input: BroadcastInput, nowMs: number): void {
    for (const effect of gossip.handle(input, nowMs)) {
      switch (effect.type) {
        case 'send-payload': {
          const message = disk.get(effect.id)
          if (message != null) ports.send(effect.peer, { type: 'gossip', message, hops: effect.hops })
          break
        }
        case 'send-ihave': ports.send(effect.peer, { type: 'ihave', notes: effect.notes }); break
        case 'send-graft': ports.send(effect.peer, { type: 'graft', counter: effect.counter, ids: effect.ids }); break
        case 'send-prune': ports.send(effect.peer, { type: 'prune', counter: effect.counter }); break
        case 'missing': case 'compare': ports.compare(); break
        case 'offence': ports.reject(effect.peer, effect.code)
      }
    }
  }

  function take (message: SimMessage, from: PeerId | undefined, hops: number, by: 'gossip' | 'comparison', nowMs: number): void {
    const { id, epoch } = message
    disk.set(id, message)
    ports.tell(message, from == null ? 0 : hops + 1)
    give({ type: 'delivered', id, epoch, from, hops, by }, nowMs)
  }

  return {
    linkUp: (peer, rttMs, nowMs) => { give({ type: 'link-up', peer, rttMs }, nowMs) },
    linkDown: (peer, nowMs) => { give({ type: 'link-down', peer }, nowMs) },
    congestion: (peer, congested, nowMs) => { give({ type: congested ? 'congested' : 'drained', peer }, nowMs) },
    publish: (message, nowMs) => { take(message, undefined, 0, 'gossip', nowMs) },
    deadline: (nowMs) => { give({ type: 'deadline' }, nowMs) },
    nextDeadlineMs: gossip.nextDeadlineMs,
    linkOf: gossip.linkOf,
    compared (from, messages, nowMs) {
      for (const message of messages) if (!disk.has(message.id)) take(message, from, 0, 'comparison', nowMs)
    },
    frame (from, frame, nowMs) {
      if (frame.type !== 'gossip') {
        give({ ...frame, from }, nowMs)
        return
      }
      const { message, hops } = frame
      if (disk.has(message.id)) give({ type: 'duplicate', id: message.id, from }, nowMs)
      else if (message.genuine) take(message, from, hops, 'gossip', nowMs)
      else ports.reject(from, 'bad-signature')
    }
  }
}
