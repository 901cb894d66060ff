/**
 * What a person chose for this page in this browser: theme, single keys, whether the guide was put away. Kept in localStorage,
 * and for this visit only where the browser keeps nothing. No state of the hub.
 */
import { useSyncExternalStore } from 'react'

export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark'
  readonly singleKeys: boolean
  readonly guideHidden: boolean
}

const storageKey = 'hubbub/preferences'
const defaults: Preferences = { theme: 'system', singleKeys: true, guideHidden: false }
const listeners = new Set<() => void>()
let preferences = read()

/** `?theme=light` or `?theme=dark` in the address goes before what was chosen: for pictures and tests. */
export function applyTheme (): void {
  const asked = new URLSearchParams(location.search).get('theme')
  const theme = asked === 'light' || asked === 'dark' ? asked : preferences.theme
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

export function prefer (changes: Partial<Preferences>): void {
  preferences = { ...preferences, ...changes }
  try {
    localStorage.setItem(storageKey, JSON.stringify(preferences))
  } catch (thrown) {
    // The browser keeps nothing for this page, or no more: the choice holds until it is closed.
    if (!(thrown instanceof DOMException)) throw thrown
  }
  applyTheme()
  for (const listener of listeners) listener()
}

export function currentPreferences (): Preferences {
  return preferences
}

export function usePreferences (): Preferences {
  return useSyncExternalStore(subscribe, currentPreferences)
}

function subscribe (listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function read (): Preferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}')
    return typeof kept === 'object' ? { ...defaults, ...kept } : defaults
  } catch (thrown) {
    // Nothing is kept for this page, or something else wrote there: the page starts as for everybody.
    if (thrown instanceof DOMException || thrown instanceof SyntaxError || thrown instanceof ReferenceError) return defaults
    throw thrown
  }
}
