/**
 * Both guards against the dial hang, each alone against the race it beats, and through the bridge as a dial meets them.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFakePage, FakeChannel, lastCreated } from './fake-page.ts'
import type { FakePage } from './fake-page.ts'
import { closingDelayMs, leaveClosingToDialler, tellWhatIsOver } from './init-guard.ts'

let page: FakePage | undefined

afterEach(() => {
  page?.stop()
  page = undefined
})

type InitChannel = EventTarget & { readonly readyState: RTCDataChannelState, close (): void }

const once = async (channel: InitChannel, type: string): Promise<void> => {
  await new Promise<void>((resolve) => { channel.addEventListener(type, () => { resolve() }, { once: true }) })
}

/** What @libp2p/webrtc's dialler does with its `init` channel once the connection is connected. */
async function finishDial (channel: InitChannel): Promise<void> {
  if (channel.readyState !== 'open') await once(channel, 'open')
  channel.close()
  await once(channel, 'close')
}

/** Whether `dial` ends, given that nothing more happens: all that is left of it are microtasks. */
async function ends (dial: Promise<void>): Promise<boolean> {
  let ended = false
  void dial.then(() => { ended = true })
  await new Promise((resolve) => { setImmediate(resolve) })
  return ended
}

describe('the dialling side', () => {
  const guarded = (): FakeChannel => {
    const channel = new FakeChannel('init')
    tellWhatIsOver(channel)
    return channel
  }

  test('a dial ends when its channel was opened and closed before it looked', async () => {
    const channel = guarded()
    channel.become('open')
    channel.become('closing')
    channel.become('closed')
    expect(await ends(finishDial(channel))).toBe(true)
  })

  test('a dial ends when its channel was opened and is closing as it looks', async () => {
    const channel = guarded()
    channel.become('open')
    channel.become('closing')
    expect(await ends(finishDial(channel))).toBe(true)
  })

  test('an undisturbed dial waits for open, closes, and does not wait for the peer to have closed', async () => {
    const channel = guarded()
    const dial = finishDial(channel)
    expect(await ends(dial)).toBe(false)
    channel.become('open')
    expect(await ends(dial)).toBe(true)
    expect(channel.readyState).toBe('closing')
  })

  test('a channel that never opened is not said to have opened', async () => {
    const channel = guarded()
    channel.become('closed')
    expect(await ends(finishDial(channel))).toBe(false)
  })

  test('through the bridge: the peer closes the channel at once, and the dial still ends', async () => {
    page = createFakePage('moved')
    const channel = page.connection().createDataChannel('init')
    await page.settled()
    const real = lastCreated(page)
    real.become('open', 1)
    real.become('closing')
    real.become('closed')
    expect(await ends(finishDial(channel))).toBe(true)
  })

  test('other channels are left alone', async () => {
    page = createFakePage('moved')
    const channel = page.connection().createDataChannel('')
    await page.settled()
    lastCreated(page).become('open', 1)
    lastCreated(page).become('closed')
    expect(await ends(finishDial(channel))).toBe(false)
  })
})

describe('the answering side', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }) })
  afterEach(() => { vi.useRealTimers() })

  test('its own close waits, so that the dialler finds the channel open', () => {
    const channel = new FakeChannel('init')
    channel.become('open')
    leaveClosingToDialler(channel)
    channel.close()
    vi.advanceTimersByTime(closingDelayMs - 1)
    expect(channel.readyState).toBe('open')
    channel.become('closed')
    vi.advanceTimersByTime(1)
    expect(channel.readyState).toBe('closed')
  })

  test('a channel the dialler did not close is closed in the end', () => {
    const channel = new FakeChannel('init')
    channel.become('open')
    leaveClosingToDialler(channel)
    channel.close()
    vi.advanceTimersByTime(closingDelayMs)
    expect(channel.readyState).toBe('closing')
  })

  test.each(['moved', 'copied'] as const)('through the bridge (%s): only the first init channel of a connection closes late', async (kind) => {
    page = createFakePage(kind)
    const connection = page.connection()
    await connection.getStats()
    connection.ondatachannel = (event: Event & { channel?: InitChannel }) => { event.channel?.close() }
    const reals = [page.reals[0]!.arrive('init', 1), page.reals[0]!.arrive('init', 2), page.reals[0]!.arrive('', 3)]
    await page.settled()
    expect(reals.map(real => real.readyState)).toEqual(['open', 'closing', 'closing'])
    vi.advanceTimersByTime(closingDelayMs)
    await page.settled()
    expect(reals[0]!.readyState).toBe('closing')
  })
})
