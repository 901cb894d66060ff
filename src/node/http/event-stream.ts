/**
 * Stored messages as server-sent events (WHATWG HTML, 9.2): each once, in the order of their event numbers, which are the events' ids, so that a reader whose
 * connection broke goes on where it was. A slow reader is read to at its own speed from the log: nothing waits here but what its socket holds.
 */
import type { ServerResponse } from 'node:http'
import type { HubApi, Query } from '../../hub/api.ts'
import { bytesAsBase64 } from './answers.ts'

/** A comment now and then, so that proxies and readers know that the stream lives. */
const beatMs = 15_000
/** A reader that takes nothing for so long is gone: its place is another's. It resumes from the last event it saw. */
const stalledMs = 60_000

/**
 * Resolves when the reader is gone. What comes first is an id without an event: where a reader goes on whose connection breaks before it has seen one.
 * Codes: those of `subscribe`, while nothing was answered yet.
 */
export async function streamMessages (
  api: Pick<HubApi, 'status' | 'subscribe'>, response: ServerResponse, filter: Query, from: number | undefined
): Promise<void> {
  const closed = new Promise<void>((resolve) => { response.once('close', resolve) })
  const fromEvent = from ?? (await api.status()).lastEvent + 1
  const begin = (): void => {
    if (response.headersSent) return
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
    response.write(`retry: 1000\nid: ${Math.max(0, fromEvent - 1)}\n\n`)
  }
  const stop = await api.subscribe(filter, async ({ event, message }) => {
    begin()
    if (!response.write(`id: ${event}\nevent: message\ndata: ${JSON.stringify(message, bytesAsBase64)}\n\n`)) await drained(response)
  }, { fromEvent })
  begin()
  if (response.req.method === 'HEAD') {
    stop()
    response.end()
    return
  }
  const beating = setInterval(() => { if (!response.writableNeedDrain) response.write(': \n\n') }, beatMs)
  await closed
  clearInterval(beating)
  stop()
}

/** Resolves when there is room again, or nobody to write to. It leaves nothing behind on a response that lives for days. */
async function drained (response: ServerResponse): Promise<void> {
  if (response.closed) return
  await new Promise<void>((resolve) => {
    const stalled = setTimeout(() => { response.destroy() }, stalledMs)
    const done = (): void => {
      clearTimeout(stalled)
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}
