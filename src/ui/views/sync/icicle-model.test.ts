import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import type { TreeView } from '../../../worker/api.ts'
import { icicleOf, levelName, prefixMax, rowsOf, spanOf, touches } from './icicle-model.ts'

/** A tree over these leaves, `prefix` of eight digits to count, in which every subtree can be read. */
function treeOver (leaves: Readonly<Record<string, number>>) {
  const at = (prefix: string): TreeView => {
    const inside = Object.entries(leaves).filter(([leaf]) => leaf.startsWith(prefix))
    const children = new Map<string, number>()
    for (const [leaf, count] of inside) if (prefix.length < prefixMax) {
      const child = leaf.slice(0, prefix.length + 1)
      children.set(child, (children.get(child) ?? 0) + count)
    }
    const part = (name: string, count: number) => ({ prefix: name, count, digest: '' })
    return { ...part(prefix, inside.reduce((sum, [, count]) => sum + count, 0)), children: [...children].sort().map(([name, count]) => part(name, count)) }
  }
  const readAll = (zoom: string, differing: readonly string[] = []) => {
    const read = new Map<string, TreeView>()
    for (;;) {
      const icicle = icicleOf(at(zoom), read, differing, false)
      if (icicle.unread.length === 0) return icicle.cells
      for (const prefix of icicle.unread) read.set(prefix, at(prefix))
    }
  }
  return { at, readAll }
}

const leaves = { '001a1f00': 2, '101a1f00': 60, '101a1f07': 20, '101a1e00': 18 }

describe('the icicle', () => {
  test('has a row each for root, namespaces, three days, five hours and epochs, whatever lies between', () => {
    const cells = treeOver(leaves).readAll('')
    expect(cells.filter(({ level }) => level === 1).map(({ part }) => part.prefix)).toEqual(['0', '1'])
    expect(cells.filter(({ level }) => level === 4).map(({ part }) => part.prefix)).toEqual(['001a1f00', '101a1e00', '101a1f00', '101a1f07'])
    expect(rowsOf('').map(levelName)).toEqual(['all', 'namespace', '3 days', '5 hours', 'epoch, 17 min'])
  })

  test('every row is as wide as its share of the messages, and lies under what it belongs to', () => {
    const names = fc.string({ unit: fc.constantFrom('0', '1'), minLength: prefixMax, maxLength: prefixMax })
    fc.assert(fc.property(fc.dictionary(names, fc.integer({ min: 1, max: 50 }), { minKeys: 1, maxKeys: 12 }), (counts) => {
      const cells = treeOver(counts).readAll('')
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
      for (const { part, left, width } of cells) {
        expect(width).toBeCloseTo(part.count / total, 6)
        for (const other of cells) {
          if (!other.part.prefix.startsWith(part.prefix)) continue
          expect(other.left >= left - 1e-9 && other.left + other.width <= left + width + 1e-9).toBe(true)
        }
      }
    }), { numRuns: 30 })
  })

  test('lights exactly what differs and all that holds it, and reads that first', () => {
    const tree = treeOver(leaves)
    const cells = tree.readAll('', ['101a1f07'])
    expect(cells.filter(({ state }) => state === 'differs').map(({ part }) => part.prefix)).toEqual(['', '1', '101a1f', '101a1f0', '101a1f07'])
    const part = (prefix: string) => tree.at(prefix)
    expect(icicleOf(part(''), new Map([['1', part('1')], ['0', part('0')]]), ['001a1f00'], true).unread[0]).toBe('00')
    expect(touches('1', [''])).toBe(true)
    expect(touches('1', ['0'])).toBe(false)
  })

  test('knows when the messages of a part were written', () => {
    expect(spanOf('1')).toBeNull()
    const { from, until } = spanOf('101a1f00')!
    expect(until - from).toBe(2 ** 20)
    expect(spanOf('101a1f0')!.from).toBe(from)
  })
})
