/** Ending connections: in order where that works, at once where it does not. */
import type { Connection } from '@libp2p/interface'

/** Closes a connection; one whose orderly close fails (libp2p can lose the end of a channel that is still opening) is aborted. Never throws. */
export function closeConnection (connection: Connection): void {
  connection.close().catch((thrown: unknown) => { connection.abort(thrown instanceof Error ? thrown : new Error(String(thrown))) })
}
