/** The question that most tests ask of two hubs: does what one writes reach the other as it was written, both ways? */
import { expect } from 'vitest'
import type { HubPage } from './hub-page.ts'

export async function expectCrossing (one: HubPage, two: HubPage): Promise<void> {
  for (const [from, to] of [[one, two], [two, one]] as const) {
    const text = `from ${from.name} to ${to.name} at ${Date.now()}`
    const id = await from.post(text)
    const received = await to.receives(id)
    const sent = await from.call('message', id)
    expect(received.body).toMatchObject({ text })
    expect(received.author).toBe((await from.status()).author)
    expect(received.signer).toBe(sent?.signer)
    expect(received.timestamp).toBe(sent?.timestamp)
    expect(received.from, 'a received message names the hub it came from').not.toBeNull()
    expect(sent?.from, 'one\'s own message came from nobody').toBeNull()
  }
}

/** The ids of a hub's posts, oldest first. */
export async function idsOf (hub: HubPage): Promise<string[]> {
  return (await hub.posts()).map(({ id }) => id)
}
