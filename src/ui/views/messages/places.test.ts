import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { HubError } from '../../../base/errors.ts'
import { samplePost, sampleTime } from '../../data/samples.ts'
import type { HubApi, MessageView, Query } from '../../../worker/api.ts'
import { followPlaces, pageLength, placeAt, placeOf, type Places } from './places.ts'

/** Longer than a look and its rest. */
const soonMs = 1_300

/** An engine made of an array, the newest last. */
function createEngine (count: number) {
  const engine = { posts: Array.from({ length: count }, (_, index) => samplePost(index)), queries: [] as Query[], fails: false }
  const found = ({ until = Infinity }: Query): MessageView[] => engine.posts.filter(({ timestamp }) => timestamp <= until).toReversed()
  const hub: Pick<HubApi, 'query' | 'count' | 'answers'> = {
    async query (query = {}) {
      if (engine.fails) throw new HubError('storage-busy', 'Busy.')
      engine.queries.push(query)
      const { offset = 0, limit = 100 } = query
      return found(query).slice(offset, offset + limit)
    },
    count: async (query = {}) => found(query).length,
    answers: async ids => ids.map(id => ({ id, count: 1, newestAt: sampleTime }))
  }
  return { engine, hub }
}

describe('messages by place', () => {
  let places: Places | undefined
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => {
    places?.close()
    expect(vi.getTimerCount(), 'timers left after close').toBe(0)
    vi.useRealTimers()
  })

  const open = async (count: number, isVisible = () => true) => {
    const { engine, hub } = createEngine(count)
    places = followPlaces({ hub, filter: { kind: 'post', parent: null }, threads: true, isVisible, now: Date.now })
    await vi.advanceTimersByTimeAsync(soonMs)
    return { engine, places }
  }
  const textAt = (place: number): unknown => placeAt(places!.snapshot().pages, place)?.message.body?.text

  test('are the newest first, and any place is read when it comes into sight, without what lies between', async () => {
    const { engine, places } = await open(100_000)
    expect(places.snapshot()).toMatchObject({ total: 100_000, above: 0, failure: null })
    expect(textAt(0)).toBe('post 99999')
    engine.queries = []
    places.see(70_010, 70_020)
    await vi.advanceTimersByTimeAsync(1)
    expect(textAt(70_010)).toBe('post 29989')
    expect(engine.queries.map(({ offset }) => offset)).toEqual([70_000])
    expect(placeOf(places.snapshot().pages, samplePost(29_989).id)).toBe(70_010)
  })

  test('keep a bounded number of pages, whatever was scrolled over', async () => {
    const { places } = await open(100_000)
    for (let first = 0; first < 90_000; first += 1_000) {
      places.see(first, first + 9)
      await vi.advanceTimersByTimeAsync(1)
    }
    expect(places.snapshot().pages.size).toBeLessThan(20)
    expect(textAt(89_000)).toBe('post 10999')
  })

  test('follow what comes, unless they are held: then it is counted above, and no place changes', async () => {
    const { engine, places } = await open(3)
    engine.posts.push(samplePost(3))
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(textAt(0)).toBe('post 3')
    places.hold(true)
    engine.posts.push(samplePost(4), samplePost(5))
    await vi.advanceTimersByTimeAsync(soonMs)
    expect([textAt(0), places.snapshot().total, places.snapshot().above]).toEqual(['post 3', 4, 2])
    places.hold(false)
    await vi.advanceTimersByTimeAsync(soonMs)
    expect([textAt(0), places.snapshot().total, places.snapshot().above]).toEqual(['post 5', 6, 0])
  })

  test('are told once for what changed, and not at all where nothing did', async () => {
    const { engine, places } = await open(pageLength)
    const told = vi.fn()
    places.subscribe(told)
    await vi.advanceTimersByTimeAsync(5 * soonMs)
    expect(told).not.toHaveBeenCalled()
    const before = placeAt(places.snapshot().pages, 1)
    engine.posts[pageLength - 1] = samplePost(pageLength - 1, { state: 'held', reach: { held: 1, of: 2 } })
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(told).toHaveBeenCalledTimes(1)
    expect(placeAt(places.snapshot().pages, 0)?.message.state).toBe('held')
    expect(placeAt(places.snapshot().pages, 1)).toBe(before)
  })

  test('are looked at less often while nothing changes, and as before once something did', async () => {
    const { engine } = await open(3)
    await vi.advanceTimersByTimeAsync(5_000)
    engine.queries = []
    await vi.advanceTimersByTimeAsync(10_000)
    expect(engine.queries.length).toBeLessThanOrEqual(10)
    expect(engine.queries.length).toBeGreaterThanOrEqual(8)
    engine.queries = []
    for (let index = 3; index < 15; index += 1) {
      engine.posts.push(samplePost(index))
      await vi.advanceTimersByTimeAsync(250)
    }
    expect(engine.queries.length).toBeGreaterThanOrEqual(8)
  })

  test('are not asked for while the page is hidden', async () => {
    let visible = true
    const { engine } = await open(3, () => visible)
    visible = false
    engine.queries = []
    await vi.advanceTimersByTimeAsync(10 * soonMs)
    expect(engine.queries).toEqual([])
    visible = true
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(engine.queries.length).toBeGreaterThan(0)
  })

  test('stay as they were when a question fails, say so, and are asked for again', async () => {
    const { engine, places } = await open(3)
    engine.fails = true
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(places.snapshot().failure).toContain('Busy.')
    expect(textAt(0)).toBe('post 2')
    engine.fails = false
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(places.snapshot().failure).toBeNull()
  })
})
