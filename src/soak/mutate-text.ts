/** Sound texts made unsound: characters, cuts and repeats, and for JSON also its values, one of them replaced by one that people did not think of. */
import type { Random } from '../base/seeded-random.ts'

/** Characters of a text at most. */
export const inputLengthMax = 16_384

export function mutateText (sample: string, random: Random): string {
  let text = sample
  for (let left = 1 + random.below(3); left > 0; left -= 1) text = mutateOnce(text, random)
  return text.slice(0, inputLengthMax)
}

/** The JSON of `sample` with one to three of its values replaced, left out, doubled or put under another name; or with its text changed. */
export function mutateJson (sample: unknown, random: Random): string {
  if (random.chance(0.3)) return mutateText(JSON.stringify(sample), random)
  let value = sample
  for (let left = 1 + random.below(3); left > 0; left -= 1) value = replaceSomewhere(value, random)
  return JSON.stringify(value).slice(0, inputLengthMax)
}

/** What breaks readers: half of a surrogate pair, escapes, numbers past doubles, names of prototypes. */
const fragments = ['', '\0', '"', '\\', '%', '%ff', '&', '=', '+', '?', '/', '//', '/p2p/', ':', '[', '{', 'null', '-0', '1e999', '0x10', '\ud800', '\udfff', '\ufeff', 'é', '👋🏽',
  '__proto__', 'constructor', ' ', '\r\n', 'hub=', 'relay=', 'network=', 'channels=proxied']
const values: readonly unknown[] = [null, true, false, 0, -1, 1, 0.5, -0, 1e308, 2 ** 48, 2 ** 53, '', 'x', '0', '\ud800', '\0', '__proto__', [], {}, [[]], [null], ['a', 'a'],
  { length: 1 }, { toString: 1 }, { then: 1 }]

function mutateOnce (text: string, random: Random): string {
  const at = random.below(text.length + 1)
  switch (random.below(5)) {
    case 0: return text.slice(0, at) + random.pick(fragments) + text.slice(at)
    case 1: return text.slice(0, at) + text.slice(at + 1 + random.below(8))
    case 2: return text.slice(0, at) + String.fromCharCode(random.below(random.pick([128, 65_536]))) + text.slice(at + 1)
    case 3: return text.slice(0, at)
    default: {
      const part = text.slice(at, at + 1 + random.below(40))
      const times = random.chance(0.02) ? Math.floor(inputLengthMax / (part.length + 1)) : 1 + random.below(3)
      return text.slice(0, at) + part.repeat(times) + text.slice(at)
    }
  }
}

function replaceSomewhere (value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value == null || random.chance(0.1)) return anyValue(value, random)
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    const at = random.below(items.length + 1)
    const item = items[at]
    switch (random.below(3)) {
      case 0: return items.filter((_, index) => index !== at)
      case 1: return Array.from({ length: random.pick([2, 20, 400]) }, () => item).concat(items)
      default: return items.map((other, index) => index === at ? replaceSomewhere(other, random) : other)
    }
  }
  const entries: ReadonlyArray<[string, unknown]> = Object.entries(value)
  const at = random.below(entries.length + 1)
  return Object.fromEntries(entries.flatMap(([name, part], index): ReadonlyArray<[string, unknown]> => {
    if (index !== at) return [[name, part]]
    switch (random.below(5)) {
      case 0: return []
      case 1: return [[random.pick(fragments), part]]
      case 2: return [[name, part], [`${name}${random.pick(fragments)}`, part]]
      default: return [[name, replaceSomewhere(part, random)]]
    }
  }))
}

function anyValue (value: unknown, random: Random): unknown {
  if (typeof value === 'string' && random.chance(0.5)) return mutateText(value, random)
  if (typeof value === 'number' && random.chance(0.5)) return value + random.pick([-1, 1, 0.5, 2 ** 32])
  return random.pick(values)
}
