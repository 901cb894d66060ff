/** Whether this page holds text that a reload would lose. Fields count as they stand: what is typed anywhere is somebody's. */
export function isAnythingUnsaved (): boolean {
  return [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('textarea, input:not([type]), input[type=text]')].some(({ value }) => value.trim() !== '')
}
