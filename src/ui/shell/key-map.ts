/**
 * Which keys do what, and how a press is understood. Pure: commands are names, and what they do is whoever registered for them
 * (commands.ts). Single keys rest while somebody types, and can be turned off; those with Ctrl or ⌘ always work.
 */

export const commands = {
  palette: { keys: ['Ctrl K'], words: 'Find or do' },
  network: { keys: ['G N'], words: 'Network' },
  messages: { keys: ['G M'], words: 'Messages' },
  sync: { keys: ['G S'], words: 'Sync' },
  log: { keys: ['G L'], words: 'Log' },
  settings: { keys: ['G E'], words: 'Settings' },
  filter: { keys: ['/'], words: 'Filter what is shown' },
  next: { keys: ['J', '↓'], words: 'Next row' },
  previous: { keys: ['K', '↑'], words: 'Row before' },
  inspect: { keys: ['Enter'], words: 'Inspect the selected row' },
  reply: { keys: ['R'], words: 'Write, or answer what is selected' },
  close: { keys: ['Esc'], words: 'Close the inspector' },
  back: { keys: ['['], words: 'Back in the inspector' },
  forward: { keys: [']'], words: 'Forward in the inspector' },
  why: { keys: ['W'], words: 'Why not connected?' },
  'sync-now': { keys: ['S'], words: 'Sync now' },
  picture: { keys: ['V'], words: 'Graph or matrix' },
  'copy-link': { keys: ['Y'], words: 'Copy a link to this view' },
  keys: { keys: ['?'], words: 'All keys' }
} as const satisfies Readonly<Record<string, { readonly keys: readonly string[], readonly words: string }>>

export type Command = keyof typeof commands
export const commandNames = Object.keys(commands) as Command[]

export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  /** Whether it goes to a field in which it means a letter or a move of the cursor. */
  readonly typing: boolean
  readonly atMs: number
}

export interface KeyReader {
  /** The command that this press completes; null: none. `singleKeys` false: only those with Ctrl or ⌘. */
  press: (press: KeyPress, singleKeys: boolean) => Command | null
}

/** Between `G` and the letter after it, in ms. Guess: slower than that is two thoughts. */
const sequenceMs = 1_500
const sequenceStart = 'G'

const shown: Readonly<Record<string, string | undefined>> = { ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc' }
const byKeys = new Map<string, Command>(commandNames.flatMap(command => commands[command].keys.map(keys => [keys, command] as const)))

export function createKeyReader (): KeyReader {
  let startedAtMs = -Infinity
  return {
    press ({ key, ctrlKey, metaKey, altKey, typing, atMs }, singleKeys) {
      const letter = shown[key] ?? (key.length === 1 ? key.toUpperCase() : key)
      if (ctrlKey || metaKey) return altKey ? null : byKeys.get(`Ctrl ${letter}`) ?? null
      if (altKey || typing) return null
      if (!singleKeys) return letter === 'Esc' ? 'close' : null
      const inSequence = atMs - startedAtMs < sequenceMs
      startedAtMs = letter === sequenceStart && !inSequence ? atMs : -Infinity
      if (letter === sequenceStart) return null
      return byKeys.get(inSequence ? `${sequenceStart} ${letter}` : letter) ?? null
    }
  }
}
