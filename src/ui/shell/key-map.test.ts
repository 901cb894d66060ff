import { describe, expect, test } from 'vitest'
import { commandNames, commands, createKeyReader, type KeyPress } from './key-map.ts'

const press = (key: string, changes: Partial<KeyPress> = {}): KeyPress =>
  ({ key, ctrlKey: false, metaKey: false, altKey: false, typing: false, atMs: 0, ...changes })

describe('the key map', () => {
  test('gives no two commands the same keys', () => {
    const all = commandNames.flatMap(name => [...commands[name].keys])
    expect(new Set(all).size).toBe(all.length)
    expect(all.length).toBeGreaterThan(15)
  })

  test.each([
    [press('j'), 'next'], [press('ArrowDown'), 'next'], [press('K'), 'previous'], [press('/'), 'filter'], [press('Escape'), 'close'], [press('?'), 'keys'],
    [press('k', { ctrlKey: true }), 'palette'], [press('k', { metaKey: true, typing: true }), 'palette'],
    [press('j', { typing: true }), null], [press('s', { altKey: true }), null], [press('s', { ctrlKey: true }), null], [press('q'), null], [press('Shift'), null]
  ])('%o', (pressed, command) => {
    expect(createKeyReader().press(pressed, true)).toBe(command)
  })

  test('G and a letter soon after is a view; later, or after another key, it is only the letter', () => {
    const reader = createKeyReader()
    expect(reader.press(press('g', { atMs: 0 }), true)).toBeNull()
    expect(reader.press(press('s', { atMs: 400 }), true)).toBe('sync')
    expect(reader.press(press('s', { atMs: 500 }), true)).toBe('sync-now')
    reader.press(press('g', { atMs: 1_000 }), true)
    expect(reader.press(press('s', { atMs: 9_000 }), true)).toBe('sync-now')
    reader.press(press('g', { atMs: 10_000 }), true)
    expect(reader.press(press('q', { atMs: 10_100 }), true)).toBeNull()
    expect(reader.press(press('s', { atMs: 10_200 }), true)).toBe('sync-now')
  })

  test('single keys can be turned off; Esc and those with Ctrl still work', () => {
    const reader = createKeyReader()
    expect(reader.press(press('s'), false)).toBeNull()
    expect(reader.press(press('Escape'), false)).toBe('close')
    expect(reader.press(press('k', { ctrlKey: true }), false)).toBe('palette')
  })
})
