/**
 * Maelstrom's network, from its documents: messages between nodes take their latency, those of clients none; a partition drops what arrives across it,
 * and tells nobody. It counts what servers send each other and hands clients' messages to whoever asked.
 */
import type { Random } from '../../base/seeded-random.ts'
import { decodeLine, encodeLine, type Body, type Line } from '../../node/maelstrom/line.ts'
import type { MaelstromNodeHandle, MaelstromWorld, TestOptions } from './world.ts'

export interface MaelstromNetwork {
  /** From node to node, dropped ones too. */
  readonly serverMessages: number
  /** What partitions dropped. */
  readonly dropped: number
  /** Lines that are no messages, or go to nobody. */
  readonly stray: readonly string[]
  /** Sends a request and resolves with its answer; undefined: none came in time. */
  request: (node: string, body: Body) => Promise<Body | undefined>
  /** From now on nothing of these pairs arrives: `blocked(from, to)`. */
  partition: (blocked: (from: string, to: string) => boolean) => void
  heal: () => void
}

/** Maelstrom's clients give up after this. */
const requestTimeoutMs = 5_000
/** Stray lines remembered. */
const strayMax = 20

type Latency = Pick<TestOptions, 'latencyMs' | 'latencyDistribution'>

export function createNetwork (world: MaelstromWorld, ids: readonly string[], { latencyMs, latencyDistribution }: Latency, random: Random): MaelstromNetwork {
  const nodes = new Map<string, MaelstromNodeHandle>()
  const waiting = new Map<number, { readonly client: string, readonly resolve: (body: Body | undefined) => void, readonly callOff: () => void }>()
  /** Requests that were given up: their answers may still come, once. */
  const givenUp = new Set<number>()
  const stray: string[] = []
  let blocked: (from: string, to: string) => boolean = () => false
  let serverMessages = 0
  let dropped = 0
  let requests = 0

  function delayMs (): number {
    if (latencyDistribution === 'constant') return latencyMs
    const share = random.next() / 2 ** 32
    return latencyDistribution === 'uniform' ? 2 * latencyMs * share : -latencyMs * Math.log(1 - share)
  }

  function route (text: string): void {
    const decoded = decodeLine(text)
    if (!decoded.ok) { noteStray(decoded.sentence); return }
    const { src, dest, body } = decoded.value
    if (nodes.has(dest)) betweenNodes(decoded.value, text)
    else answer(src, dest, body)
  }

  function betweenNodes ({ src, dest }: Line, text: string): void {
    serverMessages += 1
    world.timer(delayMs(), () => {
      if (blocked(src, dest)) dropped += 1
      else nodes.get(dest)?.send(text)
    })
  }

  function answer (src: string, dest: string, body: Body): void {
    if (givenUp.delete(body.in_reply_to ?? -1)) return
    const asked = waiting.get(body.in_reply_to ?? -1)
    if (asked?.client !== dest) { noteStray(`${src} sent ${body.type} to ${dest}, which did not ask.`); return }
    waiting.delete(body.in_reply_to ?? -1)
    asked.callOff()
    asked.resolve(body)
  }

  function noteStray (sentence: string): void {
    if (stray.length < strayMax) stray.push(sentence)
  }

  for (const id of ids) nodes.set(id, world.startNode(id, route))

  return {
    get serverMessages () { return serverMessages },
    get dropped () { return dropped },
    stray,
    async request (node, body) {
      requests += 1
      const msgId = requests
      const client = `c${node}`
      return new Promise((resolve) => {
        const callOff = world.timer(requestTimeoutMs, () => {
          waiting.delete(msgId)
          givenUp.add(msgId)
          resolve(undefined)
        })
        waiting.set(msgId, { client, resolve, callOff })
        nodes.get(node)?.send(encodeLine({ src: client, dest: node, body: { ...body, msg_id: msgId } }))
      })
    },
    partition (rule) { blocked = rule },
    heal () { blocked = () => false }
  }
}
