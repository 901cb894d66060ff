import { expect, test } from 'vitest'
import { shownName } from './people.ts'

test('a name is one line of text that cannot rearrange the page; none is none', () => {
  expect(shownName(undefined)).toBeNull()
  expect(shownName(' \n ')).toBeNull()
  expect(shownName('Ada\u202eenoL\nLovelace')).toBe('Ada enoL Lovelace')
  expect(shownName('x'.repeat(50))).toBe(`${'x'.repeat(39)}…`)
})
