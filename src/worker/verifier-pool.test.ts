import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { changedBit, craftedCases, honestMessage, withBitChanged } from '../message/fixtures/signed-cases.ts'
import { createSignatureCheck, createVerifier, verificationsMax, type SignatureCheck, type SignedMessage } from '../message/signing.ts'
import { createNodeVerifier } from '../node/verifier.ts'
import { batchMax, createVerifierPool, type VerifierPool, type VerifierPoolOptions, type VerifyWorker } from './verifier-pool.ts'
import { serveVerifications, type BatchMessage } from './verify-batch.ts'
import { verifyWorkerAt, workersFor } from './verify-workers.ts'

/** What a worker runs, at the other end of a real channel; `fail` is what a browser says when a worker cannot be loaded or has died. */
interface ChannelWorker extends VerifyWorker {
  readonly listening: Promise<void>
  readonly posted: readonly BatchMessage[]
  fail: (reason: string) => void
}

const check = createSignatureCheck()
const never: SignatureCheck = () => new Promise(() => { /* a worker that hangs */ })
const failing: SignatureCheck = async () => { throw new Error('no platform') }
const pools: VerifierPool[] = []

afterEach(() => {
  vi.useRealTimers()
  for (const pool of pools.splice(0)) pool.close()
})

function channelWorker (workerCheck: SignatureCheck): ChannelWorker {
  const { port1: inside, port2: outside } = new MessageChannel()
  const failures = new EventTarget()
  const posted: BatchMessage[] = []
  const listening = new Promise<void>((resolve) => { outside.addEventListener('message', () => { resolve() }, { once: true }) })
  serveVerifications(inside, workerCheck)
  inside.start()
  outside.start()
  return {
    listening,
    posted,
    fail: (reason) => { failures.dispatchEvent(Object.assign(new Event('error'), { message: reason })) },
    postMessage (message: BatchMessage, transfer: Transferable[]) {
      posted.push(message)
      outside.postMessage(message, transfer)
    },
    addEventListener (type: string, listener: EventListener) { (type === 'error' ? failures : outside).addEventListener(type, listener) },
    terminate () {
      inside.close()
      outside.close()
    }
  } as ChannelWorker
}

async function poolOf (checks: readonly SignatureCheck[], options: VerifierPoolOptions = {}): Promise<{ pool: VerifierPool, workers: ChannelWorker[] }> {
  const workers = checks.map(channelWorker)
  const pool = createVerifierPool(workers, options)
  pools.push(pool)
  await Promise.all(workers.map(async ({ listening }) => listening))
  expect(pool.workers).toBe(checks.length)
  return { pool, workers }
}

interface Asked { readonly message: SignedMessage, readonly valid: boolean }

/** Every third of them is not valid. */
async function manyMessages (count: number): Promise<Asked[]> {
  const honest = await Promise.all([1, 2, 3].map(honestMessage))
  return Array.from({ length: count }, (_, index) => {
    const valid = index % 3 !== 0
    return { message: withBitChanged(honest[index % 7 % 3]!, valid ? undefined : 8 * 64 + index % 512), valid }
  })
}

async function expectRightAnswers (pool: VerifierPool, asked: readonly Asked[], meanwhile?: () => void): Promise<void> {
  const answers = asked.map(async ({ message }) => pool.verify(message))
  await Promise.resolve() // what was asked in this task has been given to the workers
  meanwhile?.()
  expect(await Promise.all(answers)).toEqual(asked.map(({ valid }) => valid))
}

test('[M31 M32 M33] a worker gives the same answers to crafted signatures', async () => {
  const { pool, workers } = await poolOf([check])
  await expectRightAnswers(pool, craftedCases())
  expect(workers[0]?.posted.length).toBeGreaterThan(0)
})

test('[M30 M34] pool, Node\'s threads and plain verifier agree, whichever bit is changed', async () => {
  const { pool } = await poolOf([check, createSignatureCheck({ backend: 'fallback' })])
  const verifiers = [pool, createNodeVerifier(), createVerifier()]
  let valid = 0
  await fc.assert(fc.asyncProperty(fc.nat({ max: 255 }), changedBit, async (number, bit) => {
    const message = withBitChanged(await honestMessage(number), bit)
    const answers = await Promise.all(verifiers.map(async verifier => verifier.verify(message)))
    expect(answers).toEqual(verifiers.map(() => bit == null))
    if (bit == null) valid += 1
  }), { numRuns: 300 })
  expect(valid).toBeGreaterThan(0)
})

test('what is asked in one task goes as one transferred buffer; what is asked while a worker is busy goes together', async () => {
  const { pool, workers: [worker] } = await poolOf([check])
  await expectRightAnswers(pool, await manyMessages(100), () => {
    expect(worker?.posted.length).toBe(1)
    expect(worker?.posted[0]?.batch.byteLength, 'gone over').toBe(0)
  })
  await expectRightAnswers(pool, await manyMessages(10 * batchMax))
  expect(worker?.posted.length).toBe(1 + 10)
})

test('several workers share the work, and no answer goes to another question', async () => {
  const { pool, workers } = await poolOf([check, check])
  await expectRightAnswers(pool, await manyMessages(3_000))
  for (const { posted } of workers) expect(posted.length).toBeGreaterThan(5)
})

