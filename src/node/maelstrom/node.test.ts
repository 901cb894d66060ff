import { describe, expect, onTestFinished, test } from 'vitest'
import { randomBytes } from '../../base/random.ts'
import { platformTimer } from '../../base/timer.ts'
import { createNodeVerifier } from '../verifier.ts'
import type { Body } from './line.ts'
import { createMaelstromNode } from './node.ts'
import { profiles } from './profile.ts'

interface Bench {
  /** The answer, and null where there is none. */
  ask: (body: Record<string, unknown>) => Promise<Body | null>
  readonly warnings: string[]
  readonly written: string[]
  line: (text: string) => Promise<void>
}

function bench (): Bench {
  const written: string[] = []
  const warnings: string[] = []
  const node = createMaelstromNode({
    profile: profiles.latency, write: line => written.push(line), warn: sentence => warnings.push(sentence),
    now: () => Date.now(), timer: platformTimer, random: randomBytes, verify: createNodeVerifier().verify, tell: () => undefined
  })
  onTestFinished(async () => node.stop())
  return {
    warnings,
    written,
    line: node.receive,
    async ask (body) {
      const before = written.length
      await node.receive(JSON.stringify({ src: 'c1', dest: 'n1', body }))
      const answer = written[before]
      return answer === undefined ? null : (JSON.parse(answer) as { readonly body: Body }).body
    }
  }
}

const init = { type: 'init', msg_id: 1, node_id: 'n1', node_ids: ['n1'] }

describe('a Maelstrom node', () => {
  test('[L1] answers what the workloads ask', async () => {
    const { ask } = bench()
    expect(await ask(init)).toEqual({ type: 'init_ok', in_reply_to: 1 })
    expect(await ask({ type: 'topology', msg_id: 2, topology: { n1: [] } })).toEqual({ type: 'topology_ok', in_reply_to: 2 })
    expect(await ask({ type: 'echo', msg_id: 3, echo: { any: ['thing'] } })).toEqual({ type: 'echo_ok', in_reply_to: 3, echo: { any: ['thing'] } })
    const [first, second] = [await ask({ type: 'generate', msg_id: 4 }), await ask({ type: 'generate', msg_id: 5 })]
    expect([first?.type, second?.type]).toEqual(['generate_ok', 'generate_ok'])
    expect(first?.id).not.toEqual(second?.id)
  })

  test('[L2] [L3] reads what was broadcast, each value once and as it was given', async () => {
    const { ask } = bench()
    await ask(init)
    const values = [1, 'two', null, { three: [3] }, 1, '\ud800']
    for (const [index, message] of values.entries()) {
      expect(await ask({ type: 'broadcast', msg_id: 10 + index, message })).toEqual({ type: 'broadcast_ok', in_reply_to: 10 + index })
    }
    expect(await ask({ type: 'read', msg_id: 20 })).toEqual({ type: 'read_ok', in_reply_to: 20, messages: [1, 'two', null, { three: [3] }, '\ud800'] })
  })

  test('[L1] says by Maelstrom\'s numbers what is wrong with a request', async () => {
    const { ask, line, warnings, written } = bench()
    const failure = (code: number, inReplyTo: number): Record<string, unknown> => ({ type: 'error', code, in_reply_to: inReplyTo, text: expect.any(String) })
    expect(await ask({ type: 'read', msg_id: 1 })).toEqual(failure(11, 1))
    for (const wrong of [{}, { node_id: 'n1' }, { node_id: 'n1', node_ids: ['n2'] }, { node_id: 1, node_ids: [1] }]) {
      expect(await ask({ type: 'init', msg_id: 2, ...wrong })).toEqual(failure(12, 2))
    }
    await ask(init)
    expect(await ask({ ...init, msg_id: 3 })).toEqual({ type: 'init_ok', in_reply_to: 3 })
    expect(await ask({ ...init, msg_id: 3, node_id: 'n2', node_ids: ['n2'] })).toEqual(failure(12, 3))
    expect(await ask({ type: 'write', msg_id: 4 })).toEqual(failure(10, 4))
    expect(await ask({ type: 'broadcast', msg_id: 5 })).toEqual(failure(12, 5))
    expect(await ask({ type: 'broadcast', msg_id: 6, message: 'x'.repeat(9_000) })).toEqual(failure(12, 6))
    expect(await ask({ msg_id: 7 })).toEqual(failure(12, 7))
    expect(await ask({ type: 'echo_ok', in_reply_to: 8 })).toBeNull()
    const before = [written.length, warnings.length]
    await line('no message')
    await line('{"src":"n2","dest":"n1","body":{"type":"hubbub","from":"x"}}')
    await line('')
    expect([written.length, warnings.length]).toEqual([before[0], (before[1] ?? 0) + 2])
  })
})
