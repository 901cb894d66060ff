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

/** Resolves when the reader is gone. Codes: those of `subscribe`, while nothing was answered yet. */
export async function streamMessages (api: Pick<HubApi, 'subscribe'>, response: ServerResponse, filter: Query, fromEvent: number | undefined): Promise<void> {
  const closed = new Promise<void>((resolve) => { response.once('close', resolve) })
  const begin = (): void => {
    if (response.headersSent) return
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
    response.write('retry: 1000\n\n')
  }
  const stop = await api.subscribe(filter, async ({ event, message }) => {
    begin()
    if (!response.write(`id: ${event}\nevent: message\ndata: ${JSON.stringify(message, bytesAsBase64)}\n\n`)) await Promise.race([drained(response), closed])
  }, fromEvent === undefined ? {} : { fromEvent })
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

async function drained (response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const stalled = setTimeout(() => { response.destroy() }, stalledMs)
    response.once('drain', () => {
      clearTimeout(stalled)
      resolve()
    })
    response.once('close', () => { clearTimeout(stalled) })
  })
}
