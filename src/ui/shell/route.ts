/**
 * The page's address as data: which view, what is selected in it, how it is shown. Everything stands in the hash, so that `?hub=`
 * and `&relay=` stay as they are. Pure. It does not know what a view does with its path.
 *
 * `#/network/hub/PEER`, `/network/relay/HOST`, `/messages/ID`, `/author/KEY`, `/sync/SESSION/PREFIX`, `/log`, `/settings`, and `?v=matrix&sort=rtt` after any.
 */

export const viewNames = ['network', 'messages', 'author', 'sync', 'log', 'settings'] as const
export type ViewName = typeof viewNames[number]

export interface Route {
  readonly view: ViewName
  /** What is selected, as the view understands it: `['hub', PEER]`; empty for nothing. */
  readonly path: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

export const home: Route = { view: 'network', path: [], query: {} }

/** Parts of a path, and settings, that are kept of an address: more is nonsense. */
const partsMax = 8
/** Characters of one part: a peer id has 52, a hash 64. */
const partLengthMax = 256

/** Any text becomes a route; what it does not understand leads home. */
export function parseRoute (hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2)
  const [view, ...parts] = path.split('/').map(decoded)
  const name = viewNames.find(known => known === view)
  if (name == null) return home
  const settings = [...new URLSearchParams(query)].slice(0, partsMax).map(([key, value]) => [key, value.slice(0, partLengthMax)])
  return { view: name, path: parts.filter(part => part !== '').slice(0, partsMax), query: Object.fromEntries(settings) as Record<string, string> }
}

export function formatRoute ({ view, path, query }: Route): string {
  const settings = new URLSearchParams(query).toString()
  return `#/${[view, ...path].map(part => encodeURIComponent(part)).join('/')}${settings === '' ? '' : `?${settings}`}`
}

/** The same view with another selection. */
export function withPath (route: Route, ...path: string[]): Route {
  return { ...route, path }
}

/** The same place shown otherwise; null takes a setting away. */
export function withQuery (route: Route, settings: Readonly<Record<string, string | null>>): Route {
  const merged = Object.entries({ ...route.query, ...settings }).filter((entry): entry is [string, string] => entry[1] != null)
  return { ...route, query: Object.fromEntries(merged) }
}

export function sameRoute (a: Route, b: Route): boolean {
  return formatRoute(a) === formatRoute(b)
}

function decoded (part: string): string {
  try {
    return decodeURIComponent(part).slice(0, partLengthMax)
  } catch (thrown) {
    if (thrown instanceof URIError) return part.slice(0, partLengthMax)
    throw thrown
  }
}
