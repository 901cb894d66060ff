/**
 * WebRTC-direct (decisions/0036): hubs reach the relay at a UDP address without a name, as a page served over https may where it may not open a plain
 * WebSocket. What vouches for the relay is the hash of a certificate, which stands in the address; so the certificate is kept, and lasts.
 * It brings a native module with it: loaded only where it is asked for.
 */
import 'reflect-metadata' // before @peculiar/x509, which needs it
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createHash, createPrivateKey, X509Certificate, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { webRTCDirect, type TransportCertificate } from '@libp2p/webrtc'
import { initLogger } from 'node-datachannel'
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509'
import type { Logger } from 'pino'
import { toString } from 'uint8arrays/to-string'
import { HubError, reasonOf } from '../base/errors.ts'
import type { Address } from './arguments.ts'
import { keptFile } from './kept-file.ts'

type Create = ReturnType<typeof webRTCDirect>
type Components = Parameters<Create>[0]
type Upgrader = Components['upgrader']

/** What the relay's libp2p node needs to be reached so. */
export interface DirectDoor {
  readonly transport: Create
  /** Multiaddrs, to listen on and to tell others; libp2p adds the certificate's hash. */
  readonly listen: string
  readonly announce: string
}

export interface DirectDoorOptions {
  /** How this computer is reached from outside, which it need not know as its own. */
  readonly address: Address
  readonly dataFolder: string
  readonly ownAddresses: readonly string[]
  /** Handshakes at once. */
  readonly pendingMax: number
  readonly log: Logger
}

const certificateFileName = 'webrtc-direct.pem'
/** RFC 5280's for "never": the hash in addresses that others keep is to hold, and who dials compares it and nothing else. */
const notAfter = new Date('9999-12-31T23:59:59Z')
const multihashOfSha256 = [0x12, 0x20]

/** @throws HubError `data-folder-unusable`, `port-in-use`, `address-invalid` */
export async function openDirectDoor ({ address: { host, port }, dataFolder, ownAddresses, pendingMax, log }: DirectDoorOptions): Promise<DirectDoor> {
  initLogger('Fatal', (_level, sentence) => { log.error({ sentence }, 'WebRTC-direct') }) // it would write to stdout
  const certificate = await loadDirectCertificate(dataFolder)
  const family = isIP(host) === 6 ? 'ip6' : 'ip4'
  const bound = ownAddresses.includes(host) ? host : family === 'ip6' ? '::' : '0.0.0.0'
  await tryPort(bound, port)
  const multiaddrAt = (at: string): string => `/${family}/${at}/udp/${port}/webrtc-direct`
  const create = webRTCDirect({ certificate, rtcConfiguration: { iceServers: [] } })
  return {
    transport: ({ peerId, privateKey, logger, transportManager, datastore, upgrader }) => create({
      peerId, privateKey, logger, transportManager, datastore, upgrader: boundedUpgrader(upgrader, pendingMax)
    }),
    listen: multiaddrAt(bound),
    announce: multiaddrAt(host)
  }
}

/**
 * The certificate kept in `dataFolder`, readable by its owner only; made where it is missing.
 * @throws HubError `data-folder-unusable`
 */
export async function loadDirectCertificate (dataFolder: string): Promise<TransportCertificate> {
  const file = join(dataFolder, certificateFileName)
  const text = new TextDecoder().decode(await keptFile(dataFolder, certificateFileName, async () => new TextEncoder().encode(await makeCertificate())))
  try {
    const privateKey = createPrivateKey(text)
    const certificate = new X509Certificate(text)
    if (!certificate.checkPrivateKey(privateKey)) throw new Error('the certificate has another key')
    if (!certificate.verify(certificate.publicKey)) throw new Error('its signature is wrong')
    const hash = createHash('sha256').update(certificate.raw).digest()
    return {
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      pem: certificate.toString(),
      certhash: `u${toString(Uint8Array.from([...multihashOfSha256, ...hash]), 'base64url')}`
    }
  } catch (cause) {
    throw new HubError('data-folder-unusable', `The relay's certificate ${file} is damaged (${reasonOf(cause)}); delete it, and the relay gets a new address.`, { cause })
  }
}

/** libjuice would say only that it failed. */
async function tryPort (host: string, port: number): Promise<void> {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4')
  try {
    socket.bind(port, host)
    await once(socket, 'listening')
  } catch (cause) {
    throw cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
      ? new HubError('port-in-use', `UDP port ${port} is used by another program; stop it, or choose another port with --webrtc-direct.`, { cause })
      : new HubError('address-invalid', `UDP port ${port} of ${host} cannot be listened on (${reasonOf(cause)}); choose another with --webrtc-direct.`, { cause })
  } finally {
    await new Promise<void>((resolve) => { socket.close(() => { resolve() }) })
  }
}

/** A key and its certificate, as PEM one after the other. P-256, as every browser takes it. */
async function makeCertificate (): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const notBefore = new Date()
  notBefore.setMilliseconds(0)
  const certificate = await X509CertificateGenerator.createSelfSigned({ name: 'CN=hubbub', notBefore, notAfter, keys, signingAlgorithm: algorithm }, webcrypto as Crypto)
  return [PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'), certificate.toString('pem'), ''].join('\n')
}

/** A handshake of four round trips over a poor line takes as long, in ms. Who has waited longer makes room; guess. */
const patienceMs = 2_000

/**
 * libp2p makes a native connection for each first packet, from whomever, before anybody has shown that the sender's address is its own. Those that wait for
 * their handshake are counted here, since it asks for their deadline first. Past `pendingMax` the oldest is ended if it has waited for `patienceMs`, otherwise
 * the new one is over at once: with the deadline alone, 300 small packets a second kept everybody out.
 */
export function boundedUpgrader (upgrader: Upgrader, pendingMax: number, now = Date.now): Upgrader {
  /** The oldest first. */
  const pending = new Set<{ readonly since: number, readonly end: () => void }>()
  return {
    upgradeInbound: async (...given) => upgrader.upgradeInbound(...given),
    upgradeOutbound: async (...given) => upgrader.upgradeOutbound(...given),
    getConnectionEncrypters: () => upgrader.getConnectionEncrypters(),
    getStreamMuxers: () => upgrader.getStreamMuxers(),
    createInboundAbortSignal (shutdown) {
      const [oldest] = pending
      if (oldest != null && pending.size >= pendingMax) {
        if (now() - oldest.since < patienceMs) return Object.assign(AbortSignal.abort(new Error('too many handshakes at once')), { clear: () => undefined })
        oldest.end()
      }
      const ended = new AbortController()
      const end = (): void => {
        pending.delete(one)
        ended.abort(new Error('it took too long'))
      }
      const one = { since: now(), end }
      pending.add(one)
      shutdown.addEventListener('abort', end)
      const signal = upgrader.createInboundAbortSignal(ended.signal)
      const clear = signal.clear.bind(signal)
      return Object.assign(signal, {
        clear: () => {
          pending.delete(one)
          shutdown.removeEventListener('abort', end)
          clear()
        }
      })
    }
  }
}
