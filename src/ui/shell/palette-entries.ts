/** What "find or do" offers for what was typed: hubs, views, commands, messages and authors. Pure. */
import { keyEnds, roundTrip } from '../design/format.ts'
import { candidateSentence } from '../words/sentences.ts'
import type { CandidateView, MessageView, PeerView } from '../../worker/api.ts'
import { type Command, commandNames, commands } from './key-map.ts'
import type { Route } from './route.ts'

export interface PaletteEntry {
  readonly key: string
  readonly words: string
  /** Said at the end of the row. */
  readonly note: string
  /** An id whose sigil stands before it; null: an icon does. */
  readonly sigil: string | null
  readonly does: { readonly type: 'open', readonly route: Route } | { readonly type: 'run', readonly command: Command }
}

export interface PaletteGroup {
  readonly title: string
  readonly entries: readonly PaletteEntry[]
}

export interface PaletteSources {
  readonly peers: readonly PeerView[]
  readonly candidates: readonly CandidateView[]
  /** A hub by its author's name and the tail of its id. */
  readonly words: (peerId: string) => string
  readonly posts: readonly MessageView[]
  readonly offered: (command: Command) => boolean
  readonly nowMs: number
}

/** Rows of one group: what fits on a screen with the others. */
const rowsMax = 6
const hexId = /^[0-9a-f]{64}$/
const notOffered: ReadonlySet<Command> = new Set(['palette', 'next', 'previous', 'inspect', 'close', 'back', 'forward'])

export function paletteGroups (typed: string, sources: PaletteSources): PaletteGroup[] {
  const wanted = typed.trim().toLowerCase()
  const matches = (...texts: readonly string[]): boolean => texts.some(text => text.toLowerCase().includes(wanted))
  const groups: PaletteGroup[] = [
    { title: 'Hubs', entries: hubEntries(sources).filter(({ words, key, note }) => matches(words, key, note)) },
    { title: 'Do', entries: commandEntries(sources).filter(({ words }) => matches(words)) },
    { title: 'Messages', entries: wanted === '' ? [] : postEntries(sources.posts).filter(({ words, key }) => matches(words, key)) },
    { title: 'By id', entries: hexId.test(wanted) ? idEntries(wanted) : [] }
  ]
  return groups.map(({ title, entries }) => ({ title, entries: entries.slice(0, title === 'Do' && wanted === '' ? undefined : rowsMax) })).filter(({ entries }) => entries.length > 0)
}

function hubEntries ({ peers, candidates, words, nowMs }: PaletteSources): PaletteEntry[] {
  const entry = (peerId: string, note: string): PaletteEntry => ({
    key: peerId, words: words(peerId), note, sigil: peerId, does: { type: 'open', route: { view: 'network', path: ['hub', peerId], query: {} } }
  })
  return [
    ...peers.map(({ peerId, link, path, rttMs }) => entry(peerId, `${link === 'none' ? path : link}, ${roundTrip(rttMs)}`)),
    ...candidates.map(candidate => entry(candidate.peerId, candidateSentence(candidate, nowMs)))
  ]
}

function commandEntries ({ offered }: PaletteSources): PaletteEntry[] {
  return commandNames.filter(command => !notOffered.has(command) && offered(command))
    .map(command => ({ key: command, words: commands[command].words, note: commands[command].keys[0], sigil: null, does: { type: 'run', command } }))
}

function postEntries (posts: readonly MessageView[]): PaletteEntry[] {
  return posts.flatMap(({ id, author, body }) => typeof body?.text === 'string'
    ? [{ key: id, words: body.text.slice(0, 200), note: keyEnds(author), sigil: author, does: { type: 'open', route: { view: 'messages', path: [id], query: {} } } } satisfies PaletteEntry]
    : [])
}

function idEntries (id: string): PaletteEntry[] {
  const entry = (view: 'messages' | 'author', words: string): PaletteEntry => (
    { key: `${view} ${id}`, words, note: keyEnds(id), sigil: id, does: { type: 'open', route: { view, path: [id], query: {} } } })
  return [entry('messages', 'The message of this id'), entry('author', 'The author of this key')]
}
