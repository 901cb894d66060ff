/** Hands the lines to the browser as a file to save: a line of JSON each. */
import { peerTail } from '../../design/format.ts'
import type { LogEvent } from '../../../worker/api.ts'
import { toJsonLines } from './log-kinds.ts'

export function exportLines (lines: readonly LogEvent[], peerId: string | null): void {
  const file = new Blob([toJsonLines(lines)], { type: 'application/x-ndjson' })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = `hubbub-log${peerId == null ? '' : `-${peerTail(peerId).slice(1)}`}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.jsonl`
  link.click()
  // The download has its own hold of the file by then.
  setTimeout(() => { URL.revokeObjectURL(link.href) }, 0)
}
