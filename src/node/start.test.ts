import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ask, temporaryFolder } from './fixtures/origin.ts'

/** Each process compiles and loads all of libp2p, which takes seconds on a busy machine. */
const processTimeoutMs = 60_000

interface Run {
  readonly stdout: () => string
  readonly stderr: () => string
  readonly signal: (signal: NodeJS.Signals) => void
  /** The exit code. */
  readonly ended: Promise<number | null>
}

function run (...args: string[]): Run {
  const environment = { ...process.env, PORT: undefined, NODE_ENV: undefined }
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'start.ts'), ...args], { env: environment })
  onTestFinished(() => { child.kill('SIGKILL') })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (part: Buffer) => { stdout += part.toString() })
  child.stderr.on('data', (part: Buffer) => { stderr += part.toString() })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { stdout: () => stdout, stderr: () => stderr, signal: (signal) => { child.kill(signal) }, ended }
}

test('--help prints the options and does nothing else', { timeout: processTimeoutMs }, async () => {
  const help = run('--help')
  expect(await help.ended).toBe(0)
  expect(help.stdout()).toContain('--no-hub')
  expect(help.stderr()).toBe('')
})

test('what keeps it from starting is one sentence on stderr and an exit code', { timeout: processTimeoutMs }, async () => {
  const folder = await temporaryFolder(onTestFinished)
  await writeFile(join(folder, 'file'), 'no genesis')
  const taken = createServer()
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  onTestFinished(async () => new Promise<void>(resolve => taken.close(() => resolve())))
  const port = String((taken.address() as AddressInfo).port)
  const data = join(folder, 'data')

  const runs = [
    [run('--nonsense'), '--nonsense'],
    [run('--port', '99999'), '99999'],
    [run('--port', port, '--data', data), port],
    [run('--port', '0', '--data', join(folder, 'file')), join(folder, 'file')],
    [run('--port', '0', '--data', data, '--genesis', join(folder, 'file')), 'genesis'],
    [run('--port', '0', '--data', data, '--genesis', join(folder, 'missing')), 'missing'],
    [run('--port', '0', '--data', data, '--host', '203.0.113.1'), '203.0.113.1']
  ] as const
  for (const [{ ended, stdout, stderr }, named] of runs) {
    expect(await ended, stderr()).toBe(1)
    expect(stdout()).toBe('')
    expect(stderr()).toMatch(/^[A-Z-][^\n]+\.\n$/)
    expect(stderr()).toContain(named)
  }
})

test.each(['SIGTERM', 'SIGINT'] as const)('it says where it is, and %s ends it cleanly with nothing left open', { timeout: processTimeoutMs }, async (signal) => {
  const folder = await temporaryFolder(onTestFinished)
  const { stdout, stderr, signal: send, ended } = run('--dev', '--port', '0', '--data', folder)
  await expect.poll(stdout, { timeout: processTimeoutMs / 2 }).toMatch(/^Hubbub is at http:\/\/localhost:\d+\n$/)
  const port = Number(/:(\d+)\n/.exec(stdout())?.[1])
  expect((await ask(port, '/healthz')).status).toBe(200)
  expect(await ask(port, '/', { Accept: 'text/html' })).toMatchObject({ status: 200, text: expect.stringContaining('/@vite/client') as string })

  send(signal)
  expect(await ended).toBe(0)
  const lines = stderr().trimEnd().split('\n').map(line => JSON.parse(line) as { level: number, msg: string })
  expect(lines.at(-1)?.msg).toBe('stopped')
  expect(lines.filter(({ level }) => level > 30)).toEqual([])
})
