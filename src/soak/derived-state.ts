/**
 * What a hub derives from its log, in one hash: members, their standing, places, times and references. Opened from its catalog pages and opened from the log
 * alone it must be the same.
 */
import { blake3 } from '../base/blake3.ts'
import { toHex } from '../base/bytes.ts'
import { createMessages } from '../hub/messages/messages.ts'
import { pagePrefix } from '../hub/messages/page-keeper.ts'
import { createReplicatedSet } from '../message/replicated-set.ts'
import type { NetworkGenesis } from '../message/types.ts'
import type { MessageStore } from '../store/message-store.ts'

/** Throws when the store, opened with its pages, is not what it is without them. The pages are made again. Resolves with how many there were. */
export async function checkRebuild (store: MessageStore, rules: NetworkGenesis): Promise<number> {
  const opened = await derive(store, rules)
  const pages = await store.getValues(pagePrefix, { limit: pagesMax })
  for (const [key] of pages) await store.putValue(key, undefined)
  const rebuilt = await derive(store, rules)
  if (opened !== rebuilt) throw new Error('The derived state is not what a rebuild from the log gives.')
  return pages.length
}

async function derive (store: MessageStore, rules: NetworkGenesis): Promise<string> {
  const set = createReplicatedSet(rules)
  const messages = await createMessages({
    store, set, rules, random: length => crypto.getRandomValues(new Uint8Array(length)), report: ({ sentence }) => { throw new Error(sentence) }
  })
  const rows: string[] = []
  messages.catalog.walk({}, 'ascending', (member) => {
    const { catalog } = messages
    rows.push(JSON.stringify([
      set.idOf(member), set.standingOf(member), set.hasBody(member), set.authorOf(member), set.signerOf(member), set.seqOf(member), set.kindOf(member),
      catalog.eventOf(member), catalog.timestampOf(member), catalog.referencesOf(member)
    ]))
    return false
  })
  await messages.settled()
  return toHex(blake3(new TextEncoder().encode(rows.join('\n'))))
}

/** More pages than a crash run makes: half a million messages. */
const pagesMax = 1_000
