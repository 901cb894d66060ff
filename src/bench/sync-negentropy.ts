/**
 * `bench sync`: negentropy as `nostr-tools` has it (nip77), both sides in this process. Its frames are counted as bytes, not as the hex it makes of them, and
 * without a frame limit, which is kindest to it; what is missing is asked for by 32-byte ids. Its times are seconds: its numbers have 32 bits.
 */
import { nip77 } from 'nostr-tools'
import { toHex } from '../base/bytes.ts'
import { tenths, timed } from './sync-scene.ts'
import type { Row, Scene } from './sync-scene.ts'

const idBytes = 32
/** Beyond anything that it sends. */
const frameBytesMax = 2 ** 30

export function runNegentropy (scene: Scene): Row {
  const sides = [0, 1].map(side => new nip77.Negentropy(storageOf(scene, side), frameBytesMax)) as [nip77.Negentropy, nip77.Negentropy]
  const spent: [number, number] = [0, 0]
  let bytes = 0
  let rounds = 0
  let needed = 0
  let had = 0
  let frame: string | null = timed(spent, 0, () => sides[0].initiate())
  let side: 0 | 1 = 1
  // Whoever gets a list of ids learns what differs there; a side that has nothing to say to that ends it.
  for (let frames = 1; frame !== null; frames++) {
    const received: string = frame
    const reader = side
    bytes += received.length / 2
    rounds = Math.ceil(frames / 2)
    frame = timed(spent, reader, () => sides[reader].reconcile(received, () => { had++ }, () => { needed++ }))
    side = side === 0 ? 1 : 0
  }
  const differing = Array.from({ length: scene.universe.size }, (_, number) => number).filter(number => scene.holderOf(number) !== 2).length
  if (needed + had !== differing) throw new Error(`Negentropy found ${needed + had} of ${differing} differences.`)
  // One round more for the messages: wants one way, messages the other.
  return { by: 'negentropy', bytes: bytes + needed * idBytes, rounds: rounds + 1, cpuMsPerSide: tenths(Math.max(...spent)), symbolsPerDifference: null }
}

function storageOf ({ universe, holderOf }: Scene, side: number): nip77.NegentropyStorageVector {
  const storage = new nip77.NegentropyStorageVector()
  const id = new Uint8Array(idBytes)
  for (let number = 0; number < universe.size; number++) {
    if (holderOf(number) !== 2 && holderOf(number) !== side) continue
    universe.members.copyId(number, id, 0)
    storage.insert(Math.floor(universe.members.timestampOf(number) / 1_000), toHex(id))
  }
  storage.seal()
  return storage
}