test('a worker that dies leaves nothing unanswered: another takes over, then this thread; it is told of once', async () => {
  const told: string[] = []
  const { pool, workers } = await poolOf([never, check], { onTrouble: sentence => told.push(sentence) })
  const asked = await manyMessages(1_000)
  await expectRightAnswers(pool, asked, () => {
    expect(workers[0]?.posted.length, 'it holds questions').toBe(3)
    workers[0]?.fail('out of memory')
  })
  expect(pool.workers).toBe(1)
  await expectRightAnswers(pool, asked, () => { workers[1]?.fail('out of memory too') })
  expect(pool.workers).toBe(0)
  await expectRightAnswers(pool, asked)
  expect(told).toEqual([expect.stringContaining('out of memory')])
})

test('without workers this thread checks', async () => {
  const pool = createVerifierPool([])
  expect(pool.workers).toBe(0)
  await expectRightAnswers(pool, await manyMessages(50))
})

test('a worker at the other end of a port answers; when its end closes, what it holds is checked here, and it is told of', async () => {
  const { port1, port2 } = new MessageChannel()
  const told: string[] = []
  const pool = createVerifierPool([verifyWorkerAt(port1)], { onTrouble: sentence => told.push(sentence) })
  pools.push(pool)
  let open = true
  serveVerifications(port2, async (...asked) => open ? check(...asked) : never(...asked))
  port2.start()
  await vi.waitUntil(() => pool.workers === 1)
  await expectRightAnswers(pool, await manyMessages(50))
  open = false
  await expectRightAnswers(pool, await manyMessages(50), () => { port2.close() })
  expect(pool.workers).toBe(0)
  expect(told).toHaveLength(1)
})

test('a worker that has not said yet that it listens is given nothing', async () => {
  const posted: unknown[] = []
  const silent = { postMessage: (message: unknown) => { posted.push(message) }, addEventListener: () => undefined, terminate: () => undefined } as VerifyWorker
  const pool = createVerifierPool([silent])
  await expectRightAnswers(pool, await manyMessages(50))
  expect(posted).toEqual([])
})

test('an overdue answer is not waited for, and the worker is given nothing until it has come', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let open = (): void => undefined
  const gate = new Promise<void>((resolve) => { open = resolve })
  const { pool, workers: [worker] } = await poolOf([async (...asked) => {
    await gate
    return check(...asked)
  }])
  const asked = await manyMessages(20)
  await expectRightAnswers(pool, asked, () => { vi.advanceTimersByTime(60_000) })
  await expectRightAnswers(pool, asked)
  expect(worker?.posted.length).toBe(1)
  open()
  await vi.waitUntil(async () => {
    await expectRightAnswers(pool, asked)
    return worker?.posted.length === 2
  })
})

test('where the platform fails in the worker the question is asked here', async () => {
  const { pool, workers } = await poolOf([failing])
  await expectRightAnswers(pool, await manyMessages(20))
  expect(workers[0]?.posted.length).toBe(1)
  const { pool: helpless } = await poolOf([failing], { verifier: { verify: async () => { throw new Error('no platform here') } } })
  await expect(helpless.verify(await honestMessage(1))).rejects.toThrow('no platform here')
})

test('as many as are allowed are answered; one more is refused', async () => {
  const { pool } = await poolOf([check])
  const asked = await manyMessages(verificationsMax)
  const answers = asked.map(async ({ message }) => pool.verify(message))
  await expect(pool.verify(asked[0]!.message)).rejects.toMatchObject({ code: 'too-many' })
  expect(await Promise.all(answers)).toEqual(asked.map(({ valid }) => valid))
  expect(await pool.verify(asked[1]!.message)).toBe(true)
})

test('closing ends what waits for a worker, and refuses what comes after it', async () => {
  const { pool } = await poolOf([never])
  const asked = await manyMessages(1_000)
  const answers = asked.map(async ({ message }) => pool.verify(message))
  await Promise.resolve()
  pool.close()
  for (const result of await Promise.allSettled(answers)) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'stopped' } })
  await expect(pool.verify(asked[0]!.message)).rejects.toMatchObject({ code: 'stopped' })
})

test('one worker beside the engine where there are two cores, two where there are more', () => {
  expect([1, 2, 4, 64].map(workersFor)).toEqual([1, 1, 2, 2])
})

test('many that are asked in one call are answered in one, each in its place, and those of a lost worker too', async () => {
  const { pool, workers } = await poolOf([check])
  const honest = await honestMessage(1)
  const expected = Array.from({ length: batchMax + 40 }, (_, number) => number % 7 !== 3)
  const messages = expected.map((valid, number) => withBitChanged(honest, valid ? undefined : 8 * 64 + number))
  expect(await pool.verifyAll(messages)).toEqual(expected)
  expect(workers[0]!.posted).toHaveLength(2)
  const asked = pool.verifyAll(messages)
  workers[0]!.fail('gone')
  expect(await asked).toEqual(expected)
  expect(await pool.verifyAll([])).toEqual([])
  await expect(pool.verifyAll(Array.from({ length: verificationsMax + 1 }, () => honest))).rejects.toMatchObject({ code: 'too-many' })
  const open = pool.verifyAll(messages)
  pool.close()
  await expect(open).rejects.toMatchObject({ code: 'stopped' })
})
