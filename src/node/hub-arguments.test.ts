import { expect, test } from 'vitest'
import { helpText, parseHubArguments } from './hub-arguments.ts'

test('an address and a folder are needed; an address is that of an origin or of a hub', () => {
  expect(parseHubArguments(['--connect', 'http://localhost:8080/', '--data', 'D']))
    .toEqual({ type: 'hub', options: { connect: { type: 'origin', origin: 'http://localhost:8080' }, dataFolder: 'D', genesisFile: undefined, keepDays: null, logLevel: 'info' } })
  expect(parseHubArguments(['--connect', 'http://a', '--data', 'D', '--keep-days', '30'])).toMatchObject({ options: { keepDays: 30 } })
  for (const address of ['/ip4/127.0.0.1/tcp/1/ws', '/dns4/hub.example.org/tcp/443/tls/ws', '/ip6/::1/tcp/1/ws/p2p/12D3KooWNJFE2kWfvGyBNGvGRZwGortrtiDpwX1fuacbSig8ZS7C']) {
    const command = parseHubArguments(['--connect', address, '--data', 'D', '--genesis', 'G', '--log-level', 'warn'])
    expect(command).toMatchObject({ type: 'hub', options: { connect: { type: 'address' }, genesisFile: 'G', logLevel: 'warn' } })
    expect(command.type === 'hub' && command.options.connect.type === 'address' && command.options.connect.address.toString()).toBe(address)
  }
  expect(parseHubArguments(['--help'])).toEqual({ type: 'help' })
  for (const name of ['connect', 'data', 'genesis', 'keep-days', 'log-level', 'help']) expect(helpText).toContain(`--${name} `)
})

test.each([
  ['--data', 'D'], ['--connect', 'http://a'], ['--connect', 'localhost:8080', '--data', 'D'], ['--connect', 'http://a/path', '--data', 'D'],
  ['--connect', 'http://a', '--data', ''], ['--connect', 'http://a', '--data', 'D', '--genesis', ''], ['--connect', 'http://a', '--data', 'D', '--log-level', 'loud'],
  ['--connect', 'http://a', '--data', 'D', '--keep-days', '0'], ['--connect', 'http://a', '--data', 'D', '--keep-days', '1.5'],
  ['--connect', 'http://a', '--data', 'D', '--keep-days', '36501'], ['--connect', 'http://a', '--data', 'D', 'more'], ['--unknown']
])('%j is refused in a sentence', (...args) => {
  expect(() => parseHubArguments(args)).toThrow(expect.objectContaining({ code: 'invalid-argument', message: expect.stringMatching(/^[^\n]+\.$/) as string }))
})

test.each(['/', '/nonsense', '/ip4/127.0.0.1/tcp/1', '/ip4/1.2.3.4/tcp/1/ws/p2p-circuit/webrtc'])('%s is no address that it can dial', (address) => {
  expect(() => parseHubArguments(['--connect', address, '--data', 'D'])).toThrow(expect.objectContaining({ code: 'address-invalid' }))
})
