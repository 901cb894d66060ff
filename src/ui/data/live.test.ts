import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { HubError } from '../../base/errors.ts'
import { createLive, type Live, type Topic } from './live.ts'
import type { HubApi } from '../../worker/api.ts'
import type { HubClient, HubState } from '../../worker/client.ts'

const secondMs = 1_000
/** Longer than answers are gathered, shorter than a topic's turn. */
const soonMs = 50

/** An engine that is counted and answers with a number that grows. */
function createEngine () {
  const engine = { asked: 0, answer: async (): Promise<number> => engine.asked }
  const hub = { status: async () => { engine.asked += 1; return engine.answer() } } as unknown as HubApi
  return { engine, hub }
}

const topic: Topic<number> = { name: 'number', everyMs: secondMs, read: async hub => await hub.status() as unknown as number }

function createClient (first: HubState) {
  let state = first
  const listeners = new Set<() => void>()
  const client: Pick<HubClient, 'state' | 'onChange'> = {
    state: () => state,
    onChange (listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    }
  }
  const become = (next: HubState): void => {
    state = next
    for (const listener of listeners) listener()
  }
  return { client, become }
}

describe('live topics', () => {
  beforeEach(() => { vi.useFakeTimers({ now: 0 }) })
  let live: Live | undefined
  afterEach(() => {
    live?.close()
    expect(vi.getTimerCount(), 'timers left after close').toBe(0)
    vi.useRealTimers()
  })

  const open = (isVisible = () => true) => {
    const { engine, hub } = createEngine()
    const { client, become } = createClient({ type: 'running', hub })
    const opened = createLive(client, isVisible)
    live = opened
    return { engine, hub, become, live: opened }
  }

  test('a topic is asked at its pace while it is followed, and not before or after', async () => {
    const { engine, live } = open()
    await vi.advanceTimersByTimeAsync(3 * secondMs)
    expect(engine.asked).toBe(0)
    const stop = live.follow(topic, () => { /* only the pace matters */ })
    await vi.advanceTimersByTimeAsync(3 * secondMs + soonMs)
    expect(engine.asked).toBe(4)
    expect(live.reading(topic)).toMatchObject({ value: 4, failure: null })
    stop()
    await vi.advanceTimersByTimeAsync(3 * secondMs)
    expect(engine.asked).toBe(4)
    expect(live.reading(topic).value, 'what was known stays').toBe(4)
  })

  test('a topic is asked at once when something was done, and once more when it was being asked already', async () => {
    const { engine, live } = open()
    live.follow(topic, () => { /* read below */ })
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(engine.asked).toBe(1)
    let answer: ((value: number) => void) | undefined
    engine.answer = async () => new Promise((resolve) => { answer = resolve })
    live.refresh(topic)
    expect(engine.asked).toBe(2)
    live.refresh(topic)
    expect(engine.asked, 'one question at a time').toBe(2)
    answer?.(7)
    await vi.advanceTimersByTimeAsync(secondMs / 2)
    expect(engine.asked).toBe(3)
    expect(live.silence()).toBeNull()
    live.refresh({ name: 'followed by nobody' })
    expect(engine.asked).toBe(3)
  })

  test('nothing is asked while the page is hidden', async () => {
    let visible = false
    const { engine, live } = open(() => visible)
    live.follow(topic, () => { /* only the pace matters */ })
    await vi.advanceTimersByTimeAsync(10 * secondMs)
    expect(engine.asked).toBe(0)
    visible = true
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(engine.asked).toBeGreaterThan(0)
  })

  test('answers that come together are told once, and followers of one topic share its questions', async () => {
    const { engine, live } = open()
    const told = vi.fn()
    live.follow(topic, told)
    live.follow(topic, told)
    live.follow({ ...topic, name: 'other' }, told)
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(engine.asked).toBe(2)
    expect(told).toHaveBeenCalledTimes(1)
  })

  test('an answer that says the same keeps its value, and is told for ages only; one that says more is told at once', async () => {
    const { engine, live } = open()
    const told = vi.fn()
    let answer = { reached: ['a'] }
    const plain: Topic<{ reached: string[] }> = { name: 'plain', everyMs: secondMs, read: async hub => hub.status().then(() => structuredClone(answer)) }
    live.follow(plain, told)
    await vi.advanceTimersByTimeAsync(soonMs)
    const first = live.reading(plain)
    expect(told).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(4 * secondMs)
    expect(engine.asked).toBe(5)
    expect(told, 'nothing new').toHaveBeenCalledTimes(1)
    expect(live.reading(plain).value).toBe(first.value)
    expect(live.reading(plain).at).toBeGreaterThan(first.at ?? Infinity)
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(told, 'ages went on').toHaveBeenCalledTimes(2)
    answer = { reached: ['a', 'b'] }
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(told).toHaveBeenCalledTimes(3)
    expect(live.reading(plain).value).toEqual(answer)
  })

  test('says that the figures are old when the engine is silent, and takes it back', async () => {
    const { engine, live } = open()
    let answer: ((value: number) => void) | undefined
    live.follow(topic, () => { /* read below */ })
    await vi.advanceTimersByTimeAsync(secondMs / 2)
    engine.answer = async () => new Promise((resolve) => { answer = resolve })
    await vi.advanceTimersByTimeAsync(4 * secondMs)
    expect(live.silence()).toBeNull()
    await vi.advanceTimersByTimeAsync(3 * secondMs)
    expect(live.silence()).toMatch(/stopped answering/)
    expect(engine.asked, 'one question at a time').toBe(2)
    engine.answer = async () => 9
    answer?.(8)
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(live.silence()).toBeNull()
    expect(live.reading(topic).value).toBe(8)
  })

  test('a question that fails leaves what was known, with the reason', async () => {
    const { engine, live } = open()
    live.follow(topic, () => { /* read below */ })
    await vi.advanceTimersByTimeAsync(soonMs)
    engine.answer = async () => { throw new HubError('storage-lost', 'The storage is gone.') }
    await vi.advanceTimersByTimeAsync(secondMs)
    expect(live.reading(topic)).toMatchObject({ value: 1, failure: 'The storage is gone.' })
  })

  test('topics of different paces are asked in one beat, and told once, whenever they were followed', async () => {
    const { live } = open()
    const told = vi.fn()
    live.follow(topic, told)
    await vi.advanceTimersByTimeAsync(700)
    live.follow({ ...topic, name: 'slow', everyMs: 2 * secondMs }, told)
    await vi.advanceTimersByTimeAsync(soonMs)
    told.mockClear()
    await vi.advanceTimersByTimeAsync(4 * secondMs)
    expect(told, 'once a second').toHaveBeenCalledTimes(4)
  })

  test('forgets a hub that it left, whatever that one still answers', async () => {
    const { engine, become, live } = open()
    live.follow(topic, () => { /* read below */ })
    await vi.advanceTimersByTimeAsync(soonMs)
    let answer: ((value: number) => void) | undefined
    engine.answer = async () => new Promise((resolve) => { answer = resolve })
    await vi.advanceTimersByTimeAsync(secondMs)
    become({ type: 'failed', code: 'other-version', sentence: 'In another tab.' })
    answer?.(77)
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(live.reading(topic).value).toBeNull()
    expect(live.state().type).toBe('failed')
    expect(() => live.hub()).toThrow('In another tab.')
    const second = createEngine()
    become({ type: 'running', hub: second.hub })
    await vi.advanceTimersByTimeAsync(soonMs)
    expect(live.reading(topic).value).toBe(1)
  })
})
