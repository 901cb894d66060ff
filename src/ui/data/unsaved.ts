/** Whether this page holds something that a reload would lose: text that is being written, or a publish that is not answered yet. */

const holders = new Set<() => boolean>()

/** Asks `isUnsaved` too, from now on. */
export function holdsUnsaved (isUnsaved: () => boolean): void {
  holders.add(isUnsaved)
}

/** Fields count as they stand: what is typed anywhere is somebody's text. */
export function isAnythingUnsaved (): boolean {
  if ([...holders].some(isUnsaved => isUnsaved())) return true
  return [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('textarea, input:not([type]), input[type=text]')].some(({ value }) => value.trim() !== '')
}
