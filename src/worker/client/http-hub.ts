/**
 * For programs and apps of other origins: a server's hub over HTTP, in the words of `HubApi`. Needs `fetch` and streams: browsers, Node 20. Events are read
 * from the server's own numbers, so a subscription whose connection breaks goes on where it was: each event once. Bytes are bytes, though JSON has none.
 */
import { HubError, reasonOf, type HubErrorCode } from '../../base/errors.ts'
import type {
  Draft, HubApi, LaterMessages, MessageCallback, MessageDetail, MessageEvent, MessageView, Query, RecordView, RestoredState, StateInput, ThreadView
} from '../api.ts'
import { createEventReader } from './event-reader.ts'
import type { HubCalls } from './hub-calls.ts'

/**
 * Codes besides those of `HubApi`: `token-missing` (`publish`, `sync`, `whenSynced` and, but for `show` and `later`, `states` need it, and off loopback
 * reading does), `origin-refused`, `host-refused`, `no-hub`, and `not-connected` where nobody answers.
 */
export interface HttpHub extends HubCalls, Pick<HubApi, 'status' | 'peers' | 'sync'> {
  /** Goes on until it is stopped, or the server refuses it; `onEnd` hears why then. */
  readonly subscribe: (filter: Query, callback: MessageCallback, options?: HttpSubscription) => Promise<() => void>
}

export interface HttpSubscription {
  /** @default what comes from now on; after a break, what came since */
  readonly fromEvent?: number
  readonly onEnd?: (why: HubError) => void
}

export interface HttpHubOptions {
  /** Of the server: `https://hub.example.org`. */
  readonly address: string
  readonly token?: string
}

/** Between two attempts at a stream that broke, in ms: as the server itself asks. */
const retryMs = 1_000

