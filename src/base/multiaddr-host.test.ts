import { expect, test } from 'vitest'
import { hostOf } from './multiaddr-host.ts'

test.each([
  ['/dns4/hub.example/tcp/443/tls/ws/p2p/12D3', 'hub.example:443'], ['/ip4/127.0.0.1/tcp/8080/ws', '127.0.0.1:8080'], ['/ip6/::1/tcp/8080/ws', '[::1]:8080'],
  ['/dnsaddr/hub.example/p2p/12D3', 'hub.example'], ['/p2p/12D3', '/p2p/12D3']
])('the host of %s is %s', (multiaddr, host) => {
  expect(hostOf(multiaddr)).toBe(host)
})
