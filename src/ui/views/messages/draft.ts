/** What is being written, kept while the page is open: it outlives another view being looked at, and a hub that stops under the writer. */

let draft = ''

export function keptDraft (): string {
  return draft
}

export function keepDraft (text: string): void {
  draft = text
}
