/**
 * The server's hub, killed in the middle of writing: SIGKILL at a moment that follows from the seed, once or several times, under several
 * writers as fast as it stores. Then it is opened again by the start command, ended in order, and its store is read to the last message.
 * What was acknowledged (grafts answered, lines of its log, its message count) must be there. It survives the end of the process; a power cut
 * is another matter (store/message-store.ts S4), which this does not try.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type HubServer, startServer } from '../../e2e/harness/server.ts'
import { genesisToJson, networkOf } from '../message/genesis.ts'
import type { MessageId, NetworkGenesis } from '../message/types.ts'
import { buildPageIfStale } from '../node/build.ts'
import { openLevelDbStore } from '../store/leveldb.ts'
import { checkHistory, type ReadMessage } from './crash-history.ts'
import { checkRebuild } from './derived-state.ts'
import { createLinkWriter, type LinkWriter } from './link-writer.ts'
import { projectFolder } from './project-folder.ts'
import { createRandom, type Random } from '../base/seeded-random.ts'
import type { SoakCheck } from './soak.ts'

export const crashNode: SoakCheck = {
  name: 'crash-node',
  sentence: 'The server hub killed while it writes: whatever it acknowledged is there when it is opened again.',
  runsDefault: 50,
  async start () {
    await buildPageIfStale(projectFolder)
    let messages = 0
    return {
      run: async (seed, number) => { messages += await crashRepeatedly(createRandom(seed, number)) },
      stop: async () => [`${messages} acknowledged messages were found again`]
    }
  }
}

/** No admission work: the writers' devices are made for the purpose. */
export const soakRules: NetworkGenesis = networkOf({ name: 'soak', genesisTime: 1_700_000_000_000, admissionBits: 0, attesters: [] })

const writersCount = 3
/** Lives of one hub that end by being killed. */
const livesMax = 3
/** A kill comes at most so long after the start, in milliseconds: some thousand messages. */
const lifeMsMax = 2_000
/** Of the kills this share comes while the hub is linked to for the first time. */
const earlyShare = 0.25
const earlyMsMax = 150

/** What the hub said of itself before it was killed. */
interface Told {
  /** Its newest count of messages. */
  messages: number
  /** The beginnings of the ids that its log named as stored. */
  readonly logged: Set<string>
  peerId: unknown
}

/** Resolves with the number of acknowledged messages, all of which were found again. */
async function crashRepeatedly (random: Random): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'hubbub-soak-'))
  try {
    const genesis = join(folder, 'genesis.json')
    await writeFile(genesis, JSON.stringify(genesisToJson(soakRules.genesis)))
    const open = (): Promise<HubServer> => startServer({ data: join(folder, 'data'), options: ['--genesis', genesis] })
    const writers = await Promise.all(Array.from({ length: writersCount }, (_, number) => createLinkWriter({ number, rules: soakRules, random })))
    const told: Told = { messages: 0, logged: new Set(), peerId: undefined }
    for (let lives = 1 + random.below(livesMax); lives > 0; lives -= 1) {
      await liveAndDie(await open(), writers, told, random.chance(earlyShare) ? random.below(earlyMsMax) : random.below(lifeMsMax))
    }
    const server = await open()
    try {
      await askMessages(server, told)
      note(server, told)
    } finally {
      await server.stop()
    }
    return await checkStore(join(folder, 'data', 'messages'), writers, told)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** One life: it is asked what it holds, written to, and killed in the midst. */
async function liveAndDie (server: HubServer, writers: readonly LinkWriter[], told: Told, lifeMs: number): Promise<void> {
  const killing = new AbortController()
  try {
    await askMessages(server, told)
    const address = await relayOf(server)
    const isStored = async (id: MessageId): Promise<boolean> => (await fetch(`${server.address}/api/messages/${id}`)).ok
    const writing = Promise.all(writers.map(writer => writer.writeTo(address, killing.signal, isStored)))
    const asking = askUntil(server, told, killing.signal)
    await Promise.race([pause(lifeMs), writing, asking]) // a writer that fails must not wait for the kill
    killing.abort()
    await server.kill()
    await Promise.all([writing, asking])
    note(server, told)
  } finally {
    killing.abort()
    await server.kill()
  }
}

/** All that the store holds, against all that was promised. */
async function checkStore (folder: string, writers: readonly LinkWriter[], told: Told): Promise<number> {
  const damages: string[] = []
  const store = await openLevelDbStore(folder, { onDamage: ({ sentence }) => { damages.push(sentence) } })
  const read: ReadMessage[] = []
  try {
    for await (const block of store.scan(1)) read.push(...block)
    await checkRebuild(store, soakRules)
  } finally {
    await store.close()
  }
  if (damages.length > 0) throw new Error(`The store is damaged: ${damages.join(' ')}`)
  if (read.length < told.messages) throw new Error(`The hub had counted ${told.messages} messages, and ${read.length} are there.`)
  const gap = read.findIndex(({ event }, index) => event !== index + 1)
  if (gap >= 0) throw new Error(`[S1] Event ${gap + 1} is missing.`)
  const beginnings = new Set(read.map(({ id }) => id.slice(0, loggedIdLength)))
  const lost = [...told.logged].filter(beginning => !beginnings.has(beginning))
  if (lost.length > 0) throw new Error(`${lost.length} messages that the log named as stored are gone, ${lost[0] ?? ''}… among them.`)
  const acknowledged = new Map<string, { readonly seq: number }>(writers.flatMap(writer => [...writer.acknowledged]))
  await checkHistory(read, { acknowledged, events: new Map() }, { rules: soakRules, isWhole: () => true })
  return acknowledged.size
}

async function relayOf (server: HubServer): Promise<string> {
  const { relays } = await (await fetch(`${server.address}/network.json`)).json() as { readonly relays: readonly string[] }
  const [relay] = relays
  if (relay == null) throw new Error('The server names no relay.')
  return relay
}

/** Between two questions for its count. */
const askMs = 50

async function askUntil (server: HubServer, told: Told, signal: AbortSignal): Promise<void> {
  const isKilled = (): boolean => signal.aborted
  while (!isKilled()) {
    try {
      await askMessages(server, told)
    } catch (thrown) {
      if (!isKilled()) throw thrown // otherwise it was killed before it could answer
    }
    await pause(askMs)
  }
}

/** Its count of stored messages: never fewer than it has said before, in this life or an earlier one. */
async function askMessages (server: HubServer, told: Told): Promise<void> {
  const text = await (await fetch(`${server.address}/metrics`)).text()
  const count = Number(/^hubbub_hub_messages (\d+)$/m.exec(text)?.[1])
  if (!(count >= told.messages)) throw new Error(`The hub had counted ${told.messages} messages and counts ${count} now.`)
  told.messages = count
}

/** Digits of an id in a line of the log. */
const loggedIdLength = 8

/** What the log said up to the end. */
function note (server: HubServer, told: Told): void {
  for (const { type, msg, peerId } of server.logged()) {
    if (typeof peerId === 'string') {
      if (told.peerId != null && told.peerId !== peerId) throw new Error('The server has another peer id than before.')
      told.peerId = peerId
    }
    const beginning = type === 'message-stored' ? new RegExp(`[0-9a-f]{${loggedIdLength}}(?=…)`).exec(String(msg))?.[0] : undefined
    if (beginning != null) told.logged.add(beginning)
  }
}
