/** The host of a multiaddr, with its port: `/dns4/hub.example/tcp/443/wss/…` is `hub.example:443`. The address itself if it has none. */
export function hostOf (multiaddr: string): string {
  const [, host, port] = /^\/(?:ip4|ip6|dns|dns4|dns6|dnsaddr)\/([^/]+)(?:\/(?:tcp|udp)\/(\d+))?/.exec(multiaddr) ?? []
  if (host == null) return multiaddr
  return port == null ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`
}
