/**
 * Cuts a stream of bytes into lines, in bounded memory: of a line that is too long only its number is kept. It knows nothing of what a line says.
 */

export interface Line {
  /** From 1, blank lines counted. */
  readonly number: number
  /** Without its line feed; undefined when it is longer than `lineBytesMax`. */
  readonly bytes: Uint8Array | undefined
}

/**
 * Bytes of one line. JSON can write a byte of text as six (`\u0001`), so the longest post (8,000 bytes) takes 48,000, and the rest is room for the other
 * fields. Larger: a file without line feeds would take as much memory.
 */
export const lineBytesMax = 65_536

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** The lines of `chunks`; the last one may lack its line feed. Empty ones are passed over. */
export async function* linesOf (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 1
  /** The beginning of the line that goes on in the next chunk; at most `lineBytesMax` bytes. */
  let parts: Uint8Array[] = []
  let size = 0

  const take = (part: Uint8Array): void => {
    size += part.byteLength
    if (size > lineBytesMax) parts = []
    else if (part.byteLength > 0) parts.push(part)
  }
  const finish = (): Line => {
    const line = { number, bytes: size > lineBytesMax ? undefined : parts.length === 1 && parts[0] != null ? parts[0] : Buffer.concat(parts) }
    number += 1
    parts = []
    size = 0
    return line
  }

  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      take(chunk.subarray(start, end))
      start = end + 1
      const isBlank = size === 0 || (size === 1 && parts[0]?.[0] === carriageReturn)
      const line = finish()
      if (!isBlank) yield line
    }
    // A copy, because what is left of a chunk would keep all of it.
    take(chunk.slice(start))
  }
  if (size > 0) yield finish()
}
