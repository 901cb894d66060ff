/**
 * What the process counts, for Prometheus (`GET /metrics`): the relay, WebSocket upgrades, the hub when there is one, and the process
 * itself. Each server has a registry of its own.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { RelayCounts } from './relay.ts'

export interface Metrics {
  readonly contentType: string
  readonly upgrade: (outcome: UpgradeOutcome) => void
  readonly text: () => Promise<string>
  readonly stop: () => void
}

export type UpgradeOutcome = 'accepted' | 'refused-host' | 'refused-origin' | 'refused-path' | 'refused-address-full' | 'refused-full' | 'refused-not-ready'

export interface MetricsSources {
  readonly relay: () => RelayCounts | undefined
  /** undefined: no hub in this process. */
  readonly hub: () => Promise<{ readonly messages: number } | undefined>
}

export function createMetrics ({ relay, hub }: MetricsSources): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const relayGauge = (count: keyof RelayCounts, help: string): void => {
    const gauge: Gauge = new Gauge({ name: `hubbub_relay_${count}`, help, registers, collect: () => gauge.set(relay()?.[count] ?? 0) })
  }
  relayGauge('connections', 'Open connections of the relay')
  relayGauge('reservations', 'Hubs that can be reached through the relay')
  relayGauge('circuits', 'Connections that run through the relay')

  const messages: Gauge = new Gauge({
    name: 'hubbub_hub_messages',
    help: 'Messages that the hub in this process holds; 0 without one',
    registers,
    collect: async () => messages.set((await hub())?.messages ?? 0)
  })
  const upgrades = new Counter({ name: 'hubbub_websocket_upgrades_total', help: 'WebSockets asked for, by outcome', labelNames: ['outcome'], registers })

  return {
    contentType: registry.contentType,
    upgrade: outcome => upgrades.inc({ outcome }),
    text: async () => registry.metrics(),
    stop: () => registry.clear()
  }
}
