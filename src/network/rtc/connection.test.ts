import { afterEach, describe, expect, test } from 'vitest'
import { dialsMax } from './budget.ts'
import { createFakePage, lastCreated } from './fake-page.ts'
import type { FakePage } from './fake-page.ts'
import { callsMax, channelsMax, connectionsMax } from './protocol.ts'

let page: FakePage

afterEach(() => { page.stop() })

describe.each(['moved', 'copied'] as const)('a connection in the worker, channels %s', (kind) => {
  test('calls make the round trip, and descriptions are up to date when they settle', async () => {
    page = createFakePage(kind)
    const connection = page.connection()
    connection.createDataChannel('init')
    const offer = await connection.createOffer()
    expect(offer).toEqual({ type: 'offer', sdp: 'an offer' })
    await connection.setLocalDescription(offer)
    expect(connection.localDescription?.toJSON()).toEqual(offer)
    await connection.setRemoteDescription({ type: 'answer', sdp: 'theirs' })
    expect(connection.remoteDescription?.sdp).toBe('theirs')
    await connection.addIceCandidate({ candidate: 'candidate:1', sdpMid: '0' })
    expect(page.reals[0]?.candidates).toEqual([{ candidate: 'candidate:1', sdpMid: '0' }])
    expect((await connection.getStats()).get('T01')).toEqual({ type: 'transport' })
  })

  test('an error of a call keeps its name and message', async () => {
    page = createFakePage(kind)
    const connection = page.connection()
    await connection.getStats()
    page.reals[0]!.failure = new DOMException('no offer today', 'InvalidAccessError')
    await expect(connection.createOffer()).rejects.toMatchObject({ name: 'InvalidAccessError', message: 'no offer today' })
  })

  test('the snapshot is up to date before an event is fired, in handlers and listeners', async () => {
    page = createFakePage(kind)
    const connection = page.connection()
    await connection.getStats()
    const seen: string[] = []
    connection.onconnectionstatechange = () => { seen.push(`handler ${connection.connectionState}`) }
    connection.addEventListener('connectionstatechange', () => { seen.push(`listener ${connection.connectionState}`) })
    page.reals[0]!.become('connecting')
    page.reals[0]!.become('connected')
    await page.settled()
    expect(seen).toEqual(['handler connecting', 'listener connecting', 'handler connected', 'listener connected'])
  })

  test('candidates arrive with toJSON, and null when they end', async () => {
    page = createFakePage(kind)
    const connection = page.connection()
    await connection.getStats()
    const found: unknown[] = []
    connection.onicecandidate = (event: Event & { candidate?: RTCIceCandidate | null }) => { found.push(event.candidate?.toJSON() ?? null) }
    page.reals[0]!.find({ candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'u' })
    page.reals[0]!.find(null)
    await page.settled()
    expect(found).toEqual([{ candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'u' }, null])
  })

  test('close is synchronous, fires nothing, fails what waits, and closes the real connection', async () => {
    page = createFakePage(kind)
    const connection = page.connection()
    await connection.getStats()
    let fired = 0
    connection.onconnectionstatechange = () => { fired += 1 }
    page.reals[0]!.hold = new Promise(() => undefined)
    const waiting = connection.createAnswer()
    connection.close()
    expect([connection.connectionState, connection.signalingState]).toEqual(['closed', 'closed'])
    await expect(waiting).rejects.toMatchObject({ name: 'InvalidStateError' })
    await expect(connection.createOffer()).rejects.toMatchObject({ name: 'InvalidStateError' })
    expect(() => connection.createDataChannel('late')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
    page.reals[0]!.become('closed')
    await page.settled()
    expect(page.reals[0]!.closed).toBe(true)
    expect(page.host.size).toBe(0)
    expect(fired).toBe(0)
  })

  test('createDataChannel answers at once, with an id of its own', async () => {
    page = createFakePage(kind)
    const connection = page.connection()
    const channels = [connection.createDataChannel('a'), connection.createDataChannel('b'), page.connection().createDataChannel('c')]
    expect(channels.map(channel => channel.readyState)).toEqual(['connecting', 'connecting', 'connecting'])
    expect(new Set(channels.map(channel => channel.id)).size).toBe(3)
    expect(channels.every(channel => channel.id < 0)).toBe(true)
    await page.settled()
    page.reals[0]!.created[1]!.become('open', 5)
    await page.settled()
    expect(channels[1]!.id).toBe(5)
    expect(channels[1]!.readyState).toBe('open')
    expect(page.bridge.channelCounts()).toEqual(kind === 'moved' ? { transferred: 3, proxied: 0 } : { transferred: 0, proxied: 3 })
  })

  test('handlers set before the real channel exists hear it; bytes go both ways', async () => {
    page = createFakePage(kind)
    const channel = page.connection().createDataChannel('')
    const heard: unknown[] = []
    channel.onopen = () => { heard.push('open') }
    channel.onmessage = ({ data }: MessageEvent) => { heard.push(new Uint8Array(data as ArrayBuffer)) }
    channel.addEventListener('close', () => { heard.push('close') })
    await page.settled()
    const real = lastCreated(page)
    expect(real.binaryType).toBe('arraybuffer')
    real.become('open', 1)
    real.deliver(Uint8Array.of(1, 2).buffer)
    await page.settled()
    channel.send(Uint8Array.of(9, 8, 7).subarray(1))
    await page.settled()
    real.become('closed')
    await page.settled()
    expect(heard).toEqual(['open', Uint8Array.of(1, 2), 'close'])
    expect(real.sent.map(data => [...new Uint8Array(data as ArrayBuffer)])).toEqual([[8, 7]])
    expect(channel.readyState).toBe('closed')
  })

  test('a channel closed before the page has answered is closed on arrival', async () => {
    page = createFakePage(kind)
    const channel = page.connection().createDataChannel('')
    channel.close()
    expect(channel.readyState).toBe('closing')
    await page.settled()
    expect(lastCreated(page).readyState).toBe('closing')
    lastCreated(page).become('closed')
    await page.settled()
    expect(channel.readyState).toBe('closed')
  })

  test('an arriving channel loses no message when its handler is set in the task of its arrival', async () => {
    page = createFakePage(kind)
    const connection = page.connection()
    await connection.getStats()
    const heard: number[] = []
    connection.ondatachannel = (event: Event & { channel?: RTCDataChannel }) => {
      event.channel!.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => { heard.push(new Uint8Array(data)[0]!) }
      if (kind === 'moved') real.deliver(Uint8Array.of(0).buffer)
    }
    const real = page.reals[0]!.arrive('', 7)
    if (kind === 'copied') real.deliver(Uint8Array.of(0).buffer) // before the worker has heard of the channel
    await page.settled()
    real.deliver(Uint8Array.of(1).buffer)
    await page.settled()
    expect(heard).toEqual([0, 1])
  })

  test('a channel the page cannot create fails with the error and closes', async () => {
    page = createFakePage(kind)
    const connection = page.connection()
    await connection.getStats()
    page.reals[0]!.failure = new DOMException('no channel', 'OperationError')
    const channel = connection.createDataChannel('')
    const heard: unknown[] = []
    channel.onerror = (event: Event & { error?: Error }) => { heard.push(event.error?.name) }
    channel.onclose = () => { heard.push(channel.readyState) }
    await page.settled()
    expect(heard).toEqual(['OperationError', 'closed'])
  })

  test('the peer leaves: the state is closed in one event, waiting calls fail, open channels of the page fail and close', async () => {
    page = createFakePage(kind, { forceProxy: true })
    const connection = page.connection()
    const channel = connection.createDataChannel('')
    const heard: string[] = []
    connection.onconnectionstatechange = () => { heard.push(connection.connectionState) }
    channel.onerror = () => { heard.push('error') }
    channel.onclose = () => { heard.push('close') }
    await page.settled()
    const real = page.reals[0]!
    real.become('connected')
    real.hold = new Promise(() => undefined)
    const waiting = connection.createAnswer()
    const failed = expect(waiting).rejects.toMatchObject({ name: 'OperationError' })
    await page.settled()
    real.transport.state = 'closed'
    real.transport.onstatechange?.()
    await failed
    await page.settled()
    expect(heard).toEqual(['connected', 'error', 'close', 'closed'])
    expect(real.closed).toBe(true)
    expect(page.host.size).toBe(0)
  })
})

test('a connection that ended between two listeners tells the later one, even when it was closed on that occasion', async () => {
  page = createFakePage('moved')
  const connection = page.connection()
  connection.addEventListener('connectionstatechange', () => { if (connection.connectionState === 'closed') connection.close() })
  await connection.getStats()
  page.reals[0]!.become('closed')
  await page.settled()
  expect(page.host.size).toBe(0)
  let told = 0
  connection.onconnectionstatechange = () => { told += 1 }
  await Promise.resolve()
  expect(told).toBe(1)
})

test('a connection that this side closed tells nobody', async () => {
  page = createFakePage('moved')
  const connection = page.connection()
  await connection.getStats()
  connection.close()
  let told = 0
  connection.onconnectionstatechange = () => { told += 1 }
  await page.settled()
  expect(told).toBe(0)
})

test('the page constructs at first use only, with the configuration', async () => {
  page = createFakePage('moved')
  const silent = page.connection()
  silent.close()
  const answering = page.connection({ iceServers: [] })
  await page.settled()
  expect(page.host.constructed).toBe(0)
  await answering.setRemoteDescription({ type: 'offer', sdp: 'theirs' })
  expect(page.host.constructed).toBe(1)
})

test('dials stop at their budget, answering goes on, and what was collected comes back', async () => {
  page = createFakePage('moved')
  for (let dial = 0; dial < dialsMax; dial++) {
    const connection = page.connection()
    connection.createDataChannel('init')
    connection.close()
  }
  await page.settled()
  expect(() => page.connection().createDataChannel('init')).toThrow(expect.objectContaining({ code: 'dial-budget-spent' }))
  await page.connection().setRemoteDescription({ type: 'offer', sdp: 'theirs' })
  expect(page.bridge.budget.read()).toMatchObject({ constructed: dialsMax + 1, total: dialsMax + 1 })
  page.collect[0]!()
  page.collect[1]!()
  await page.settled()
  page.connection().createDataChannel('init')
  expect(page.bridge.budget.read()).toMatchObject({ constructed: dialsMax, total: dialsMax + 2 })
})

test('a browser that refuses to construct ends the connection with its error, and the budget is given back', async () => {
  page = createFakePage('moved')
  page.refuse = new DOMException('Cannot create so many PeerConnections', 'UnknownError')
  const connection = page.connection()
  const states: string[] = []
  connection.onconnectionstatechange = () => { states.push(connection.connectionState) }
  await expect(connection.createOffer()).rejects.toMatchObject({ name: 'UnknownError' })
  expect(states).toEqual(['closed'])
  expect(page.bridge.budget.read().constructed).toBe(0)
})

test('connections, channels and calls are bounded', async () => {
  page = createFakePage('moved')
  const connection = page.connection()
  for (let count = 0; count < channelsMax; count++) connection.createDataChannel('')
  expect(() => connection.createDataChannel('')).toThrow(expect.objectContaining({ name: 'OperationError' }))

  await page.settled()
  const real = page.reals[0]!
  const arrived = Array.from({ length: channelsMax + 1 }, (_, id) => real.arrive('', id))
  await page.settled()
  expect(arrived.filter(channel => channel.readyState === 'open')).toHaveLength(channelsMax)

  real.hold = new Promise(() => undefined)
  const calls = Array.from({ length: callsMax }, async () => await connection.createAnswer().catch(() => 'failed'))
  await expect(connection.createAnswer()).rejects.toMatchObject({ name: 'OperationError' })
  connection.close()
  expect(await Promise.all(calls)).toEqual(calls.map(() => 'failed'))

  for (let count = 0; count < connectionsMax; count++) page.connection().createDataChannel('init')
  expect(() => page.connection().createDataChannel('init')).toThrow(expect.objectContaining({ code: 'too-many-connections' }))
})

test('messages that are none, or about what is gone, change nothing on either side', async () => {
  page = createFakePage('copied')
  const connection = page.connection()
  await connection.getStats()
  for (const junk of [null, 1, 'nonsense', {}, { type: 3 }, { type: 'unheard-of' }]) {
    page.toHost(junk)
    page.toWorker(junk)
  }
  page.toHost({ type: 'close', connection: 999 })
  page.toHost({ type: 'channel-send', channel: 999, data: new ArrayBuffer(1) })
  page.toHost({ type: 'channel-close', channel: 999 })
  page.toHost({ type: 'create-channel', connection: 999, channel: 999, label: '', options: {} })
  page.toHost({ type: 'call', connection: 999, call: 999, request: { method: 'createOffer' } })
  page.toWorker({ type: 'returned', connection: 999, call: 1, value: 1, snapshot: null })
  page.toWorker({ type: 'threw', connection: 1, call: 999, error: { name: 'x', message: 'y' } })
  page.toWorker({ type: 'channel-ready', channel: 999, real: null })
  page.toWorker({ type: 'channel-news', channel: 999, progress: null, news: { event: 'close' } })
  await page.settled()
  expect(await connection.createOffer()).toMatchObject({ type: 'offer' })
  expect(page.host.size).toBe(1)
})

test('a host that closes all connections, as before a page is frozen, says so and goes on making new ones', async () => {
  page = createFakePage('moved')
  const connections = [page.connection(), page.connection()]
  await Promise.all(connections.map(async connection => await connection.getStats()))
  page.host.closeAll()
  expect(page.host.size).toBe(0)
  expect(page.reals.every(real => real.closed)).toBe(true)
  await page.settled()
  expect(connections.map(connection => connection.connectionState)).toEqual(['closed', 'closed'])
  await page.connection().getStats()
  expect(page.host.size).toBe(1)
})

test('a disposed host closes all connections, says so, and makes no more', async () => {
  page = createFakePage('moved')
  const connections = [page.connection(), page.connection()]
  await Promise.all(connections.map(async connection => await connection.getStats()))
  expect(page.host.size).toBe(2)
  page.host.dispose()
  expect(page.host.size).toBe(0)
  expect(page.reals.every(real => real.closed)).toBe(true)
  await page.settled()
  expect(connections.map(connection => connection.connectionState)).toEqual(['closed', 'closed'])
  await expect(page.connection().getStats()).rejects.toMatchObject({ name: 'OperationError' })
})
