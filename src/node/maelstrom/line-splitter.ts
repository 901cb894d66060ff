/** Text that comes in pieces, cut into lines; a line without end does not fill the memory. */

/** Characters of a line: far above what a node sends (link.ts) or a client of Maelstrom asks. */
export const lineLengthMax = 4_194_304

/** `onLine` gets each line without its end. */
export function createLineSplitter (onLine: (line: string) => void, warn: (sentence: string) => void): (chunk: string) => void {
  let rest = ''
  let isDropping = false

  return (chunk) => {
    const pieces = chunk.split('\n')
    const last = pieces.pop() ?? ''
    for (const piece of pieces) {
      if (!isDropping && rest.length + piece.length <= lineLengthMax) onLine(rest + piece)
      else if (!isDropping) warn(`A line of more than ${lineLengthMax} characters is passed over.`)
      isDropping = false
      rest = ''
    }
    if (isDropping) return
    rest += last
    if (rest.length <= lineLengthMax) return
    warn(`A line of more than ${lineLengthMax} characters is passed over.`)
    isDropping = true
    rest = ''
  }
}
