/** Why this hub as a whole is not connected: its relays, then its links. Pure; loaded beside the engine, for nothing waits for it. */
import { hostOf } from '../base/multiaddr-host.ts'
import type { Diagnosis, RelayStatus } from '../hub/api.ts'

/** `linked`: how many hubs are. `stages`: those of diagnosis.ts, in their order. */
export function diagnoseHub (relays: readonly RelayStatus[], linked: number, stages: ReadonlyArray<Diagnosis['stages'][number]['stage']>): Diagnosis {
  const relay = [...relays].sort((a, b) => Number(a.state === 'looking') - Number(b.state === 'looking'))[0]
  const found = relay != null && relay.state !== 'looking'
  const reserved = relay?.state === 'reserved'
  const reached = { discovered: found, reserved, signalled: linked > 0, ice: linked > 0, encrypted: linked > 0, gossiping: linked > 0 }
  const sentences = {
    discovered: found ? `The relay at ${hostOf(relay.address)} answers.` : missingWords(relay),
    reserved: reserved
      ? 'The relay holds a place for this hub.'
      : relay?.full === true ? `The relay answers. ${relay.lastError ?? ''}` : 'No relay holds a place for this hub yet, so others cannot reach it first.',
    gossiping: linked > 0 ? `${linked} ${linked === 1 ? 'hub is' : 'hubs are'} linked.` : 'No hub is linked.'
  }
  return {
    peerId: null,
    sentence: linked > 0 ? sentences.gossiping : !found ? sentences.discovered : !reserved ? sentences.reserved : 'The relay answers, and no other hub is linked yet.',
    stages: stages.map((stage) => {
      const isFailed = (stage === 'discovered' && !found && relay?.lastError != null) || (stage === 'reserved' && relay?.full === true)
      const ok = reached[stage] ? true : isFailed ? false : null
      return { stage, ok, at: ok === true ? relay?.since ?? null : null, sentence: stage in sentences ? sentences[stage as keyof typeof sentences] : ok === true ? 'Passed.' : 'Not reached.' }
    })
  }
}

function missingWords (relay: RelayStatus | undefined): string {
  if (relay == null) return 'No relay is known.'
  const host = hostOf(relay.address)
  return relay.lastError == null ? `The relay at ${host} is being dialled.` : `The relay at ${host} does not answer. ${relay.lastError}`
}
