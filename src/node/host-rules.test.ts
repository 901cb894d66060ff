import { describe, expect, test } from 'vitest'
import { createHostRules, type HostRules, type HostRulesConfig } from './host-rules.ts'

function rules (config: Partial<HostRulesConfig> = {}): HostRules {
  return createHostRules({ host: '127.0.0.1', url: undefined, allowedOrigins: [], ownNames: ['box', '192.168.1.5'], ...config })
}

const accepts = (config: Partial<HostRulesConfig>, header: string | undefined): boolean => rules(config).accept(header) != null
const allows = (config: Partial<HostRulesConfig>, origin: string | undefined, host: string): boolean => {
  const asked = rules(config).accept(host)
  return asked != null && rules(config).originAllowed(origin, asked)
}

describe('Host', () => {
  test.each(['localhost', 'localhost:8080', 'LOCALHOST:1', 'localhost.:80', '127.0.0.1:8080', '[::1]:8080', '[::1]'])('bound to loopback, %s is answered', (header) => {
    expect(accepts({}, header)).toBe(true)
  })

  test.each([undefined, '', 'evil.example', 'evil.example:8080', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.1.5:8080', 'box', 'a@localhost', 'localhost:8080/x', '::1', 'localhost:', 'localhost:123456'])(
    'bound to loopback, %s is not', (header) => {
      expect(accepts({}, header)).toBe(false)
    })

  test('bound to everything, any address and this computer\'s names are answered, other names are not', () => {
    const config = { host: '0.0.0.0' }
    for (const header of ['10.0.0.7:8080', '[2001:db8::1]:8080', 'box:8080', 'BOX', 'localhost:8080']) expect(accepts(config, header), header).toBe(true)
    for (const header of ['evil.example', 'box.evil.example']) expect(accepts(config, header), header).toBe(false)
  })

  test('bound to one address, only that one is answered, and the public name', () => {
    const config = { host: '192.168.1.5', url: new URL('https://hub.example.org') }
    for (const header of ['192.168.1.5:8080', 'hub.example.org', 'hub.example.org:443']) expect(accepts(config, header), header).toBe(true)
    for (const header of ['localhost:8080', '192.168.1.6:8080', 'example.org']) expect(accepts(config, header), header).toBe(false)
  })

  test('name and port are told apart', () => {
    expect(rules().accept('[::1]:81')).toEqual({ name: '::1', port: 81 })
    expect(rules().accept('Localhost')).toEqual({ name: 'localhost', port: undefined })
  })
})

describe('Origin of a WebSocket', () => {
  test('programs send none and are let in', () => {
    expect(allows({}, undefined, 'localhost:8080')).toBe(true)
  })

  test('our own page is let in, by any of this server\'s names', () => {
    expect(allows({}, 'http://localhost:8080', 'localhost:8080')).toBe(true)
    expect(allows({}, 'http://localhost:8080', '127.0.0.1:8080')).toBe(true)
    expect(allows({}, 'http://[::1]:8080', 'localhost:8080')).toBe(true)
    expect(allows({ host: '0.0.0.0' }, 'http://10.0.0.7:8080', '10.0.0.7:8080')).toBe(true)
    expect(allows({ url: new URL('https://hub.example.org') }, 'https://hub.example.org', '127.0.0.1:8080')).toBe(true)
    expect(allows({ host: '192.168.1.5' }, 'http://192.168.1.5', '192.168.1.5')).toBe(true)
  })

  test.each(['http://evil.example:8080', 'https://evil.example', 'null', 'http://localhost:8081', 'http://localhost', 'not an origin', 'file://', 'ftp://localhost:8080'])(
    '%s is refused', (origin) => {
      expect(allows({}, origin, 'localhost:8080')).toBe(false)
    })

  test('bound to everything, a page at a stranger\'s address is refused', () => {
    expect(allows({ host: '0.0.0.0' }, 'http://6.6.6.6:8080', '192.168.1.5:8080')).toBe(false)
  })

  test('listed origins are let in, exactly those; * lets in all', () => {
    const config = { allowedOrigins: ['https://pages.example'] }
    expect(allows(config, 'https://pages.example', 'localhost:8080')).toBe(true)
    expect(allows(config, 'http://pages.example', 'localhost:8080')).toBe(false)
    expect(allows(config, 'https://pages.example:444', 'localhost:8080')).toBe(false)
    expect(allows({ allowedOrigins: '*' }, 'https://evil.example', 'localhost:8080')).toBe(true)
    expect(allows({ allowedOrigins: '*' }, 'null', 'localhost:8080')).toBe(true)
  })
})
