/**
 * What is being written, by what it answers: kept over views, reloads and a hub that stops under the writer, in this browser and for this hub. Where the
 * browser keeps nothing, for this visit only.
 */

/** Drafts kept, the ones written last: nobody has more open thoughts. */
const draftsMax = 32
const storageKey = `hubbub/drafts/${new URLSearchParams(globalThis.location.search).get('hub') ?? ''}`
/** A new thread. */
const nothing = ''
let drafts = read()

export function keptDraft (answered: string | null): string {
  return drafts.get(answered ?? nothing) ?? ''
}

export function keepDraft (answered: string | null, text: string): void {
  drafts.delete(answered ?? nothing)
  if (text !== '') drafts.set(answered ?? nothing, text)
  drafts = new Map([...drafts].slice(-draftsMax))
  try {
    localStorage.setItem(storageKey, JSON.stringify([...drafts]))
  } catch (thrown) {
    // The browser keeps nothing for this page, or no more: the drafts hold until it is closed.
    if (!(thrown instanceof DOMException)) throw thrown
  }
}

function read (): Map<string, string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]')
    const pairs = Array.isArray(kept) ? kept.filter((pair): pair is [string, string] => Array.isArray(pair) && pair.length === 2 && pair.every(part => typeof part === 'string')) : []
    return new Map(pairs)
  } catch (thrown) {
    // Nothing is kept for this page, or something else wrote there: nothing is being written.
    if (thrown instanceof DOMException || thrown instanceof SyntaxError) return new Map()
    throw thrown
  }
}
