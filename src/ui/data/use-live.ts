/** The hub's topics for components. A component that reads a topic follows it for as long as it is on the page. */
import { createContext, use, useMemo, useSyncExternalStore } from 'react'
import type { HubState } from '../../worker/client.ts'
import type { Live, Reading, Topic } from './live.ts'

export const LiveContext = createContext<Live | null>(null)

export function useLive (): Live {
  const live = use(LiveContext)
  if (live == null) throw new Error('useLive is called outside of the page\'s frame.')
  return live
}

/** `topic` stays the same object while it is the same topic: a constant, or made in useMemo. */
export function useTopic<T> (topic: Topic<T>): Reading<T> {
  const live = useLive()
  const [follow, read] = useMemo(() => [(listener: () => void) => live.follow(topic, listener), () => live.reading(topic)] as const, [live, topic])
  return useSyncExternalStore(follow, read)
}

export function useHubState (): HubState {
  const live = useLive()
  return useSyncExternalStore(live.subscribe, live.state)
}

export function useSilence (): string | null {
  const live = useLive()
  return useSyncExternalStore(live.subscribe, live.silence)
}
