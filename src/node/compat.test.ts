import './compat.ts'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'

test('a WebSocket that fails when nobody listens any more does not end the process', async () => {
  const server = createServer(socket => socket.resetAndDestroy()).listen(0, '127.0.0.1')
  onTestFinished(() => { server.close() })
  await once(server, 'listening')
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  // Closing says nothing of listeners for errors; an error without one would be an uncaught exception, which fails the run.
  await new Promise((resolve) => { socket.addEventListener('close', resolve) })
  expect(socket.readyState).toBe(WebSocket.CLOSED)
})
