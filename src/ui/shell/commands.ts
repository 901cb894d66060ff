/**
 * Who carries out a command at the moment: the frame for what works everywhere, the view in sight for the rest. The latest to
 * register wins, and gives the command back when it goes.
 */
import { createContext, use, useEffect, useEffectEvent } from 'react'
import type { Command } from './key-map.ts'

export interface Commands {
  /** Returns how to take it back. */
  register: (command: Command, run: () => void) => () => void
  isOffered: (command: Command) => boolean
  /** Whether anyone was there to carry it out. */
  run: (command: Command) => boolean
}

export function createCommands (): Commands {
  const runners = new Map<Command, Array<() => void>>()
  return {
    register (command, run) {
      runners.set(command, [...runners.get(command) ?? [], run])
      return () => { runners.set(command, (runners.get(command) ?? []).filter(other => other !== run)) }
    },
    isOffered: command => (runners.get(command)?.length ?? 0) > 0,
    run (command) {
      const run = runners.get(command)?.at(-1)
      run?.()
      return run != null
    }
  }
}

export const CommandsContext = createContext<Commands | null>(null)

export function useCommands (): Commands {
  const commands = use(CommandsContext)
  if (commands == null) throw new Error('useCommands is called outside of the page\'s frame.')
  return commands
}

/** Carries out a command while this component is there; `run` null: not at the moment. */
export function useCommand (command: Command, run: (() => void) | null): void {
  const commands = useCommands()
  const runLatest = useEffectEvent(() => { run?.() })
  const offered = run != null
  useEffect(() => offered ? commands.register(command, () => { runLatest() }) : undefined, [commands, command, offered])
}
