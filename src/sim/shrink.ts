/** Makes a failing run small: fewer hubs, fewer messages, fewer faults, for as long as it still fails. */
import type { Scenario } from './scenario.ts'
import { vary, type Variation } from './vary.ts'

/** Runs that are tried. Each smaller one is cheaper, so this is minutes at worst. */
const triesMax = 100
const hubsMin = 3

/** The smallest variation found for which `fails` holds; it holds for `variation`. */
export async function shrink (scenario: Scenario, variation: Variation, fails: (variation: Variation) => Promise<boolean>): Promise<Variation> {
  let smallest = variation
  let tries = 0
  for (let shrunk = true; shrunk;) {
    shrunk = false
    for (const candidate of smallerThan(scenario, smallest)) {
      if (tries >= triesMax) return smallest
      tries += 1
      if (!await fails(candidate)) continue
      smallest = candidate
      shrunk = true
      break
    }
  }
  return smallest
}

/** One step smaller, the greatest steps first. */
function* smallerThan (scenario: Scenario, variation: Variation): Iterable<Variation> {
  const { hubs, messages, history } = vary(scenario, variation)
  const { without = [] } = variation
  for (let index = 0; index < scenario.faults.length + scenario.hostile.length; index += 1) {
    if (!without.includes(index)) yield { ...variation, without: [...without, index] }
  }
  for (const part of [0.25, 0.5, 0.75, 0.9]) {
    const fewer = Math.max(hubsMin, Math.floor(hubs * part))
    if (fewer < hubs) yield { ...variation, hubs: fewer }
  }
  for (const part of [0.25, 0.5, 0.75, 0.9]) {
    const fewer = Math.max(1, Math.floor(messages * part))
    if (fewer < messages) yield { ...variation, messages: fewer }
  }
  for (const part of [0.1, 0.25, 0.5, 0.75, 0.9]) {
    const fewer = Math.max(1, Math.floor((history?.messages ?? 1) * part))
    if (history != null && fewer < history.messages) yield { ...variation, history: fewer }
  }
}
