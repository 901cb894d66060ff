import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPage, pageRows, readPage, rowShapes, sealPage, type CatalogPage } from './pages.ts'

function filled (count: number, feeds: number, unlinked: number): CatalogPage {
  const page = createPage(1_025, count, feeds, unlinked)
  for (let row = 0; row < count; row += 1) {
    page.times[row] = 1_700_000_000_000 + row
    page.seqs[row] = row
    page.shapes[row] = rowShapes.ordinary
  }
  page.ids.fill(1)
  page.feeds.fill(2)
  page.unlinked.fill(3)
  return page
}

test('a page is read as it was written, from a view into a larger buffer too', () => {
  for (const [count, feeds, unlinked] of [[pageRows, 3, 2], [1, 1, 0], [7, 0, 7], [0, 0, 0]] as const) {
    const written = filled(count, feeds, unlinked)
    const bytes = sealPage(written)
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    for (const given of [bytes, shifted.subarray(3)]) expect(readPage(given)).toEqual(written)
  }
})

test('anything else is no page', () => {
  const bytes = sealPage(filled(9, 2, 1))
  for (const given of [undefined, null, 'page', {}, new Uint8Array(), new Uint8Array(40), bytes.slice(0, -1), new Uint8Array([...bytes, 0])]) {
    expect(readPage(given)).toBeUndefined()
  }
  fc.assert(fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
    const damaged = bytes.slice()
    damaged[at] = (damaged[at] ?? 0) ^ flip
    expect(readPage(damaged)).toBeUndefined()
  }))
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (junk) => { expect(readPage(junk)).toBeUndefined() }))
})
