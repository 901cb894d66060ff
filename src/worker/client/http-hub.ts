/**
 * For programs and apps of other origins: a server's hub over HTTP, in the words of `HubApi`. Needs `fetch` and streams: browsers, Node 20. Events are read
 * from the server's own numbers, so a subscription whose connection breaks goes on where it was: each event once.
 */
import { HubError, reasonOf, type HubErrorCode } from '../../base/errors.ts'
import type { Draft, HubStatus, MessageCallback, MessageDetail, MessageView, PeerView, Published, Query } from '../api.ts'
import { createEventReader } from './event-reader.ts'

/** Values of records are base64, as JSON has no bytes. */
export interface HttpHub {
  readonly status: () => Promise<Partial<HubStatus>>
  readonly peers: () => Promise<PeerView[]>
  readonly query: (query?: Query) => Promise<MessageView[]>
  readonly message: (id: string) => Promise<MessageDetail | null>
  /** Needs the token. */
  readonly publish: (draft: Exclude<Draft, { kind: 'record' }>) => Promise<Published>
  /** Goes on until it is stopped, or the server refuses it; `onEnd` hears why then. */
  readonly subscribe: (filter: Query, callback: MessageCallback, options?: HttpSubscription) => () => void
}

export interface HttpSubscription {
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
  const json = async <T>(path: string, init?: RequestInit): Promise<T> => await (await ask(path, init)).json() as T

  async function read (filter: Query, callback: MessageCallback, from: { event: number | undefined }, signal: AbortSignal): Promise<void> {
    const response = await ask(`/api/events?${search({ ...filter, ...(from.event == null ? {} : { from: from.event }) })}`, { signal })
    const reader = createEventReader()
    const decoder = new TextDecoder()
    const body = response.body?.getReader()
    for (let piece = await body?.read(); piece?.done === false; piece = await body?.read()) {
      for (const { id, data } of reader.push(decoder.decode(piece.value, { stream: true }))) {
        const event = Number(id)
        from.event = event + 1
        await callback({ event, message: JSON.parse(data) as MessageView })
      }
    }
  }

  return {
    status: async () => json('/api/status'),
    peers: async () => json('/api/peers'),
    query: async (query = {}) => json(`/api/messages?${search(query)}`),
    message: async id => json<MessageDetail>(`/api/messages/${encodeURIComponent(id)}`).catch((thrown: unknown) => {
      if (thrown instanceof HubError && (thrown.code as string) === 'not-found') return null
      throw thrown
    }),
    publish: async draft => json('/api/messages', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(draft) }),
    subscribe (filter, callback, { fromEvent, onEnd } = {}) {
      const stopping = new AbortController()
      const from = { event: fromEvent }
      const run = async (): Promise<void> => {
        while (!stopping.signal.aborted) {
          try {
            await read(filter, callback, from, stopping.signal)
          } catch (thrown) {
            // A stream that breaks is read on; what was refused would be refused again.
            if (thrown instanceof HubError && thrown.code !== 'not-connected' && thrown.code !== 'internal') {
              onEnd?.(thrown)
              return
            }
          }
          await new Promise((resolve) => { setTimeout(resolve, retryMs) })
        }
      }
      void run()
      return () => { stopping.abort() }
    }
  }
}

/** `parent: null` (answers none) is an empty text, as the server reads it. */
function search (query: object): string {
  return new URLSearchParams(Object.entries(query).flatMap(([name, value]) => value === undefined ? [] : [[name, value === null ? '' : String(value)]])).toString()
}
