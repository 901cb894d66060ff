/** How much memory a page's worker uses, by Chromium's debugging protocol: the page cannot tell without waiting some 15 s for the browser to see fit. */
import type { Page } from 'playwright-core'

/** Call before the page starts its worker. What it returns collects garbage and resolves with bytes: the heap, and the buffers that hang on it. */
export async function watchWorkerMemory (page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  const answers = new Map<number, (result: unknown) => void>()
  let worker: string | undefined
  let requests = 0
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo: { type } }) => { if (type === 'worker') worker ??= sessionId })
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { readonly id?: number, readonly result?: unknown }
    if (id != null) answers.get(id)?.(result)
  })
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false })

  async function ask (method: string): Promise<unknown> {
    if (worker == null) throw new Error('The page has no worker to ask.')
    const id = requests += 1
    const answered = new Promise((resolve) => { answers.set(id, resolve) })
    await session.send('Target.sendMessageToTarget', { sessionId: worker, message: JSON.stringify({ id, method }) })
    return answered
  }

  return async () => {
    await ask('HeapProfiler.collectGarbage')
    const { usedSize, backingStorageSize } = await ask('Runtime.getHeapUsage') as { readonly usedSize: number, readonly backingStorageSize: number }
    return usedSize + backingStorageSize
  }
}
