import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { helpText, parseArguments, type StartOptions } from './arguments.ts'

function options (args: string[], environment: { PORT?: string } = {}): StartOptions {
  const command = parseArguments(args, environment)
  if (command.type !== 'start') throw new Error('asked for help')
  return command.options
}

const otherRelay = '/ip4/203.0.113.5/udp/4001/webrtc-direct/certhash/uEiB5OcWuEEHTQuRuZgEyju_Z4WK9qMpGsXERpVYSsq-65g/p2p/12D3KooWD82ptriLjhKVqbWYJemGsciSBkXYsKA1MYwEbxg5d1Vq'

describe('the start command\'s arguments', () => {
  test('nothing is needed', () => {
    expect(options([])).toEqual({
      port: 8080, host: '127.0.0.1', dataFolder: '.hubbub', genesisFile: undefined, hub: true, dev: false,
      url: undefined, allowedOrigins: [], trustProxy: false, iceServers: [], otherRelays: [], logLevel: 'info'
    })
  })

  test('every option is read', () => {
    const args = '--port 0 --host [::1] --data D --genesis G --no-hub --dev --url https://hub.example.org/ --trust-proxy ' +
      '--allow-origin https://a.example --allow-origin https://b.example:444/ --ice-server stun:stun.example.org:3478 --ice-server turn:ada:se:cret@turn.example.org:3478?transport=tcp --log-level debug ' +
      `--webrtc-direct [2001:DB8:0::5]:4001 --relay ${otherRelay}`
    expect(options(args.split(' '))).toEqual({
      port: 0, host: '::1', dataFolder: 'D', genesisFile: 'G', hub: false, dev: true, url: new URL('https://hub.example.org'),
      allowedOrigins: ['https://a.example', 'https://b.example:444'], trustProxy: true, logLevel: 'debug',
      webrtcDirect: { host: '2001:db8::5', port: 4001 }, otherRelays: [otherRelay],
      iceServers: [{ urls: 'stun:stun.example.org:3478' }, { urls: 'turn:turn.example.org:3478?transport=tcp', username: 'ada', credential: 'se:cret' }]
    })
    expect(options(['--allow-origin', 'https://a.example', '--allow-origin', '*']).allowedOrigins).toBe('*')
  })

  test('PORT counts where --port is not given, and an empty one does not', () => {
    expect(options([], { PORT: '9000' }).port).toBe(9000)
    expect(options(['--port', '9001'], { PORT: '9000' }).port).toBe(9001)
    expect(options([], { PORT: '' }).port).toBe(8080)
    expect(() => options([], { PORT: 'http' })).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })

  test('a port is a number from 0 to 65535 and nothing else', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 65_535 }), (port) => { expect(options([`--port=${port}`]).port).toBe(port) }))
    fc.assert(fc.property(fc.oneof(fc.integer({ min: 65_536 }), fc.integer({ max: -1 }), fc.string().filter(text => !/^\d+$/.test(text))), (port) => {
      expect(() => options([`--port=${port}`])).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
    }))
  })

  test.each([
    '--unknown', '--port', 'positional', '--no-hub=1', '--host=', '--host=http://x', '--host=a:1', '--data=', '--genesis=',
    '--url=hub.example.org', '--url=ftp://a', '--url=https://a/path', '--allow-origin=example.org', '--ice-server=http://a', '--ice-server=turn:turn.example.org', '--ice-server=turn:ada@turn.example.org', '--log-level=loud', '--relay-places=0', '--relay-places=1025', '--relay-places=few',
    '--webrtc-direct=4001', '--webrtc-direct=hub.example.org:4001', '--webrtc-direct=203.0.113.5:0', '--webrtc-direct=203.0.113.5:65536', '--webrtc-direct=0.0.0.0:4001',
    '--webrtc-direct=[203.0.113.5]:4001', '--webrtc-direct=2001:db8::5:4001', '--webrtc-direct=[fe80::1%eth0]:4001', '--webrtc-direct=[0::0]:4001', '--relay=https://relay.example.org', '--relay=/dns4/relay.example.org/tcp/443/tls/ws',
    '--relay=/dns4/relay.example.org/tcp/443/tls/ws/p2p/ada', `--relay=${otherRelay.replace('203', '999')}`, `--relay=${otherRelay.replace('4001', '99999')}`,
    `--relay=${otherRelay.replace('webrtc-direct', 'nonsense')}`, `--relay=${otherRelay.replace(/\/certhash\/[^/]+/, '')}`, `--relay=${otherRelay.replace('uEiB', '!')}`
  ])('%s is refused in a sentence', (argument) => {
    expect(() => options([argument])).toThrow(expect.objectContaining({ code: 'invalid-argument', message: expect.stringMatching(/^[^\n]+\.$/) as string }))
  })

  test('help names every option', () => {
    expect(parseArguments(['--help', '--port', '1'])).toEqual({ type: 'help' })
    for (const name of ['port', 'host', 'data', 'genesis', 'no-hub', 'url', 'trust-proxy', 'allow-origin', 'ice-server', 'relay-places', 'webrtc-direct', 'relay', 'log-level', 'dev', 'help']) expect(helpText).toContain(`--${name} `)
  })
})
