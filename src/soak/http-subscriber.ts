/**
 * A process that subscribes to a server's posts and is there to be killed (http-events.ts): `http-subscriber.ts ADDRESS EVENT FILE`. Each event's number is a
 * line of the file before the next one is asked for; what is in the file was seen, and nothing else. It says on standard output that it has begun.
 */
import '../node/compat.ts'
import { appendFileSync } from 'node:fs'
import { connectOverHttp } from '../worker/client/http-hub.ts'

const [address = '', fromEvent = '', file = ''] = process.argv.slice(2)
await connectOverHttp({ address }).subscribe({ kind: 'post' }, ({ event }) => { appendFileSync(file, `${event}\n`) }, { fromEvent: Number(fromEvent) })
process.stdout.write('begun\n')
