/** Many hubs at once: what the rules of membership make of a crowd, a line, halves, and tabs that close, in virtual time. */
import { describe, expect, test } from 'vitest'
import { createRandom } from '../base/seeded-random.ts'
import { createMesh, type Mesh, type MeshHub } from './fixtures/membership-mesh.ts'
import { defaultMembershipConfig } from './membership-config.ts'

const { linksWanted, linksMax, guestsMax } = defaultMembershipConfig
const seeds = [1, 2, 3]
const namesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `hub-${index * 7919 % 997}`)
const degrees = (mesh: Mesh): number[] => [...mesh.hubs.values()].map(({ links }) => links.size)
const sum = (mesh: Mesh, count: keyof MeshHub['counts']): number => [...mesh.hubs.values()].reduce((total, { counts }) => total + counts[count], 0)

/** Hubs that joined through a relay, and are at rest. */
function settled (seed: number, count: number): { readonly mesh: Mesh, readonly names: string[] } {
  const mesh = createMesh(seed)
  const names = namesOf(count)
  for (const name of names) mesh.add(name)
  mesh.run(15_000)
  return { mesh, names }
}

/** Runs on, and looks at the mesh every half second. */
function watch (mesh: Mesh, ms: number, look: () => void): void {
  for (let passed = 0; passed < ms; passed += 500) {
    mesh.run(500)
    look()
  }
}

/** Links `names` in a line, and nobody else. */
function line (mesh: Mesh, names: readonly string[]): void {
  mesh.relay(false)
  for (const name of names) mesh.add(name)
  for (const [index, name] of names.slice(1).entries()) mesh.link(names[index]!, name)
}

describe('a crowd that joins through a relay', () => {
  test.each(seeds)('[V1] [V5] ten hubs have their links in 5 s, with hardly a dial too many (seed %i)', (seed) => {
    const mesh = createMesh(seed)
    for (const name of namesOf(10)) mesh.add(name)
    mesh.run(5_000)
    expect(mesh.parts()).toHaveLength(1)
    expect(Math.min(...degrees(mesh))).toBeGreaterThanOrEqual(linksWanted - 1)
    expect(Math.max(...degrees(mesh))).toBeLessThanOrEqual(linksMax + 1)
    expect(sum(mesh, 'failed')).toBe(0)
    const links = degrees(mesh).reduce((total, degree) => total + degree, 0) / 2
    expect(sum(mesh, 'dials')).toBeLessThanOrEqual(links * 1.5)
  })

  test.each(seeds)('[V3] [V11] forty that come one after another are let in, and soon one mesh (seed %i)', (seed) => {
    const mesh = createMesh(seed)
    const random = createRandom(seed)
    for (const name of namesOf(40)) {
      const newcomer = mesh.add(name)
      mesh.run(random.below(300))
      expect(newcomer.membership.linked().length).toBe(newcomer.links.size)
    }
    watch(mesh, 10_000, () => { expect(Math.max(...degrees(mesh))).toBeLessThanOrEqual(linksMax + guestsMax) })
    expect(mesh.parts()).toHaveLength(1)
    expect(Math.min(...degrees(mesh))).toBeGreaterThanOrEqual(3)
  })

  test('[V9] [V10] at rest it stays one mesh, with the links wanted, for the price of a swap or two a minute and hub', () => {
    const { mesh } = settled(9, 30)
    const before = sum(mesh, 'dials')
    let looks = 0
    watch(mesh, 180_000, () => {
      looks += 1
      expect(mesh.parts()).toHaveLength(1)
    })
    expect(looks).toBe(360)
    expect(sum(mesh, 'parted')).toBeGreaterThan(30)
    expect(sum(mesh, 'dials') - before).toBeLessThan(30 * 3 * 2)
    expect(degrees(mesh).filter(degree => degree >= linksWanted - 1 && degree <= linksWanted + 1).length).toBeGreaterThanOrEqual(27)
  })
})

describe('without any server', () => {
  test.each(seeds)('[V8] [V12] five in a line become a mesh of all by introductions alone (seed %i)', (seed) => {
    const mesh = createMesh(seed)
    line(mesh, namesOf(5))
    mesh.run(15_000)
    expect(degrees(mesh)).toEqual([4, 4, 4, 4, 4])
    // Who dials before an announcement names an introducer waits for the next one; nobody dials in vain.
    expect(sum(mesh, 'failed')).toBe(0)
  })

  test.each(seeds)('[V8] thirty in a line become a mesh of short ways (seed %i)', (seed) => {
    const mesh = createMesh(seed)
    line(mesh, namesOf(30))
    mesh.run(60_000)
    expect(mesh.parts()).toHaveLength(1)
    expect(degrees(mesh).filter(degree => degree >= linksWanted - 1).length).toBeGreaterThanOrEqual(28)
  })

  test.each(seeds)('[V8] a hub that lost all links but one gets others (seed %i)', (seed) => {
    const { mesh, names } = settled(seed, 12)
    mesh.relay(false)
    const poor = mesh.hubs.get(names[3] as never)!
    for (const other of [...poor.links].slice(1)) mesh.unlink(poor.peer, other)
    expect(poor.links.size).toBe(1)
    mesh.run(10_000)
    expect(poor.links.size).toBeGreaterThanOrEqual(linksWanted - 1)
  })

  test.each(seeds)('[V9] a third of the tabs close at once, and the rest is one mesh (seed %i)', (seed) => {
    const { mesh, names } = settled(seed, 30)
    mesh.relay(false)
    for (const name of names.filter((_, index) => index % 3 === 0)) mesh.close(name)
    mesh.run(20_000)
    expect(mesh.parts()).toHaveLength(1)
    expect(Math.min(...degrees(mesh))).toBeGreaterThanOrEqual(linksWanted - 2)
  })
})

describe('full cliques', () => {
  test.each(seeds)('[V10] [V11] two of eight hubs, each with its links, find each other through a relay (seed %i)', (seed) => {
    const mesh = createMesh(seed)
    mesh.relay(false)
    const names = namesOf(16)
    for (const name of names) mesh.add(name)
    for (const half of [names.slice(0, 8), names.slice(8)]) {
      for (const [index, one] of half.entries()) for (const other of half.slice(index + 1)) mesh.link(one, other)
    }
    expect(mesh.parts().map(part => part.length)).toEqual([8, 8])
    mesh.relay(true)
    mesh.run(120_000)
    watch(mesh, 60_000, () => { expect(mesh.parts()).toHaveLength(1) })
  })

  test.each(seeds)('[V3] one that comes late finds a place where everybody has all links, and makes room spread (seed %i)', (seed) => {
    const mesh = createMesh(seed)
    mesh.relay(false)
    const names = namesOf(9)
    for (const name of names) mesh.add(name)
    for (const [index, one] of names.entries()) for (const other of names.slice(index + 1)) mesh.link(one, other)
    expect(degrees(mesh).every(degree => degree === linksMax)).toBe(true)
    mesh.relay(true)
    const late = mesh.add('hub-late')
    mesh.run(5_000)
    expect(late.links.size).toBeGreaterThanOrEqual(1)
    mesh.run(60_000)
    expect(late.links.size).toBeGreaterThanOrEqual(3)
    expect(mesh.parts()).toHaveLength(1)
    expect(Math.max(...degrees(mesh))).toBeLessThanOrEqual(linksMax)
  })
})
