/**
 * The worker's end of the port to the page: hands each message to the connection or channel it is about, and counts.
 * It holds a connection from its construction on the page until its end, and a channel only as long as the port speaks of it: until
 * the real one has arrived, or, when it is proxied, until it has closed.
 */
import { assert, HubError } from '../../base/errors.ts'
import { createConstructionBudget } from './budget.ts'
import type { ConstructionBudget, ConnectionRole } from './budget.ts'
import type { Channel } from './channel.ts'
import type { IceRecord } from './ice-record.ts'
import { connectionsMax, isTagged } from './protocol.ts'
import type { BridgePort, ConnectionMessage, ToHost, ToWorker } from './protocol.ts'

/** Data channels since the start: moved into this worker, or relayed by the page, which is slower and stops when the page is busy. */
export interface ChannelCounts {
  readonly transferred: number
  readonly proxied: number
}

/** What the bridge needs of a connection. */
export interface ConnectionReceiver {
  receive (message: ConnectionMessage): void
}

export interface Bridge {
  readonly budget: ConstructionBudget
  post (message: ToHost, transfer?: Transferable[]): void
  /** A number that was never given before, from 1. */
  nextNumber (): number
  /** Counts a construction and routes messages to it from now on. @throws HubError `dial-budget-spent`, `too-many-connections` */
  addConnection (number: number, connection: ConnectionReceiver, role: ConnectionRole): void
  removeConnection (number: number): void
  addChannel (number: number, channel: Channel): void
  removeChannel (number: number): void
  countChannel (way: keyof ChannelCounts): void
  channelCounts (): ChannelCounts
  /** An offer was just made, by the connection of this record. */
  offered (record: IceRecord): void
  /** A connection has offered all addresses that this browser gives. */
  gathered (record: IceRecord): void
  /** The newest of each; undefined: none yet. */
  readonly newest: { readonly offer: IceRecord | undefined, readonly gathered: IceRecord | undefined }
}

export function openBridge (port: BridgePort): Bridge {
  const connections = new Map<number, ConnectionReceiver>()
  const channels = new Map<number, Channel>() // bounded by connectionsMax and each connection's channelsMax
  const budget = createConstructionBudget()
  const counts = { transferred: 0, proxied: 0 }
  const newest: { offer: IceRecord | undefined, gathered: IceRecord | undefined } = { offer: undefined, gathered: undefined }
  let last = 0

  const post = (message: ToHost, transfer: Transferable[] = []): void => { port.postMessage(message, transfer) }

  function route (message: ToWorker): void {
    switch (message.type) {
      case 'collected':
        budget.refund()
        break
      case 'channel-ready': {
        const channel = channels.get(message.channel)
        if (message.real == null) {
          if (channel == null) { post({ type: 'channel-close', channel: message.channel }); break }
          counts.proxied += 1
          channel.attachProxy()
        } else {
          if (channel == null) { message.real.close(); break }
          counts.transferred += 1
          channels.delete(message.channel)
          channel.attach(message.real)
        }
        break
      }
      case 'channel-news': {
        const channel = channels.get(message.channel)
        if (message.news.event === 'close') channels.delete(message.channel)
        channel?.receive(message.news, message.progress)
        break
      }
      case 'channel-arrived': {
        const connection = connections.get(message.connection)
        if (connection != null) connection.receive(message)
        else if (message.real != null) message.real.close()
        else post({ type: 'channel-close', channel: message.channel })
        break
      }
      case 'refused':
        budget.refund()
        connections.get(message.connection)?.receive(message)
        break
      case 'event':
      case 'ended':
      case 'ice-candidate':
      case 'ice-candidate-error':
      case 'returned':
      case 'threw':
        connections.get(message.connection)?.receive(message)
    }
  }

  port.onmessage = ({ data }: MessageEvent) => { if (isTagged(data)) route(data as ToWorker) }

  return {
    budget,
    post,
    nextNumber: () => ++last,
    addConnection (number, connection, role) {
      assert(!connections.has(number), 'a connection is added once')
      if (connections.size >= connectionsMax) {
        throw new HubError('too-many-connections', `This hub has ${connectionsMax} connections open already. Disconnect some to make room.`)
      }
      budget.spend(role)
      connections.set(number, connection)
    },
    removeConnection (number) { connections.delete(number) },
    addChannel (number, channel) { channels.set(number, channel) },
    removeChannel (number) { channels.delete(number) },
    countChannel (way) { counts[way] += 1 },
    channelCounts: () => ({ ...counts }),
    offered (record) { newest.offer = record },
    gathered (record) { newest.gathered = record },
    newest
  }
}
