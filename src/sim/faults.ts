/** Lets the faults of a scenario happen at their times, and end. */
import type { Random } from '../base/seeded-random.ts'
import { sample } from './overlay.ts'
import type { Fault } from './scenario.ts'
import type { Link, Place, World } from './world.ts'

/** gossip/SPEC.md G20: a link over which nothing comes ends after this. */
const silentMs = 20_000
/** A hub of a churning network is away for so long. */
const churnAwayMs = 5_000

export function scheduleFault (fault: Fault, world: World, random: Random): void {
  const { time } = world
  const endMs = fault.atMs + (fault.type === 'crash' && fault.forMs === 'ever' ? 0 : fault.forMs as number)
  const honest = (): Place[] => world.places.filter(place => place.honest && place.hub != null)
  const links = (): Link[] => [...new Set(world.places.flatMap(({ links }) => [...links.values()]))]

  function begin (): void {
    switch (fault.type) {
      case 'partition': {
        for (const place of sample(world.places, fault.share, random)) place.side = 1
        const cut = links().filter(({ ends }) => ends[0].side !== ends[1].side)
        for (const link of cut) {
          if (fault.silent) silence(link, [0, 1])
          else world.unlink(link)
        }
        time.at(endMs, () => {
          for (const place of world.places) place.side = 0
          for (const link of cut) open(link)
        })
        return
      }
      case 'crash':
        for (const place of sample(honest(), fault.share, random)) {
          world.crash(place, fault.keepsData)
          if (fault.forMs !== 'ever') time.at(endMs, () => { void world.start(place) })
        }
        return
      case 'churn': {
        const next = (): void => {
          const there = honest()
          if (time.nowMs >= endMs || there.length < 2) return
          const place = random.pick(there)
          world.crash(place, fault.keepsData)
          time.at(time.nowMs + churnAwayMs, () => { void world.start(place) })
          time.at(time.nowMs + fault.everyMs, next)
        }
        next()
        return
      }
      case 'freeze':
        for (const place of sample(honest(), fault.share, random)) {
          world.freeze(place)
          if (fault.forMs > silentMs) time.at(time.nowMs + silentMs, () => { for (const link of [...place.links.values()]) world.unlink(link) })
          time.at(endMs, () => { world.thaw(place) })
        }
        return
      case 'one-way':
        for (const link of sample(links(), fault.share, random)) {
          silence(link, [random.below(2) as 0 | 1])
          time.at(endMs, () => { open(link) })
        }
        return
      case 'congestion':
        for (const link of sample(links(), fault.share, random)) {
          const side = random.below(2) as 0 | 1
          world.congest(link, side, true)
          time.at(endMs, () => { world.congest(link, side, false) })
        }
    }
  }

  function open (link: Link): void {
    link.setOpen(0, true)
    link.setOpen(1, true)
  }

  function silence (link: Link, sides: ReadonlyArray<0 | 1>): void {
    for (const side of sides) link.setOpen(side, false)
    time.at(time.nowMs + silentMs, () => { if (!link.isOpen(0) || !link.isOpen(1)) world.unlink(link) })
  }

  time.at(fault.atMs, begin)
}
