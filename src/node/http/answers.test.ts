import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readJson } from './answers.ts'

test('a body that breaks off is the asker\'s failure, not this server\'s', async () => {
  const body = new Readable({ read () { this.destroy(new Error('aborted')) } })
  const request = Object.assign(body, { headers: { 'content-type': 'application/json' } }) as unknown as IncomingMessage
  await expect(readJson(request)).rejects.toMatchObject({ status: 400, code: 'invalid-argument' })
})
