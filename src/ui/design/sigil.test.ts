import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sigilCells, sigilSize } from './sigil.ts'

const drawn = (id: string): string => sigilCells(id).map(({ x, y }) => `${x}${y}`).sort().join(' ')

test('a mark is the same wherever it is computed', () => {
  expect(drawn('12D3KooWabcdk3Qf')).toBe(drawn('12D3KooWabcdk3Qf'))
  expect(drawn('ab3f')).toMatchInlineSnapshot(`"01 02 03 14 23 34 41 42 43"`)
})

test('a mark is mirrored, lies within its square, and is neither bare nor full', () => {
  fc.assert(fc.property(fc.string(), (id) => {
    const cells = new Set(drawn(id).split(' '))
    expect(cells.size).toBeGreaterThanOrEqual(7)
    expect(cells.size).toBeLessThanOrEqual(19)
    for (let y = 0; y < sigilSize; y += 1) {
      for (let x = 0; x < sigilSize; x += 1) expect(cells.has(`${x}${y}`)).toBe(cells.has(`${sigilSize - 1 - x}${y}`))
    }
    for (const cell of cells) expect(cell).toMatch(/^[0-4]{2}$/)
  }))
})

test('ids that differ in one character have marks that differ as often as chance allows', () => {
  const marks = new Set(Array.from({ length: 1_000 }, (_, index) => drawn(`12D3KooW${index}`)))
  // 1,000 draws from 2¹⁵ marks, about nine tenths of which are drawn, repeat some 17 of them.
  expect(marks.size).toBeGreaterThan(960)
})
