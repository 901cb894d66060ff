import { describe, expect, test } from 'vitest'
import { builtInGenesis, networkOf } from '../message/genesis.ts'
import type { NetworkGenesis } from '../message/types.ts'
import { chooseNetwork } from './network-choice.ts'

const builtIn = networkOf(builtInGenesis)
const one = networkOf({ ...builtInGenesis, name: 'one' })
const two = networkOf({ ...builtInGenesis, name: 'two' })
const none = undefined

describe('the network of a hub', () => {
  type Given = NetworkGenesis | undefined
  test.for<[string, { remembered: Given, pinned: Given, served: Given }, { chosen: NetworkGenesis, trust: string, refused: boolean } | 'wrong-network']>([
    ['new, no relay', { remembered: none, pinned: none, served: none }, { chosen: builtIn, trust: 'built-in', refused: false }],
    ['new, the built-in one served', { remembered: none, pinned: none, served: builtIn }, { chosen: builtIn, trust: 'built-in', refused: false }],
    ['new, another one served', { remembered: none, pinned: none, served: one }, { chosen: one, trust: 'first-use', refused: false }],
    ['new, pinned and served', { remembered: none, pinned: one, served: one }, { chosen: one, trust: 'pinned', refused: false }],
    ['new, the built-in one pinned, no relay', { remembered: none, pinned: builtIn, served: none }, { chosen: builtIn, trust: 'pinned', refused: false }],
    ['new, the built-in one pinned, another one served', { remembered: none, pinned: builtIn, served: one }, { chosen: builtIn, trust: 'pinned', refused: true }],
    ['new, pinned, another one served', { remembered: none, pinned: one, served: two }, 'wrong-network'],
    ['new, pinned, no relay', { remembered: none, pinned: one, served: none }, 'wrong-network'],
    ['remembered, no relay', { remembered: one, pinned: none, served: none }, { chosen: one, trust: 'remembered', refused: false }],
    ['remembered and served', { remembered: one, pinned: none, served: one }, { chosen: one, trust: 'remembered', refused: false }],
    ['remembered, another one served', { remembered: one, pinned: none, served: two }, { chosen: one, trust: 'remembered', refused: true }],
    ['remembered and pinned, no relay', { remembered: one, pinned: one, served: none }, { chosen: one, trust: 'pinned', refused: false }],
    ['remembered and pinned, another one served', { remembered: one, pinned: one, served: two }, { chosen: one, trust: 'pinned', refused: true }],
    ['remembered, another one pinned and served', { remembered: one, pinned: two, served: two }, 'wrong-network'],
    ['remembered, another one pinned, no relay', { remembered: one, pinned: two, served: none }, 'wrong-network']
  ])('%s', ([, { remembered, pinned, served }, expected]) => {
    const choose = (): unknown => {
      const { chosen, trust, refused } = chooseNetwork({ remembered, pinned: pinned?.network, served })
      return { chosen, trust, refused: refused != null }
    }
    if (expected === 'wrong-network') expect(choose).toThrow(expect.objectContaining({ code: 'wrong-network' }))
    else expect(choose()).toEqual(expected)
  })
})
