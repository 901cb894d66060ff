/**
 * The page's side: owns the real RTCPeerConnections of a worker, which cannot have any, and moves their data channels into it.
 * It does what the worker says and tells what happens; it knows nothing of libp2p, and decides only three things by itself:
 *
 * 1. A channel is transferred in the very task that made or announced it, the only one in which browsers allow that; refused, it is
 *    proxied (host-channel.ts).
 * 2. When the DTLS transport of a connected peer closes, the peer has left: the connection is closed at once. `connectionState` alone
 *    would say so only after ICE has timed out, about 13 s later.
 * 3. When the page goes, or the browser is about to freeze it, all connections are closed, so that peers see this hub leave in milliseconds.
 */
import { progressOf, relayChannel } from './host-channel.ts'
import type { HostChannel } from './host-channel.ts'
import { connectionsMax, describeError, isTagged } from './protocol.ts'
import type {
  BridgePort, ChannelDescription, ConnectionCall, ConnectionEventName, ConnectionSnapshot, PortOffer, ToHost, ToWorker
} from './protocol.ts'

export interface PeerConnectionHost {
  /** Connections that live now. */
  readonly size: number
  /** Connections constructed since the host began. */
  readonly constructed: number
  /** Closes every connection. */
  closeAll (): void
  /** Closes every connection, and refuses new ones. Call it when the worker is terminated: nothing else would close them. */
  dispose (): void
}

export interface HostOptions {
  /** Relay every data channel instead of transferring it; for tests of the fallback. @default false */
  readonly forceProxy?: boolean
}

/** What the host takes from its surroundings, so that a test can stand in for the browser. */
export interface HostSurroundings {
  construct (configuration: RTCConfiguration | undefined): RTCPeerConnection
  /** Calls back once the garbage collector has taken the connection. */
  whenCollected (connection: RTCPeerConnection, callback: () => void): void
}

/** Serves `worker`. Call it in the task that makes the worker. */
export function hostPeerConnections (worker: Worker, options: HostOptions = {}): PeerConnectionHost {
  const host = createPeerConnectionHost(options, surroundingsOfPage())
  const listening = new AbortController()
  const { signal } = listening
  const dispose = (): void => {
    listening.abort()
    host.dispose()
  }
  worker.addEventListener('message', ({ data }: MessageEvent) => { if (isPortOffer(data)) host.serve(data.port) }, { signal })
  addEventListener('pagehide', ({ persisted }) => {
    if (persisted) host.closeAll() // it may be shown again
    else dispose()
  }, { signal })
  // A frozen page answers nobody: its peers are not to wait until they notice.
  document.addEventListener('freeze', () => { host.closeAll() }, { signal })
  return { get size () { return host.size }, get constructed () { return host.constructed }, closeAll: () => { host.closeAll() }, dispose }
}

const relayedEvents: readonly ConnectionEventName[] = [
  'connectionstatechange', 'iceconnectionstatechange', 'icegatheringstatechange', 'signalingstatechange', 'negotiationneeded'
]

interface HostConnection {
  readonly real: RTCPeerConnection
  readonly channels: Set<number> // the proxied ones
}

