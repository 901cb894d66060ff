/**
 * libp2p's own log, turned into lines of the hub's log: its errors are the only word there is of what happens on the streams that
 * libp2p serves itself (identify, ping, circuit relay, WebRTC signalling, gossipsub). Everything below an error is dropped.
 */
import type { ComponentLogger, Logger } from '@libp2p/interface'
import { reasonOf } from '../base/errors.ts'
import type { Report } from '../base/event-log.ts'

export function createComponentLogger (report: (report: Report) => void): ComponentLogger {
  return { forComponent: name => createLogger(name, report) }
}

/** What libp2p calls an error and is none: a stream that ended, and a search for relays by a routing service that hubs do not use. */
const ordinary = /^(closed (after|while) reading|random walk errored|failed when finding relays|closed after)/

function createLogger (name: string, report: (report: Report) => void): Logger {
  const silent = (): void => { /* debug and trace lines are not kept */ }
  return Object.assign(silent, {
    enabled: false,
    trace: silent,
    error: (format: unknown, ...values: unknown[]) => {
      if (typeof format === 'string' && ordinary.test(format)) return
      // The component is the code, so that a peer that floods one protocol with junk makes one counted line, not thousands.
      report({ type: 'protocol-error', code: componentOf(name), sentence: `${componentOf(name)}: ${render(format, values)}` })
    },
    newScope: (scope: string) => createLogger(`${name}:${scope}`, report)
  })
}

/** `libp2p:circuit-relay:transport` → `circuit-relay`. Connection and stream numbers in names would make every line another cause. */
function componentOf (name: string): string {
  return name.replace(/^libp2p:/, '').split(':')[0] ?? name
}

/** The printf-like formats of libp2p's loggers: every `%x` takes the next value. */
function render (format: unknown, values: unknown[]): string {
  let next = 0
  const text = reasonOf(format).replace(/%[a-zA-Z]/g, () => reasonOf(values[next++]))
  return text
}
