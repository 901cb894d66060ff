/** Pages in one process, of which the leader is taken away. Time stands still but for their ticks. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { createLocks } from './fixtures/locks.ts'
import type { Attachment } from './attachment.ts'
import { callChannel, hubChannel, leaderLock, opened, pageChannel, protocolVersion, sealed, type Term } from './protocol.ts'
import { joinTabs } from './tab.ts'

const tickMs = 150
/** More than what a silent leader is given (tab.ts). */
const ticks = 8

test('[T3] a page that is handed the lead is given the time to open, also by those that were attached to the one before', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const channels: BroadcastChannel[] = []
  const Native = BroadcastChannel
  vi.stubGlobal('BroadcastChannel', class extends Native {
    constructor (name: string) {
      super(name)
      channels.push(this)
    }
  })
  onTestFinished(() => {
    for (const channel of channels) channel.close()
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })
  const hubName = 'handed'
  const locks = createLocks()
  /** The leader: a lock, and an engine that attaches whoever looks for it and answers pings. */
  let end = (): void => undefined
  void locks.request(leaderLock(hubName), async () => new Promise<void>((resolve) => { end = resolve }))
  const term: Term = { leader: 'first', since: 1 }
  const attached = new Set<string>()
  let isAlive = true
  let pings = 0
  new BroadcastChannel(hubChannel(hubName)).onmessage = ({ data }: MessageEvent) => {
    const message = opened(data)
    if (message?.type !== 'looking' || !isAlive || attached.has(message.page)) return
    attached.add(message.page)
    const calls = new BroadcastChannel(callChannel(hubName, message.page, term))
    calls.onmessage = (event: MessageEvent) => {
      if (opened(event.data)?.type !== 'ping') return
      pings += 1
      if (isAlive) calls.postMessage(sealed({ type: 'pong' }))
    }
    new BroadcastChannel(pageChannel(hubName, message.page)).postMessage(sealed({ type: 'attached', version: protocolVersion, term }))
  }
  const start = vi.fn(async () => new Promise<Attachment>(() => { /* it opens for longer than this test takes */ }))
  const terminate = vi.fn()
  const tabs = [1, 2, 3].map(() => joinTabs({
    hubName, locks, prepareEngine: () => ({ start, terminate }), now: Date.now,
    onOpening: () => undefined, onRunning: () => undefined, onFailed: () => undefined, onWiped: () => undefined
  }))
  await Promise.all(tabs.map(async tab => expect(await tab.current()).toMatchObject({ term })))

  isAlive = false
  end()
  await expect.poll(() => start.mock.calls.length, { interval: 1 }).toBe(1)
  for (let tick = 0; tick < ticks; tick += 1) {
    const before = pings
    await vi.advanceTimersByTimeAsync(tickMs)
    // Those of the two that wait: what else was said in this tick was said before them, or is heard in the next.
    await expect.poll(() => pings, { interval: 1 }).toBe(before + 2)
  }
  expect(start).toHaveBeenCalledTimes(1)
  expect(terminate).not.toHaveBeenCalled()
})
