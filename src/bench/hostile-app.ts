/**
 * What a hostile app costs the hub that it sits beside: how long a post of another hub takes to arrive, while a page of the hub's own origin floods it with
 * drafts, asks for what it may not have, and sends calls that are none: some hundreds at a time, or as many as it may have open, while it burns its processor
 * too. The controls are the same page doing nothing, and burning its processor without a call, which any page can and no hub can prevent.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ChromiumPage } from '../../e2e/harness/chromium.ts'
import type { HubPage } from '../../e2e/harness/hub-page.ts'
import { createScene } from '../../e2e/harness/scene.ts'
import { buildPageIfStale } from '../node/build.ts'
import type { Benchmark } from './benchmark.ts'

const options = {
  posts: { default: 100, sentence: 'Posts that arrive in each round, 20 a second.' },
  rounds: { default: 3, sentence: 'Rounds of each behaviour, in turn.' }
}

const burn = 'for (const until = performance.now() + 40; performance.now() < until;) Math.sqrt(until)'
const behaviours = {
  idle: 'async () => {}',
  burning: `async () => { ${burn} }`,
  hostile: 'async () => { await Promise.all(flood()) }',
  flooding: `async () => { if (open < 15_000) flood(); ${burn} }`
} as const
type Behaviour = keyof typeof behaviours

/** Declares the flood: 200 calls, of which one in four is as it should be. */
const flood = `
  globalThis.refused ??= {}
  globalThis.open ??= 0
  globalThis.flood ??= () => Array.from({ length: 200 }, (_, n) => (open += 1, [
    () => hubbub.apps.publish('hostile', { kind: 'post', text: 'flood ' + n }),
    () => hubbub.apps.publish('hostile', { kind: 'profile', field: 'name', value: 'Eve' }),
    () => hubbub.apps.publish('hostile', { kind: 'signer-add', signer: '00'.repeat(32) }),
    () => hubbub.apps.publish('hostile', null),
    () => hubbub.query({ limit: -1 }),
    () => hubbub.query({ kind: 'post', limit: 1000 }),
    () => hubbub.message({}),
    () => hubbub.apps.ask({ id: 'X Y' })
  ][n % 8]().catch(error => { refused[error.code] = (refused[error.code] ?? 0) + 1 }).finally(() => { open -= 1 })))`

/**
 * JSON: `{posts, rounds, rows: [{app, meanMs, p95Ms}], slower, slowerFlooded, refused}`: of a post, from its being written at one hub to its arrival at the
 * other, the mean of the middle 80 %; `slower`: the hostile app's over the burning one's, less 1, and `slowerFlooded` the flooding one's; `refused`: what both
 * were answered with, by code.
 */
export const hostileApp: Benchmark<typeof options> = {
  name: 'hostile-app',
  sentence: 'A hostile app beside a hub: how much later posts of other hubs arrive there.',
  options,
  async run ({ posts, rounds }) {
    await buildPageIfStale(projectFolder)
    const scene = createScene()
    try {
      const server = await scene.server({ options: ['--no-hub'] })
      const [here, there] = await Promise.all([scene.chromium(), scene.chromium()])
      const hub = await scene.hub(here, server, { name: 'victim' })
      const writer = await scene.hub(there, server, { name: 'writer' })
      await hub.linked((await writer.status()).peerId, 'direct')
      await hub.page.evaluate(`hubbub.apps.ask({ id: 'hostile', name: 'Hostile', scope: { kinds: ['post'] } }).then(() => hubbub.apps.grant('hostile'))`)
      const found = new Map<Behaviour, number[]>()
      const refused: Record<string, number> = {}
      for (let round = 0; round < rounds; round += 1) {
        const app = await scene.hub(here, server, { name: 'victim' })
        for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
          await app.page.evaluate(behave(behaviour))
          await pause(settleMs)
          found.set(behaviour, [...found.get(behaviour) ?? [], ...await arrivals(writer, hub, posts)])
          await app.page.evaluate('void (globalThis.behaving = undefined)')
          await pause(settleMs)
        }
        for (const [code, count] of Object.entries(await app.page.evaluate<Record<string, number>>('refused'))) refused[code] = (refused[code] ?? 0) + count
        await app.page.close() // and with it all that it has waiting
      }
      const rows = [...found].map(([name, times]) => {
        const sorted = times.toSorted((one, other) => one - other)
        const middle = sorted.slice(Math.floor(sorted.length * 0.1), Math.ceil(sorted.length * 0.9))
        return { app: name, meanMs: rounded(middle.reduce((sum, ms) => sum + ms, 0) / middle.length), p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? null }
      })
      const meanOf = (name: Behaviour): number => rows.find(row => row.app === name)?.meanMs ?? 0
      return {
        posts, rounds, rows, slower: rounded(meanOf('hostile') / meanOf('burning') - 1), slowerFlooded: rounded(meanOf('flooding') / meanOf('burning') - 1),
        refused
      }
    } finally {
      await scene.end()
    }
  }
}

const projectFolder = fileURLToPath(new URL('../..', import.meta.url))
/** What one behaviour left behind has no part in the next. */
const settleMs = 1_500
const betweenPostsMs = 50
const arrivalTimeoutMs = 20_000

/** Runs in the page, again and again until another behaviour begins. */
function behave (behaviour: Behaviour): string {
  return `void (async () => {
    ${flood}
    const work = globalThis.behaving = ${behaviours[behaviour]}
    while (globalThis.behaving === work) {
      await work()
      await new Promise(resolve => { setTimeout(resolve) })
    }
  })()`
}

/** How long each post took, in ms: both hubs are of one machine, and so is their clock. */
async function arrivals (writer: HubPage<ChromiumPage>, hub: HubPage<ChromiumPage>, posts: number): Promise<number[]> {
  const ids: string[] = []
  for (let number = 0; number < posts; number += 1) {
    ids.push(await writer.post(`number ${number}`))
    await pause(betweenPostsMs)
  }
  const times: number[] = []
  for (const id of ids) {
    const { timestamp } = await hub.receives(id, arrivalTimeoutMs)
    const trace = (await hub.call('message', id))?.trace
    if (trace != null) times.push(trace.arrival - timestamp)
  }
  return times
}

function rounded (value: number): number {
  return Math.round(value * 100) / 100
}
