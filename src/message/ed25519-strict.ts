/**
 * What a key and a signature must look like before any library sees them (SPEC.md M31 to M33). RFC 8032 leaves room, and libraries use it
 * differently: some take padded coordinates, some take points of small order, some check one equation and some another.
 * After these checks they all give the same answer, which they must: whether a message is in the set cannot depend on the browser.
 */

const scalarAndPointBytes = 32

/** The field's prime, 2²⁵⁵ − 19, little-endian. */
const prime = littleEndian(2n ** 255n - 19n)
/** The order of the base point. */
const order = littleEndian(2n ** 252n + 27742317777372353535851937790883648493n)
/** The y coordinates of the eight points of small order, little-endian: orders 4, 1, 2, and twice 8. Each stands for both signs of x. */
const smallOrder = [
  0n,
  1n,
  2n ** 255n - 20n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n
].map(littleEndian)

/** Whether 32 bytes are a key that verification may start with: y reduced, and not of small order. It may still lie off the curve. */
export function isStrictKey (key: Uint8Array): boolean {
  return isStrictPoint(key)
}

/** Whether 64 bytes are a signature that verification may start with: R as strict as a key, S reduced. */
export function isStrictSignature (signature: Uint8Array): boolean {
  return signature.byteLength === 2 * scalarAndPointBytes &&
    isStrictPoint(signature.subarray(0, scalarAndPointBytes)) &&
    isBelow(signature.subarray(scalarAndPointBytes), order)
}

function isStrictPoint (point: Uint8Array): boolean {
  if (point.byteLength !== scalarAndPointBytes) return false
  const y = Uint8Array.from(point)
  y[scalarAndPointBytes - 1] = (y[scalarAndPointBytes - 1] ?? 0) & 0x7f // The top bit is the sign of x.
  return isBelow(y, prime) && !smallOrder.some(small => small.every((byte, index) => byte === y[index]))
}

/** Little-endian comparison of equally long numbers. */
function isBelow (number: Uint8Array, bound: Uint8Array): boolean {
  for (let index = number.byteLength - 1; index >= 0; index--) {
    const difference = (number[index] ?? 0) - (bound[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

function littleEndian (number: bigint): Uint8Array {
  return Uint8Array.from({ length: scalarAndPointBytes }, (_, index) => Number(number >> BigInt(8 * index) & 0xffn))
}
