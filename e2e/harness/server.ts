/**
 * The start command as a real child process: what it prints, how it ends. One process (tsx as a loader, not as a wrapper that
 * would survive it), so that a SIGKILL kills the relay itself.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { waitUntil, within } from './deadline.ts'

export interface ServerOptions {
  /** @default 0, any free one */
  readonly port?: number
  /** A data folder to keep (the same relay after a restart). Without it: a fresh one, removed at the end. */
  readonly data?: string
  /** More options of the command, such as `--no-hub`. */
  readonly options?: readonly string[]
}

export interface HubServer {
  /** As it printed it: `http://localhost:PORT`, unless it was told another one. */
  readonly address: string
  readonly port: number
  readonly data: string
  readonly pid: number
  /** Ends it as a person does; resolves when it is gone. */
  stop (): Promise<void>
  /** Ends it as a power cut does. */
  kill (): Promise<void>
  /** All that it wrote, the newest part. */
  readonly output: () => string
  /** The structured part of what it wrote: one entry a line of its log, the newest ones. */
  logged (): ReadonlyArray<Readonly<Record<string, unknown>>>
}

const projectFolder = fileURLToPath(new URL('../..', import.meta.url))

/** The page is built before any test starts, so this is loading and binding alone; a busy machine takes several seconds. */
const startTimeoutMs = 30_000
const stopTimeoutMs = 10_000
/** Output kept a process, in characters: enough for the last words of a crash. */
const outputCharactersMax = 256 * 1024

export async function startServer (options: ServerOptions = {}): Promise<HubServer> {
  const data = options.data ?? await mkdtemp(join(tmpdir(), 'hubbub-data-'))
  const run = runStart(['--port', String(options.port ?? 0), '--data', data, ...options.options ?? []])
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    await endChild(run.child, signal)
    if (options.data == null) await rm(data, { recursive: true, force: true })
  }
  try {
    const address = await waitUntil({ what: 'the start command to print its address', timeoutMs: startTimeoutMs, evidence: async () => run.output() },
      () => /Hubbub is at (http:\/\/\S+)/.exec(run.stdout())?.[1] ?? (hasEnded(run.child) && 'none'))
    if (address === 'none') throw new Error(`The start command ended with ${String(run.child.exitCode)}:\n${run.output()}`)
    return { address, port: Number(new URL(address).port), data, pid: run.child.pid ?? 0, output: run.output, logged: () => logEntries(run.stderr()), stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }
  } catch (thrown) {
    await end('SIGKILL')
    throw thrown
  }
}

type Child = ChildProcessByStdio<null, Readable, Readable>
interface Run { readonly child: Child, stdout: () => string, stderr: () => string, output: () => string }

function runStart (commandArguments: readonly string[]): Run {
  const environment = { ...process.env, PORT: undefined, NODE_ENV: undefined, VITEST: undefined }
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/node/start.ts', ...commandArguments],
    { cwd: projectFolder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => { texts[name] = (texts[name] + text).slice(-outputCharactersMax) })
  }
  return { child, stdout: () => texts.stdout, stderr: () => texts.stderr, output: () => texts.stdout + texts.stderr }
}

async function endChild (child: Child, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.kill(signal)
  try {
    await within(stopTimeoutMs, ended)
  } catch (thrown) {
    child.kill('SIGKILL')
    throw new Error(`The start command did not end within ${stopTimeoutMs} ms of ${signal}.`, { cause: thrown })
  }
}

function logEntries (text: string): Array<Record<string, unknown>> {
  return text.split('\n').filter(line => line.startsWith('{') && line.endsWith('}')).map(line => JSON.parse(line) as Record<string, unknown>)
}

function hasEnded (child: Child): boolean {
  return child.exitCode != null || child.signalCode != null
}
