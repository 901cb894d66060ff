/** What a program reads and writes of a hub in the same words, whether it is this browser's (connect-hub.ts) or a server's (http-hub.ts). Types only. */
import type { HubApi } from '../api.ts'

/** Calls are those of `HubApi`, and so are their codes. */
export type HubCalls = Pick<HubApi, 'query' | 'count' | 'message' | 'thread' | 'reactions' | 'links' | 'profile' | 'records' | 'publish' | 'subscribe' | 'whenSynced' | 'states'>