/** A host without a page around it: `serve` connects it to the worker's port. */
export function createPeerConnectionHost (options: HostOptions, surroundings: HostSurroundings): PeerConnectionHost & { serve (port: BridgePort): void } {
  const closings = new Set<() => void>() // one for the worker's port
  let size = 0
  let constructed = 0
  let disposed = false

  function closeAll (): void {
    for (const close of closings) close()
  }

  function serve (port: BridgePort): void {
    const connections = new Map<number, HostConnection>() // also what keeps them from being collected while they live
    const channels = new Map<number, HostChannel>() // the proxied ones
    let lastArrived = 0
    const post = (message: ToWorker, transfer: Transferable[] = []): void => { port.postMessage(message, transfer) }

    // Made out here: a closure that shares a scope with a connection would keep it from ever being collected.
    const tellCollected = (): void => { post({ type: 'collected' }) }

    function construct (number: number, configuration: RTCConfiguration | undefined): void {
      if (disposed || size >= connectionsMax) throw new DOMException('This page opens no more connections.', 'OperationError')
      const real = surroundings.construct(configuration)
      const connection: HostConnection = { real, channels: new Set() }
      connections.set(number, connection)
      size += 1
      constructed += 1
      surroundings.whenCollected(real, tellCollected)
      for (const event of relayedEvents) {
        real.addEventListener(event, () => {
          if (real.connectionState === 'closed') { end(number); return }
          post({ type: 'event', connection: number, event, snapshot: snapshotOf(real) })
          if (event === 'connectionstatechange' && real.connectionState === 'connected') watchTransport(number, real)
        })
      }
      real.onicecandidate = ({ candidate }) => { post({ type: 'ice-candidate', connection: number, candidate: candidate?.toJSON() ?? null }) }
      real.onicecandidateerror = ({ address, port, url, errorCode, errorText }) => {
        post({ type: 'ice-candidate-error', connection: number, detail: { address, port, url, errorCode, errorText } })
      }
      real.ondatachannel = ({ channel }) => { announce(number, connection, channel) }
    }

    function watchTransport (number: number, real: RTCPeerConnection): void {
      const transport = real.sctp?.transport
      if (transport == null) return
      const look = (): void => { if (transport.state === 'closed') end(number) }
      transport.onstatechange = look
      look()
    }

    /** Closes a connection and drops it; the worker learns that it ended by itself, unless it was the worker that closed it. */
    function end (number: number, byWorker = false): void {
      const connection = connections.get(number)
      if (connection == null) return
      connections.delete(number)
      size -= 1
      for (const channel of connection.channels) channels.delete(channel)
      connection.real.close()
      // Not a snapshot: Firefox says 'closed' only some time after close().
      if (!byWorker) post({ type: 'ended', connection: number, error: { name: 'OperationError', message: 'The connection ended.' } })
    }

    function announce (number: number, connection: HostConnection, real: RTCDataChannel): void {
      const channel = --lastArrived
      const message = { type: 'channel-arrived', connection: number, channel, description: descriptionOf(real), progress: progressOf(real) } as const
      if (transferred(real, () => { post({ ...message, real }, [real]) })) return
      post({ ...message, real: null })
      proxy(connection, channel, real)
    }

    function createChannel (number: number, channel: number, label: string, channelOptions: RTCDataChannelInit): void {
      const connection = connections.get(number)
      if (connection == null) return // it ended meanwhile, and the worker has heard or will hear so
      let real: RTCDataChannel
      try {
        real = connection.real.createDataChannel(label, channelOptions)
      } catch (thrown) {
        const progress = { state: 'closed', id: null, sent: 0 } as const
        post({ type: 'channel-news', channel, progress, news: { event: 'error', error: describeError(thrown) } })
        post({ type: 'channel-news', channel, progress, news: { event: 'close' } })
        return
      }
      if (transferred(real, () => { post({ type: 'channel-ready', channel, real }, [real]) })) return
      post({ type: 'channel-ready', channel, real: null })
      proxy(connection, channel, real)
    }

    function proxy (connection: HostConnection, channel: number, real: RTCDataChannel): void {
      connection.channels.add(channel)
      channels.set(channel, relayChannel(real, channel, post, () => {
        connection.channels.delete(channel)
        channels.delete(channel)
      }))
    }

    function transferred (real: RTCDataChannel, transfer: () => void): boolean {
      if (options.forceProxy === true) return false
      try {
        transfer()
        return true
      } catch {
        return false // this browser cannot transfer data channels: the caller proxies `real`, which a refused transfer leaves as it was
      }
    }

    async function answer (number: number, call: number, request: ConnectionCall): Promise<void> {
      const real = connections.get(number)?.real
      if (real == null) return // it ended meanwhile: the worker has failed the call already
      try {
        const value = await perform(real, request)
        post({ type: 'returned', connection: number, call, value, snapshot: snapshotOf(real) })
      } catch (thrown) {
        post({ type: 'threw', connection: number, call, error: describeError(thrown) })
      }
    }

    function obey (message: ToHost): void {
      switch (message.type) {
        case 'construct':
          try {
            construct(message.connection, message.configuration)
          } catch (thrown) {
            post({ type: 'refused', connection: message.connection, error: describeError(thrown) })
          }
          break
        case 'close': end(message.connection, true); break
        case 'call': void answer(message.connection, message.call, message.request); break
        case 'create-channel': createChannel(message.connection, message.channel, message.label, message.options); break
        case 'channel-send': channels.get(message.channel)?.send(message.data); break
        case 'channel-took': channels.get(message.channel)?.took(message.bytes); break
        case 'channel-close': channels.get(message.channel)?.close()
      }
    }

    port.onmessage = ({ data }: MessageEvent) => { if (isTagged(data)) obey(data as ToHost) }
    closings.add(() => { for (const number of connections.keys()) end(number) })
  }

  return {
    get size () { return size },
    get constructed () { return constructed },
    serve,
    closeAll,
    dispose () {
      disposed = true
      closeAll()
    }
  }
}

async function perform (real: RTCPeerConnection, request: ConnectionCall): Promise<unknown> {
  switch (request.method) {
    case 'createOffer': return plain(await real.createOffer())
    case 'createAnswer': return plain(await real.createAnswer())
    case 'setLocalDescription': await real.setLocalDescription(request.description); return undefined
    case 'setRemoteDescription': await real.setRemoteDescription(request.description); return undefined
    case 'addIceCandidate': await real.addIceCandidate(request.candidate); return undefined
    case 'getStats': {
      const stats = new Map<string, unknown>()
      const report = await real.getStats()
      report.forEach((value: unknown, id: string) => { stats.set(id, value) })
      return stats
    }
  }
}

function snapshotOf (real: RTCPeerConnection): ConnectionSnapshot {
  return {
    connectionState: real.connectionState,
    iceConnectionState: real.iceConnectionState,
    iceGatheringState: real.iceGatheringState,
    signalingState: real.signalingState,
    localDescription: real.localDescription == null ? null : plain(real.localDescription),
    remoteDescription: real.remoteDescription == null ? null : plain(real.remoteDescription)
  }
}

function descriptionOf (real: RTCDataChannel): ChannelDescription {
  const { label, protocol, ordered, negotiated, maxPacketLifeTime, maxRetransmits } = real
  return { label, protocol, ordered, negotiated, maxPacketLifeTime, maxRetransmits }
}

function plain ({ type, sdp }: RTCSessionDescriptionInit): RTCSessionDescriptionInit {
  return { type, sdp }
}

function isPortOffer (data: unknown): data is PortOffer {
  return isTagged(data) && data.type === 'hubbub/peer-connections' && 'port' in data && data.port instanceof MessagePort
}

function surroundingsOfPage (): HostSurroundings {
  const registry = new FinalizationRegistry<() => void>((callback) => { callback() })
  return {
    construct: configuration => new RTCPeerConnection(configuration),
    whenCollected (connection, callback) { registry.register(connection, callback) }
  }
}