export function connectOverHttp ({ address, token }: HttpHubOptions): HttpHub {
  const headers: Record<string, string> = token == null ? {} : { Authorization: `Bearer ${token}` }

  async function ask (path: string, init: RequestInit = {}): Promise<Response> {
    let response: Response
    try {
      response = await fetch(new URL(path, address), { ...init, headers: { ...headers, ...init.headers as Record<string, string> | undefined } })
    } catch (cause) {
      if (init.signal?.aborted === true) throw cause
      throw new HubError('not-connected', `The hub at ${address} does not answer: ${reasonOf(cause)}.`, { cause })
    }
    if (response.ok) return response
    const { error } = await response.json().catch(() => ({})) as { error?: { code: string, sentence: string } }
    throw new HubError((error?.code ?? 'internal') as HubErrorCode, error?.sentence ?? `The hub at ${address} answered ${response.status}.`)
  }
  const get = async <T>(name: string, parameters: object = {}): Promise<T> => await (await ask(`/api/${name}?${search(parameters)}`)).json() as T
  const post = async <T>(name: string, body: object): Promise<T> =>
    await (await ask(`/api/${name}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json() as T

  /** One connection, until it breaks or is aborted. `begun`: the server has said from which event on it tells, and `from` knows it. */
  async function read (filter: Query, callback: MessageCallback, from: { event: number | undefined }, signal: AbortSignal, begun: () => void): Promise<void> {
    const response = await ask(`/api/events?${search({ ...filter, ...(from.event == null ? {} : { from: from.event }) })}`, { signal })
    const reader = createEventReader()
    const decoder = new TextDecoder()
    const body = response.body?.getReader()
    for (let piece = await body?.read(); piece?.done === false; piece = await body?.read()) {
      for (const { id, data } of reader.push(decoder.decode(piece.value, { stream: true }))) {
        if (signal.aborted) return // nothing comes after the end, not even what was read already
        const event = Number(id)
        from.event = event + 1
        if (data == null) begun()
        else await told(callback, { event, message: withBytes(JSON.parse(data) as MessageView) })
      }
    }
  }

  return {
    status: async () => get('status'),
    peers: async () => get('peers'),
    query: async query => (await get<MessageView[]>('messages', query)).map(withBytes),
    count: async ({ limit: _limit, offset: _offset, ...counted } = {}) => (await get<{ readonly count: number }>('count', counted)).count,
    message: async id => orNull(get<MessageDetail>(`messages/${encodeURIComponent(id)}`).then(withBytes)),
    thread: async (id, page) => orNull(get<ThreadView>('thread', { id, ...page }).then(thread => (
      { ...thread, ancestors: thread.ancestors.map(withBytes), message: withBytes(thread.message), answers: thread.answers.map(withBytes) }
    ))),
    reactions: async target => get('reactions', { target }),
    links: async ends => get('links', ends),
    profile: async author => get('profile', author == null ? {} : { author }),
    records: async query => (await get<Array<Carried<RecordView>>>('records', query)).map(record => ({ ...record, value: bytesOf(record.value) })),
    states: {
      async input (page) {
        const input = await post<StateInput>('states-input', { ...page })
        return { ...input, messages: input.messages.map(withBytes) }
      },
      offer: async state => post('states', { ...state, bytes: base64Of(state.bytes) }),
      restore: async (reducer, options) => orNull(post<Carried<RestoredState>>('states-restore', { ...options, reducer }).then(state => (
        { ...state, bytes: bytesOf(state.bytes) }
      ))),
      async later (query) {
        const later = await get<LaterMessages>('states-later', query)
        return { ...later, messages: later.messages.map(({ event, message }) => ({ event, message: withBytes(message) })) }
      },
      show: async reducer => get('states', reducer)
    },
    publish: async (draft, options) => post(`messages?${search(options ?? {})}`, carriedOf(draft)),
    sync: async peerId => post('sync', { peerId }),
    whenSynced: async options => post('when-synced', { ...options }),
    async subscribe ({ limit: _limit, order: _order, after: _after, offset: _offset, ...filter }, callback, { fromEvent, onEnd } = {}) {
      const stopping = new AbortController()
      const from = { event: fromEvent }
      const connection = { hasBegun: false }
      const run = async (begun: () => void): Promise<void> => {
        while (!stopping.signal.aborted) {
          try {
            await read(filter, callback, from, stopping.signal, () => {
              connection.hasBegun = true
              begun()
            })
          } catch (thrown) {
            if (!connection.hasBegun) throw thrown
            if (thrown instanceof HubError && lasting.has(thrown.code)) {
              onEnd?.(thrown)
              return
            }
          }
          await new Promise((resolve) => { setTimeout(resolve, retryMs) })
        }
      }
      await new Promise<void>((resolve, reject) => { run(resolve).catch(reject) })
      return () => { stopping.abort() }
    }
  }
}

/** What would be refused again. All else (a stream that broke, a server that starts anew, an address that asks too often) is tried again. */
const lasting: ReadonlySet<string> = new Set(['invalid-argument', 'token-missing', 'origin-refused', 'host-refused', 'not-found', 'message-invalid', 'stopped'])

/** Codes: `stopped`. */
async function told (callback: MessageCallback, event: MessageEvent): Promise<void> {
  try {
    await callback(event)
  } catch (cause) {
    throw new HubError('stopped', `The subscription was ended: ${reasonOf(cause)}`, { cause })
  }
}

/** What this hub does not have. */
async function orNull<T> (asked: Promise<T>): Promise<T | null> {
  return asked.catch((thrown: unknown) => {
    if (thrown instanceof HubError && (thrown.code as string) === 'not-found') return null
    throw thrown
  })
}

/** `parent: null` (answers none) is an empty text, as the server reads it. */
function search (query: object): string {
  return new URLSearchParams(Object.entries(query).flatMap(([name, value]) => value === undefined ? [] : [[name, value === null ? '' : String(value)]])).toString()
}

/** As JSON has it: bytes are base64. */
type Carried<T> = { readonly [Name in keyof T]: T[Name] extends Uint8Array ? string : T[Name] }

/** Where bodies have bytes (message/bodies.ts). */
const byteFields: Readonly<Record<string, string>> = { record: 'value', 'signer-add': 'work' }

function withBytes<View extends Pick<MessageView, 'kind' | 'body'>> (view: View): View {
  const name = byteFields[view.kind] ?? ''
  const carried = view.body?.[name]
  return typeof carried === 'string' ? { ...view, body: { ...view.body, [name]: bytesOf(carried) } } : view
}

function bytesOf (base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), character => character.charCodeAt(0))
}

function carriedOf (draft: Draft): object {
  return draft.kind === 'record' && draft.value != null ? { ...draft, value: base64Of(draft.value) } : draft
}

/** A letter at a time: a call takes only so many arguments. */
function base64Of (bytes: Uint8Array): string {
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
}
