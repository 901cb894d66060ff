/** Hubs that do what no honest one does. Each is an honest hub whose frames are turned around on their way out, so it is believed for as long as possible. */
import { toHex } from '../base/bytes.ts'
import type { PeerId } from '../base/peer.ts'
import type { Random } from '../base/seeded-random.ts'
import { idsMax, type Frame } from '../gossip/frames.ts'
import { decodeHeader, decodeSignedBytes, encodeSignedBytes, messageIdOf } from '../message/codec.ts'
import { epochOf } from '../message/epoch.ts'
import type { MessageId } from '../message/types.ts'
import { createSimHub, type SimHub, type SimHubOptions, type SimPorts } from './hub.ts'
import type { Hostility } from './scenario.ts'

/** Between two attacks. */
const attackEveryMs = 250
/** It attacks for so long: what a hub does not stop in that time it never will. */
const attackForMs = 30_000

export async function createHostileHub (hostility: Hostility, ports: SimPorts, options: SimHubOptions, random: Random): Promise<SimHub> {
  let counter = 0

  const inventedId = (): MessageId => toHex(random.bytes(32)) as MessageId

  /** What becomes of an honest frame. */
  function twist (frame: Frame): readonly Frame[] {
    switch (hostility) {
      case 'junk': return frame.type === 'gossip' ? [{ ...frame, message: unsigned(frame.message, random) }] : [frame]
      case 'replay': return frame.type === 'gossip' ? [frame, frame, frame] : [frame]
      case 'deaf': return frame.type === 'gossip' ? [noteOf(frame)] : [frame]
      case 'hop-liar': return frame.type === 'gossip' ? [{ ...frame, hops: 0 }] : frame.type === 'ihave' ? [{ ...frame, hops: frame.ids.map(() => 0) }] : [frame]
      case 'note-flood': case 'graft-flood': case 'prune-loop': return [frame]
    }
  }

  /** What it sends to every neighbour by itself. */
  function attack (): readonly Frame[] {
    counter += 2
    switch (hostility) {
      case 'note-flood': return [{ type: 'ihave', ids: Array.from({ length: idsMax }, inventedId), epochs: Array.from({ length: idsMax }, () => 2 ** 26), hops: [] }]
      case 'graft-flood': return [{ type: 'graft', counter, ids: hub.runtime.messages.newest(idsMax) }]
      case 'prune-loop': return [{ type: 'prune', counter }]
      case 'junk': case 'replay': case 'deaf': case 'hop-liar': return []
    }
  }

  const hub = await createSimHub({ ...ports, reject: () => undefined }, { ...options, twist })
  const endMs = ports.now() + attackForMs
  const again = (): void => {
    for (const peer of ports.syncNetwork.neighbours()) for (const frame of attack()) send(peer, frame)
    if (ports.now() < endMs) ports.timer(attackEveryMs, again)
  }
  const send = (peer: PeerId, frame: Frame): void => { ports.send(peer, frame, ports.wire.encode(frame)) }
  again()
  return hub
}

/** A note where a message should be. */
function noteOf (frame: Frame & { type: 'gossip' }): Frame {
  const decoded = decodeSignedBytes(frame.message)
  const header = decoded.ok ? decodeHeader(decoded.value.header) : decoded
  if (!decoded.ok || !header.ok) return frame
  return { type: 'ihave', ids: [messageIdOf(decoded.value.header)], epochs: [epochOf(header.value.timestamp)], hops: [frame.hops] }
}

/** The same message with a signature that does not hold. */
function unsigned (bytes: Uint8Array, random: Random): Uint8Array {
  const decoded = decodeSignedBytes(bytes)
  return decoded.ok ? encodeSignedBytes({ ...decoded.value, signature: random.bytes(64) }) : bytes
}
