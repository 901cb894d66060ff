/** The real world of a Maelstrom test: every node a process that speaks lines, as Maelstrom itself starts them. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { platformTimer } from '../../base/timer.ts'
import { createLineSplitter } from '../../node/maelstrom/line-splitter.ts'
import type { MaelstromWorld } from './world.ts'

export interface ProcessWorldOptions {
  /** The executable of a node. */
  readonly bin: string
  readonly environment: Readonly<Record<string, string>>
  /** What nodes write to their standard error. */
  readonly onLog?: (node: string, line: string) => void
}

/** A node that does not end when its input does is killed after this. */
const endTimeoutMs = 5_000

export function createProcessWorld ({ bin, environment, onLog }: ProcessWorldOptions): MaelstromWorld {
  const startedMs = performance.now()
  const processes: ChildProcessWithoutNullStreams[] = []
  const troubles: string[] = []
  let isStopping = false

  return {
    nowMs: () => performance.now() - startedMs,
    timer: platformTimer,
    startNode (id, onLine) {
      const node = spawn(bin, [], { env: { ...process.env, ...environment } })
      processes.push(node)
      const warn = (sentence: string): void => { troubles.push(`${id}: ${sentence}`) }
      const split = createLineSplitter(onLine, warn)
      const splitLog = createLineSplitter((line) => { onLog?.(id, line) }, warn)
      node.stdout.setEncoding('utf8').on('data', split)
      node.stderr.setEncoding('utf8').on('data', splitLog)
      node.on('error', ({ message }) => { troubles.push(`${id} could not be started: ${message}`) })
      node.on('exit', (code, signal) => { if (!isStopping) troubles.push(`${id} ended by itself (${signal ?? code ?? 'without a code'}).`) })
      node.stdin.on('error', ({ message }) => { if (!isStopping) troubles.push(`${id} takes no lines: ${message}`) })
      return { send: (line) => { node.stdin.write(`${line}\n`) } }
    },
    done: async work => work,
    troubles: () => troubles,
    async stop () {
      isStopping = true
      await Promise.all(processes.map(async node => new Promise<void>((resolve) => {
        if (node.exitCode != null || node.signalCode != null || node.pid == null) { resolve(); return }
        const late = setTimeout(() => { node.kill('SIGKILL') }, endTimeoutMs)
        node.on('exit', () => {
          clearTimeout(late)
          resolve()
        })
        node.stdin.end()
      })))
    }
  }
}
