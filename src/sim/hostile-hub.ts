/** Hubs that do what no honest one does. Each is an honest hub whose frames are turned around on their way out, so it is believed for as long as possible. */
import type { PeerId } from '../base/peer.ts'
import type { Random } from '../base/seeded-random.ts'
import type { Broadcast, BroadcastHost, Note } from '../gossip/broadcast.ts'
import type { MessageId } from '../message/types.ts'
import { createGossipHub } from './gossip-hub.ts'
import type { SimFrame, SimHub, SimPorts } from './hub.ts'
import type { Hostility } from './scenario.ts'

/** Between two attacks. */
const attackEveryMs = 250
/** Notes or grafted ids of one attack: a full frame. */
const idsPerAttack = 256

export function createHostileHub (hostility: Hostility, ports: SimPorts, createStrategy: (host: BroadcastHost) => Broadcast, random: Random): SimHub {
  const neighbours = new Set<PeerId>()
  let attackAtMs = 0
  let counter = 0
  let invented = 0

  /** What becomes of an honest frame. */
  function twist (frame: SimFrame): readonly SimFrame[] {
    switch (hostility) {
      case 'junk': return frame.type === 'gossip' ? [{ ...frame, message: { ...frame.message, id: inventedId(), number: -1, genuine: false } }] : [frame]
      case 'replay': return frame.type === 'gossip' ? [frame, frame, frame] : [frame]
      case 'deaf': return frame.type === 'gossip' ? [{ type: 'ihave', notes: [{ id: frame.message.id, epoch: frame.message.epoch, hops: frame.hops }] }] : [frame]
      case 'hop-liar':
        if (frame.type === 'gossip') return [{ ...frame, hops: 0 }]
        return frame.type === 'ihave' ? [{ ...frame, notes: frame.notes.map(note => ({ ...note, hops: 0 })) }] : [frame]
      case 'note-flood': case 'graft-flood': case 'prune-loop': return [frame]
    }
  }

  /** What it sends to every neighbour by itself. */
  function attack (): readonly SimFrame[] {
    counter += 2
    switch (hostility) {
      case 'note-flood': return [{ type: 'ihave', notes: Array.from({ length: idsPerAttack }, (): Note => ({ id: inventedId(), epoch: 1, hops: 0 })) }]
      case 'graft-flood': return [{ type: 'graft', counter, ids: [...ports.disk.keys()].slice(-idsPerAttack) }]
      case 'prune-loop': return [{ type: 'prune', counter }]
      case 'junk': case 'replay': case 'deaf': case 'hop-liar': return []
    }
  }

  const inventedId = (): MessageId => `${random.next().toString(16).padStart(8, '0')}-${invented++}-invented` as MessageId
  const send: SimPorts['send'] = (peer, frame) => { for (const twisted of twist(frame)) ports.send(peer, twisted) }
  const hub = createGossipHub({ ...ports, reject: () => undefined, send }, createStrategy)

  return {
    ...hub,
    linkUp (peer, rttMs, nowMs) {
      neighbours.add(peer)
      hub.linkUp(peer, rttMs, nowMs)
    },
    linkDown (peer, nowMs) {
      neighbours.delete(peer)
      hub.linkDown(peer, nowMs)
    },
    nextDeadlineMs: () => Math.min(hub.nextDeadlineMs() ?? Infinity, attackAtMs),
    deadline (nowMs) {
      if (nowMs >= attackAtMs) {
        attackAtMs = nowMs + attackEveryMs
        for (const peer of neighbours) for (const frame of attack()) ports.send(peer, frame)
      }
      hub.deadline(nowMs)
    }
  }
}
