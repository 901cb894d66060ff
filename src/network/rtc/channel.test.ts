import { afterEach, expect, test } from 'vitest'
import type { Channel } from './channel.ts'
import { createFakePage, lastCreated } from './fake-page.ts'
import type { FakeChannel, FakePage } from './fake-page.ts'
import { confirmBytes, proxiedBytesMax } from './protocol.ts'

let page: FakePage

afterEach(() => { page.stop() })

/** A proxied channel that is open on both sides. */
async function openChannel (): Promise<{ channel: Channel, real: FakeChannel }> {
  page = createFakePage('copied')
  const channel = page.connection().createDataChannel('')
  await page.settled()
  const real = lastCreated(page)
  real.become('open', 3)
  await page.settled()
  return { channel, real }
}

test('a refused transfer is proxied, and so is everything when the host is told to', async () => {
  await openChannel()
  expect(page.bridge.channelCounts()).toEqual({ transferred: 0, proxied: 1 })
  page.stop()
  page = createFakePage('moved', { forceProxy: true })
  page.connection().createDataChannel('')
  await page.settled()
  expect(page.bridge.channelCounts()).toEqual({ transferred: 0, proxied: 1 })
})

test('keeps order in both directions, and leaves the caller its buffer', async () => {
  const { channel, real } = await openChannel()
  const heard: number[] = []
  channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => { heard.push(new Uint8Array(data)[0]!) }
  const bytes = Uint8Array.of(0)
  for (let count = 0; count < 100; count++) {
    bytes[0] = count
    channel.send(bytes)
    real.deliver(Uint8Array.of(count).buffer)
  }
  await page.settled()
  const order = Array.from({ length: 100 }, (_, count) => count)
  expect(real.sent.map(data => new Uint8Array(data as ArrayBuffer)[0])).toEqual(order)
  expect(heard).toEqual(order)
  expect(bytes).toHaveLength(1)
})

test('bufferedAmount counts what the network has not taken, and bufferedamountlow is fired when it falls to the threshold', async () => {
  const { channel, real } = await openChannel()
  const low: number[] = []
  channel.onbufferedamountlow = () => { low.push(channel.bufferedAmount) }
  channel.send(new ArrayBuffer(100))
  expect(channel.bufferedAmount).toBe(100)
  await page.settled()
  expect(channel.bufferedAmount).toBe(100)
  channel.send(new ArrayBuffer(50)) // on its way while the first is taken
  real.drain(100)
  await page.settled()
  expect(channel.bufferedAmount).toBe(50)
  expect(low).toEqual([])
  real.drain(50)
  await page.settled()
  expect(channel.bufferedAmount).toBe(0)
  expect(low).toEqual([0])
})

test('bufferedamountlow is fired once for a threshold above zero', async () => {
  const { channel, real } = await openChannel()
  let low = 0
  channel.bufferedAmountLowThreshold = 60
  channel.onbufferedamountlow = () => { low += 1 }
  channel.send(new ArrayBuffer(100))
  channel.send(new ArrayBuffer(100))
  await page.settled()
  real.drain(200)
  await page.settled()
  channel.send(new ArrayBuffer(10))
  await page.settled()
  real.drain(10)
  await page.settled()
  expect(low).toBe(1)
})

test('sending needs an open channel', async () => {
  page = createFakePage('copied')
  const channel = page.connection().createDataChannel('')
  expect(() => { channel.send(new ArrayBuffer(1)) }).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
})

test('a queue that is full throws and closes the channel', async () => {
  const { channel, real } = await openChannel()
  channel.send(new ArrayBuffer(proxiedBytesMax))
  expect(() => { channel.send(new ArrayBuffer(1)) }).toThrow(expect.objectContaining({ name: 'OperationError' }))
  expect(channel.readyState).toBe('closing')
  await page.settled()
  expect(real.readyState).toBe('closing')
})

test('a worker that does not take what arrives loses the channel, one that does keeps it', async () => {
  const { channel, real } = await openChannel()
  const errors: unknown[] = []
  channel.onerror = (event: Event & { error?: Error }) => { errors.push(event.error?.name) }
  for (let bytes = 0; bytes <= proxiedBytesMax; bytes += confirmBytes) {
    real.deliver(new ArrayBuffer(confirmBytes))
    await page.settled()
  }
  expect(real.readyState).toBe('open')
  for (let bytes = 0; bytes <= proxiedBytesMax; bytes += confirmBytes) real.deliver(new ArrayBuffer(confirmBytes))
  expect(real.readyState).toBe('closing')
  await page.settled()
  expect(errors).toEqual(['OperationError'])
})

test('close: what was sent before is still handed over, closing is seen at once, and closed when both sides have', async () => {
  const { channel, real } = await openChannel()
  let closed = 0
  channel.onclose = () => { closed += 1 }
  channel.send(Uint8Array.of(1))
  channel.close()
  channel.close()
  expect(channel.readyState).toBe('closing')
  await page.settled()
  expect(real.sent).toHaveLength(1)
  expect(closed).toBe(0)
  real.become('closed')
  await page.settled()
  expect([channel.readyState, closed]).toEqual(['closed', 1])
})

test('bytes that meet a channel the peer has closed are dropped without harm', async () => {
  const { channel, real } = await openChannel()
  let errors = 0
  channel.onerror = () => { errors += 1 }
  real.become('closing')
  channel.send(Uint8Array.of(1))
  await page.settled()
  expect(channel.readyState).toBe('closing')
  expect(real.sent).toEqual([])
  expect(errors).toBe(0)
})

test('a removed handler is silent, and one that was replaced too', async () => {
  const { channel, real } = await openChannel()
  const heard: string[] = []
  const listener = (): void => { heard.push('listener') }
  channel.addEventListener('message', listener)
  channel.onmessage = () => { heard.push('first') }
  channel.onmessage = () => { heard.push('second') }
  channel.removeEventListener('message', listener)
  real.deliver('text')
  await page.settled()
  expect(heard).toEqual(['second'])
})
