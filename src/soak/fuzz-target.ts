/** What a fuzz target is: a maker of inputs, and a judge of what a decoder says to them. It knows no decoder. */
import { isDeepStrictEqual } from 'node:util'
import { HubError } from '../base/errors.ts'
import { mutateBytes, randomBytes } from './mutate-bytes.ts'
import { mutateJson, mutateText } from './mutate-text.ts'
import type { Random } from '../base/seeded-random.ts'

export interface FuzzTarget {
  readonly name: string
  readonly make: (random: Random) => FuzzInput
}

export interface FuzzInput {
  /** The input, for whoever reads of a failure: hex, or JSON of a text. */
  readonly shown: () => string
  /** Decodes it: `accepted`, or the code of the rejection. Throws when the decoder breaks a promise. May be called again. */
  readonly judge: () => string
}

export const accepted = 'accepted'

/** Shares of the inputs that are sound as they are, and nothing but noise; the rest is changed samples. */
const soundShare = 0.05
const noiseShare = 0.1
/** Of changed samples that have a checksum or hash over their parts, so many get it put right: the checks behind it are to be reached too. */
const repairShare = 0.5

export interface BytesTarget {
  readonly name: string
  readonly samples: readonly Uint8Array[]
  readonly judge: (bytes: Uint8Array) => string
  /** Puts right what the changes have broken and the decoder checks first. */
  readonly repair?: (bytes: Uint8Array) => Uint8Array
}

export function bytesTarget ({ name, samples, judge, repair }: BytesTarget): FuzzTarget {
  return {
    name,
    make (random) {
      const share = random.next() / 2 ** 32
      const changed = share < soundShare ? random.pick(samples)
        : share < soundShare + noiseShare ? randomBytes(random) : mutateBytes(random.pick(samples), samples, random)
      const made = repair != null && random.chance(repairShare) ? repair(changed) : changed
      // Somewhere in a larger buffer, as bytes are that come from a stream.
      const bytes = new Uint8Array(made.length + 3).fill(0x5a).subarray(1, made.length + 1)
      bytes.set(made)
      return {
        shown: () => Buffer.from(made).toString('hex'),
        judge () {
          const outcome = judge(bytes)
          if (Buffer.compare(bytes, made) !== 0) throw new Error('The decoder changed the bytes that it read.')
          return outcome
        }
      }
    }
  }
}

export interface TextTarget {
  readonly name: string
  readonly samples: readonly string[]
  readonly judge: (text: string) => string
}

export function textTarget ({ name, samples, judge }: TextTarget): FuzzTarget {
  return {
    name,
    make (random) {
      const sample = random.pick(samples)
      const text = random.chance(soundShare) ? sample : mutateText(sample, random)
      return { shown: () => JSON.stringify(text), judge: () => judge(text) }
    }
  }
}

export interface JsonTarget {
  readonly name: string
  readonly samples: readonly unknown[]
  /** Gets what was parsed. */
  readonly judge: (value: unknown) => string
}

export function jsonTarget ({ name, samples, judge }: JsonTarget): FuzzTarget {
  return {
    name,
    make (random) {
      const sample = random.pick(samples)
      const text = random.chance(soundShare) ? JSON.stringify(sample) : mutateJson(sample, random)
      const value = parse(text)
      return { shown: () => JSON.stringify(text), judge: () => value == null ? 'not-json' : judge(value.parsed) }
    }
  }
}

/** The code of an answer that is a value; throws when it is none of `codes`, the ones that the decoder's documentation names. */
export function rejection (code: string, codes: readonly string[]): string {
  if (!codes.includes(code)) throw new Error(`Rejected with the undocumented code ${JSON.stringify(code)}.`)
  return code
}

/** Runs a decoder that is documented to throw a HubError with one of `codes`, and nothing else. */
export function orThrows (codes: readonly string[], decode: () => void): string {
  try {
    decode()
    return accepted
  } catch (thrown) {
    if (!(thrown instanceof HubError)) throw thrown
    return rejection(thrown.code, codes)
  }
}

/** Throws unless both are the same, all the way down. `what` names what should have come back. */
export function same (what: string, given: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(given, wanted)) throw new Error(`${what} did not come back as it was.`)
}

/** As `same`, for bytes of any kind of array. */
export function sameBytes (what: string, given: Uint8Array, wanted: Uint8Array): void {
  if (Buffer.compare(given, wanted) !== 0) throw new Error(`${what} did not come back as it was.`)
}

function parse (text: string): { readonly parsed: unknown } | undefined {
  try {
    return { parsed: JSON.parse(text) as unknown }
  } catch {
    return undefined // Not JSON: whoever reads such texts parses them first, and tells that apart.
  }
}
