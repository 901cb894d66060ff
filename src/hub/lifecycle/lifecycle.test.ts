import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLifecycle, type LifecycleEffect, type LifecycleInput, type LifeFacts, type LifeState } from './lifecycle.ts'

const rows: Readonly<Record<LifeState['lifecycle'], ReadonlyArray<LifeState['mode']>>> = {
  joining: ['unsynced'], 'catching-up': ['unsynced', 'sync'], babbling: ['synced', 'pacemaker'], leaving: ['unsynced'], shutdown: ['unsynced']
}
const facts = (changes: Partial<LifeFacts> = {}): LifecycleInput => ({ type: 'observed', facts: { links: 2, synced: false, comparing: false, ...changes } })
const plain = { isAttester: () => false, serving: false }

const anyInput: fc.Arbitrary<LifecycleInput> = fc.oneof(
  fc.record({
    type: fc.constant('observed' as const),
    facts: fc.record({ links: fc.nat(3), synced: fc.constantFrom(true, false, null), comparing: fc.boolean() })
  }),
  fc.record({ type: fc.constant('serve' as const), on: fc.boolean() }),
  fc.record({ type: fc.constant('leave' as const), alone: fc.nat(2) }),
  fc.constant({ type: 'handed-over' as const }),
  fc.constant({ type: 'gone' as const })
)

test('[L1] [L2] [L3] [L4] [L7] [L8] whatever happens, state and mode are a row of the table, and each change is one line with a cause', () => {
  const seen = new Set<string>()
  fc.assert(fc.property(fc.boolean(), fc.array(anyInput, { maxLength: 30 }), (isAttester, inputs) => {
    const life = createLifecycle({ isAttester: () => isAttester, serving: false })
    for (const input of inputs) {
      const before = life.state
      const effects = life.handle(input)
      const { lifecycle, mode, serving } = life.state
      seen.add(`${lifecycle} ${mode}`)
      expect(rows[lifecycle]).toContain(mode)
      const lines = effects.filter(({ type }) => type === 'changed')
      const isOther = before.lifecycle !== lifecycle || before.mode !== mode || before.serving !== serving
      expect(lines).toHaveLength(isOther ? 1 : 0)
      for (const line of lines) expect(line.type === 'changed' && line.sentence).toMatch(/: \S.*\.$/)
      if (input.type !== 'serve') expect(serving).toBe(before.serving)
      if (input.type !== 'observed' || lifecycle === 'leaving' || lifecycle === 'shutdown') continue
      expect(lifecycle === 'joining').toBe(input.facts.links === 0)
      if (lifecycle === 'joining') continue
      expect(lifecycle === 'babbling').toBe(input.facts.synced === true)
      if (lifecycle === 'babbling') expect(mode).toBe(isAttester ? 'pacemaker' : 'synced')
      else expect(mode).toBe(input.facts.comparing ? 'sync' : 'unsynced')
    }
  }), { seed: 8 })
  expect(seen.size, 'every row was met').toBe(7)
})

test('[L5] leaving has no way back, and is answered once', () => {
  const life = createLifecycle(plain)
  life.handle(facts({ synced: true }))
  expect(life.handle({ type: 'leave', alone: 0 }).map(({ type }) => type)).toEqual(['changed', 'say-goodbye'])
  expect(life.handle({ type: 'leave', alone: 0 })).toEqual([])
  expect(life.handle(facts({ synced: true }))).toEqual([])
  expect(life.state).toMatchObject({ lifecycle: 'leaving', mode: 'unsynced' })
  life.handle({ type: 'gone' })
  expect(life.handle(facts())).toEqual([])
  expect(life.handle({ type: 'leave', alone: 3 })).toEqual([])
  expect(life.state).toMatchObject({ lifecycle: 'shutdown' })
})

test('[L6] what only this hub holds is handed over before it says goodbye, where there is somebody to give it to', () => {
  const kindsOf = (effects: readonly LifecycleEffect[]): string[] => effects.map(({ type }) => type)
  const linked = createLifecycle(plain)
  linked.handle(facts())
  expect(kindsOf(linked.handle({ type: 'leave', alone: 2 }))).toEqual(['changed', 'hand-over'])
  expect(kindsOf(linked.handle({ type: 'handed-over' }))).toEqual(['say-goodbye'])
  expect(kindsOf(createLifecycle(plain).handle({ type: 'leave', alone: 2 }))).toEqual(['changed', 'say-goodbye'])
})

test('[L8] a line says where from, where to and why', () => {
  const life = createLifecycle({ isAttester: () => true, serving: false })
  const lines = [facts(), facts({ comparing: true }), facts({ synced: true }), facts({ links: 0 })].flatMap(input => life.handle(input))
  expect(lines.map(line => line.type === 'changed' ? line.sentence : line.type)).toEqual([
    'From joining to catching-up (unsynced): a hub is linked.',
    'From catching-up (unsynced) to catching-up (sync): messages are compared or fetched.',
    'From catching-up (sync) to babbling (pacemaker): it is equal with its neighbours, and one of the attesters of this network.',
    'From babbling (pacemaker) to joining: no hub is linked.'
  ])
})
