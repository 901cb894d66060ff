/** Lets the faults of a scenario happen at their times, and end. */
import type { Random } from '../base/seeded-random.ts'
import { sample } from './overlay.ts'
import type { Fault } from './scenario.ts'
import type { Link, Place, World } from './world.ts'

/** gossip/SPEC.md G20: a link over which nothing comes ends after this. */
const silentMs = 20_000
/** A hub of a churning network is away for so long. */
const churnAwayMs = 5_000

/** `comeBack` starts a hub that crashed, and links it. */
export function scheduleFault (fault: Fault, world: World, random: Random, comeBack: (place: Place) => void): void {
  const endMs = fault.atMs + (fault.type === 'crash' && fault.forMs === 'ever' ? 0 : fault.forMs as number)
  const honest = (): Place[] => world.places.filter(place => place.honest && place.hub != null)
  const links = (): Link[] => [...new Set(world.places.flatMap(({ links }) => [...links.values()]))]

  function begin (): void {
    switch (fault.type) {
      case 'partition': {
        for (const place of sample(world.places, fault.share, random)) place.side = 1
        const cut = links().filter(({ one, other }) => one.side !== other.side)
        for (const link of cut) {
          if (fault.silent) silence(link, [0, 1])
          else world.unlink(link)
        }
        world.at(endMs, () => {
          for (const place of world.places) place.side = 0
          for (const link of cut) link.open.fill(true)
        })
        return
      }
      case 'crash':
        for (const place of sample(honest(), fault.share, random)) {
          world.crash(place, fault.keepsData)
          if (fault.forMs !== 'ever') world.at(endMs, () => { comeBack(place) })
        }
        return
      case 'churn': {
        const next = (): void => {
          const there = honest()
          if (world.nowMs >= endMs || there.length < 2) return
          const place = random.pick(there)
          world.crash(place, fault.keepsData)
          world.at(world.nowMs + churnAwayMs, () => { comeBack(place) })
          world.at(world.nowMs + fault.everyMs, next)
        }
        next()
        return
      }
      case 'freeze':
        for (const place of sample(honest(), fault.share, random)) {
          world.freeze(place)
          if (fault.forMs > silentMs) world.at(world.nowMs + silentMs, () => { for (const link of [...place.links.values()]) world.unlink(link) })
          world.at(endMs, () => { world.thaw(place) })
        }
        return
      case 'one-way':
        for (const link of sample(links(), fault.share, random)) {
          silence(link, [random.below(2) as 0 | 1])
          world.at(endMs, () => { link.open.fill(true) })
        }
        return
      case 'congestion':
        for (const link of sample(links(), fault.share, random)) {
          const side = random.below(2) as 0 | 1
          world.congest(link, side, true)
          world.at(endMs, () => { world.congest(link, side, false) })
        }
    }
  }

  function silence (link: Link, sides: ReadonlyArray<0 | 1>): void {
    for (const side of sides) link.open[side] = false
    world.at(world.nowMs + silentMs, () => { if (!link.open[0] || !link.open[1]) world.unlink(link) })
  }

  world.at(fault.atMs, begin)
}
