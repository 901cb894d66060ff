/** `globalThis.hubbub`: CONTRACT's console API. Its methods wait while the hub starts, and reject with a code when it cannot. */
import type { HubApi } from './api.ts'
import type { HubClient } from './client.ts'
import { forward } from './forward.ts'

declare global {
  var hubbub: HubApi
}

export function exposeConsole (client: HubClient): void {
  globalThis.hubbub = forward(async () => client.running())
}
