import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

const id = 'ab'.repeat(32)
let kept: Map<string, string>
let isFull: boolean

/** The module as a page of this address loads it. */
async function load (search = '') {
  vi.stubGlobal('location', { search })
  vi.resetModules()
  return import('./drafts.ts')
}

describe('what is being written', () => {
  beforeEach(() => {
    kept = new Map()
    isFull = false
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem (key: string, value: string) {
        if (isFull) throw new DOMException('full', 'QuotaExceededError')
        kept.set(key, value)
      }
    })
  })
  afterEach(() => { vi.unstubAllGlobals() })

  test('outlives a reload, each answer by itself, and leaves nothing behind once it is sent', async () => {
    const first = await load()
    first.keepDraft(null, 'a thread')
    first.keepDraft(id, 'an answer')
    const again = await load()
    expect([again.keptDraft(null), again.keptDraft(id), again.keptDraft('cd'.repeat(32))]).toEqual(['a thread', 'an answer', ''])
    again.keepDraft(id, '')
    expect((await load()).keptDraft(id)).toBe('')
    expect([...kept.values()].join()).not.toContain('answer')
  })

  test('belongs to one hub', async () => {
    (await load('?hub=one')).keepDraft(null, 'of one')
    expect((await load('?hub=two')).keptDraft(null)).toBe('')
    expect((await load('?hub=one')).keptDraft(null)).toBe('of one')
  })

  test('is kept of 32 places, those written last', async () => {
    const drafts = await load()
    for (let place = 0; place < 32; place += 1) drafts.keepDraft(String(place), `text ${place}`)
    drafts.keepDraft('0', 'written again')
    drafts.keepDraft('33', 'one more')
    expect(['0', '1', '2', '33'].map(drafts.keptDraft)).toEqual(['written again', '', 'text 2', 'one more'])
  })

  test('holds for the visit where the browser keeps no more', async () => {
    isFull = true
    const drafts = await load()
    drafts.keepDraft(null, 'not stored')
    expect(drafts.keptDraft(null)).toBe('not stored')
  })

  test.each(['{', '7', '[["a"]]', '[[1, 2]]', 'null'])('what others wrote there, %s, is nothing', async (text) => {
    kept.set('hubbub/drafts/', text)
    expect((await load()).keptDraft('a')).toBe('')
  })
})
