/** Small signed numbers as bytes: zigzag varints of 32 bits. Total: bytes that are not exactly that give undefined. */

/** A varint of 32 bits has at most these. */
export const numberBytesMax = 5

/** Writes `number` at `at`; where the next one goes. */
export function writeNumber (target: Uint8Array, at: number, number: number): number {
  let rest = (number << 1 ^ number >> 31) >>> 0
  let next = at
  for (; rest > 127; rest >>>= 7) target[next++] = rest | 128
  target[next++] = rest
  return next
}

export function writeNumbers (numbers: Int32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(numbers.length * numberBytesMax)
  let at = 0
  for (const number of numbers) at = writeNumber(bytes, at, number)
  return bytes.slice(0, at)
}

/** Exactly `count` numbers that fill `bytes`. */
export function readNumbers (bytes: Uint8Array, count: number): Int32Array | undefined {
  const numbers = new Int32Array(count)
  const reader = createNumberReader(bytes)
  for (let index = 0; index < count; index++) numbers[index] = reader.read()
  return reader.at === bytes.length ? numbers : undefined
}

/** Reads numbers one after another; past the end, or after one of more than five bytes, it stands at Infinity and reads zeros. */
export interface NumberReader {
  at: number
  read (): number
}

export function createNumberReader (bytes: Uint8Array): NumberReader {
  const reader: NumberReader = {
    at: 0,
    read () {
      let number = 0
      for (let shift = 0; shift < numberBytesMax * 7; shift += 7) {
        const byte = bytes[reader.at++]
        if (byte === undefined) break
        number |= (byte & 127) << shift
        if (byte < 128) return number >>> 1 ^ -(number & 1)
      }
      reader.at = Infinity
      return 0
    }
  }
  return reader
}
