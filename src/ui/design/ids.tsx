/** Keys and hashes as people tell them apart: the few characters that differ. The whole one is in the title, for whoever needs it. */
import { keyEnds, keyHead } from './format.ts'

/** A key or hash, by its head or, where there is room, both ends. */
export function KeyName ({ hex, long = false }: { hex: string, long?: boolean }) {
  return <code title={hex}>{long ? keyEnds(hex) : keyHead(hex)}</code>
}
