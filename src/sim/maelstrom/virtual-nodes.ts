/**
 * The virtual world of a Maelstrom test: the nodes of the processes, all in this one, with a clock that jumps (virtual-time.ts) and chance from a seed.
 * Nothing is late but what the network makes late, so figures repeat exactly on every machine.
 */
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { createRandom } from '../../base/seeded-random.ts'
import { toHex } from '../../base/bytes.ts'
import type { KeySource } from '../../hub/identity.ts'
import type { PublicKeyHex } from '../../message/types.ts'
import { createMaelstromNode } from '../../node/maelstrom/node.ts'
import { profileOf } from '../../node/maelstrom/profile.ts'
import { createImmediateCheck } from '../../node/verifier.ts'
import { createVirtualTime } from '../virtual-time.ts'
import type { MaelstromWorld } from './world.ts'

/** When it begins, ms since 1970. */
const epochMs = 1_750_000_000_000
/** RFC 8410: everything of a PKCS #8 Ed25519 private key before its seed; of a public key in SPKI form before its 32 bytes. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const spkiPrefixBytes = 12

export function createVirtualWorld (profile: string, seed: number): MaelstromWorld {
  const time = createVirtualTime()
  const isSigned = createImmediateCheck()
  const stops: Array<() => Promise<void>> = []
  const troubles: string[] = []

  const world: MaelstromWorld = {
    nowMs: () => time.nowMs,
    timer: time.timer,
    startNode (id, onLine) {
      const { bytes } = createRandom(seed, stops.length)
      const node = createMaelstromNode({
        profile: profileOf(profile),
        write: onLine,
        warn: (sentence) => { troubles.push(`${id}: ${sentence}`) },
        now: () => epochMs + time.nowMs,
        timer: time.timer,
        random: bytes,
        verify: async message => isSigned(message),
        keys: keysOf(bytes),
        tell: () => undefined,
        onValue: (value) => { world.onValue?.(id, value, time.nowMs) }
      })
      stops.push(node.stop)
      // As a line that another process reads: never within the call that wrote it.
      return { send: (line) => { time.timer(0, () => { void node.receive(line) }) } }
    },
    done: async work => time.done(work),
    troubles: () => troubles,
    async stop () { await time.done(Promise.all(stops.map(async stop => stop()))) }
  }
  return world
}

/** Keys that wait for no thread: signing is done at once, and a root's seed is a hash of its entropy. */
function keysOf (random: KeySource['random']): KeySource {
  return {
    random,
    rootSeedOf: async entropy => new Uint8Array(createHash('sha256').update(entropy).digest()),
    signerOf: async (seed) => {
      const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
      const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(spkiPrefixBytes)
      return { publicKey: toHex(publicKey) as PublicKeyHex, sign: async input => new Uint8Array(sign(null, input, key)) }
    }
  }
}
