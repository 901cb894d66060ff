/**
 * Where the page is: the address's hash as an external store. Selecting replaces the address, opening adds to the browser's history.
 * Beside it stands the trail of what was inspected, for `[` and `]`, which the browser's history does not have.
 */
import { createContext, use, useMemo, useSyncExternalStore } from 'react'
import { formatRoute, parseRoute, type Route, sameRoute } from './route.ts'

export interface Router {
  subscribe: (listener: () => void) => () => void
  route: () => Route
  /** Another selection, or the same view shown otherwise. */
  select: (route: Route) => void
  /** Another place, to which the browser's Back returns. */
  open: (route: Route) => void
  /** Goes along what was inspected: -1 back, 1 forward. */
  step: (direction: -1 | 1) => void
}

/** Things inspected that are remembered. Guess: more than anyone goes back. */
const trailMax = 50

export function createRouter (window: Pick<Window, 'location' | 'history' | 'addEventListener'>): Router {
  const listeners = new Set<() => void>()
  let route = parseRoute(window.location.hash)
  let trail: Route[] = route.path.length > 0 ? [route] : []
  let place = trail.length - 1

  const become = (next: Route): void => {
    if (sameRoute(next, route)) return
    route = next
    for (const listener of listeners) listener()
  }
  const remember = (next: Route): void => {
    const here = trail[place]
    const isHere = here?.view === next.view && here.path.join('/') === next.path.join('/')
    if (next.path.length === 0 || isHere) return
    trail = [...trail.slice(0, place + 1), next].slice(-trailMax)
    place = trail.length - 1
  }
  const follow = (): void => {
    const next = parseRoute(window.location.hash)
    remember(next)
    become(next)
  }
  window.addEventListener('popstate', follow)
  window.addEventListener('hashchange', follow)

  const replace = (next: Route): void => {
    window.history.replaceState(null, '', formatRoute(next))
    become(next)
  }
  return {
    subscribe (listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    route: () => route,
    select (next) {
      remember(next)
      replace(next)
    },
    open (next) {
      if (sameRoute(next, route)) return
      remember(next)
      window.history.pushState(null, '', formatRoute(next))
      become(next)
    },
    step (direction) {
      const next = trail[place + direction]
      if (next == null) return
      place += direction
      replace(next)
    }
  }
}

export const RouterContext = createContext<Router | null>(null)

export function useRouter (): Router {
  const router = use(RouterContext)
  if (router == null) throw new Error('useRouter is called outside of the page\'s frame.')
  return router
}

export function useRoute (): Route {
  const router = useRouter()
  return useSyncExternalStore(router.subscribe, router.route)
}

/** A link's properties: an address that can be copied and opened elsewhere, which here is opened without loading the page. */
export function useLink (): (route: Route) => { href: string, onClick: (event: React.MouseEvent) => void } {
  const router = useRouter()
  return useMemo(() => route => ({
    href: formatRoute(route),
    onClick (event) {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
      event.preventDefault()
      router.open(route)
    }
  }), [router])
}
