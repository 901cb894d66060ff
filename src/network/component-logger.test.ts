import type { Logger } from '@libp2p/interface'
import { expect, test } from 'vitest'
import type { Report } from '../base/event-log.ts'
import { createComponentLogger } from './component-logger.ts'

function logOf (name: string, write: (log: Logger) => void): Report[] {
  const reports: Report[] = []
  write(createComponentLogger((report) => { reports.push(report) }).forComponent(name))
  return reports
}

test('an error is a line under its component, however deep its name goes: so repeats fold into one', () => {
  for (const name of ['libp2p:circuit-relay', 'libp2p:circuit-relay:transport', 'libp2p:circuit-relay:stream:7']) {
    expect(logOf(name, (log) => { log.error('broken') })).toEqual([{ type: 'protocol-error', code: 'circuit-relay', sentence: 'circuit-relay: broken' }])
  }
  expect(logOf('libp2p:webrtc', (log) => { log.newScope('stream').newScope('9').error('broken') })).toMatchObject([{ code: 'webrtc' }])
})

test('values take the places of the format, errors by their message', () => {
  const [report] = logOf('libp2p:identify', (log) => { log.error('could not read %d bytes from %p - %e', 7, 'ann', new Error('it closed')) })
  expect(report?.sentence).toBe('identify: could not read 7 bytes from ann - it closed')
  expect(logOf('libp2p:identify', (log) => { log.error(new Error('alone')) })[0]?.sentence).toBe('identify: alone')
})

test('debug and trace lines, and errors that are none, leave no line', () => {
  expect(logOf('libp2p:ping', (log) => {
    log('a debug line')
    log.trace('a trace line')
    log.error('closed after reading %d/%d bytes', 1, 2)
    log.error('closed while reading %d/%d bytes', 1, 2)
    log.error('random walk errored - %e', new Error('none'))
  })).toEqual([])
})
