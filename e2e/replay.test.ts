/** `npm run replay` as people run it: a file made of this project's own history by the README's recipe, against a real `npm start`. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import type { ReplayReport } from '../src/node/replay/replay.ts'
import { startServer } from './harness/server.ts'

const projectFolder = fileURLToPath(new URL('..', import.meta.url))
const runTimeoutMs = 80_000

test('the recipe of the README makes a file of a git history, and a replay brings it into the network', async () => {
  const folder = await temporaryFolder()
  const repository = join(folder, 'repository')
  await git('.', 'init', '-q', repository)
  const subjects = ['plain', 'with "quotes", \\backslashes\\ and $dollars', 'tabs\tand lines\n\na body\nof two lines', 'Ümläute 漢字 🙂']
  for (const [index, subject] of subjects.entries()) {
    await git(repository, '-c', `user.name=Author "${index % 2}" O'Neill`, '-c', 'user.email=a@example.org', 'commit', '-q', '--allow-empty', '--cleanup=verbatim', '--date', `2024-05-0${index + 1}T12:00:00+02:00`, '-m', subject)
  }
  const file = join(folder, 'history.jsonl')
  const recipe = /```sh\n(git log --reverse [^]*?) > history\.jsonl\n/.exec(await readFile(join(projectFolder, 'README.md'), 'utf8'))?.[1]
  expect(recipe, 'the recipe is in the README').toBeDefined()
  const { stdout: made } = await promisify(execFile)('sh', ['-c', recipe ?? ''], { cwd: repository, timeout: runTimeoutMs })
  await writeFile(file, made)
  expect(made.trimEnd().split('\n').map(line => JSON.parse(line) as unknown)).toEqual(subjects.map((text, index) => (
    { author: `Author "${index % 2}" O'Neill`, at: `2024-05-0${index + 1}T12:00:00+02:00`, text })))

  const server = await startServer()
  onTestFinished(async () => server.stop())
  const { stdout, stderr } = await replay(file, '--to', server.address, '--json')
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^[^\n]+\n$/)
  expect(JSON.parse(stdout) as ReplayReport).toMatchObject({ lines: 4, authors: 2, published: 4, skipped: 0, failed: 0 })
  const metrics = await (await fetch(`${server.address}/metrics`)).text()
  expect(metrics).toContain('hubbub_hub_messages 9\n') // its own device; two authors' devices and names; four posts
})

test('it explains itself, says what is wrong with lines, and fails in a sentence', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'file.jsonl')
  await writeFile(file, '{"author": "Ada", "at": 0, "text": "too old"}\nno json\n')
  const server = await startServer()
  onTestFinished(async () => server.stop())
  expect((await replay('--help')).stdout).toContain('--rate')
  await expect(replay(file, '--to', server.address)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^line 1 is skipped: [^\n]+\nline 2 is skipped: [^\n]+\n0 of 2 lines published/) as string,
    stderr: expect.stringMatching(/^Nothing was published[^\n]+\n$/) as string
  })
  const wrongs = [[], [join(folder, 'missing'), '--to', server.address], [file, '--to', 'http://localhost:1'], [file, '--rate', '0']]
  await Promise.all(wrongs.map(async wrong =>
    expect(replay(...wrong), wrong.join(' ')).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]+\n$/) as string })))
})

async function replay (...commandArguments: readonly string[]): Promise<{ stdout: string, stderr: string }> {
  return promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/node/replay/main.ts', ...commandArguments], {
    cwd: projectFolder, timeout: runTimeoutMs, env: { ...process.env, NODE_ENV: undefined }
  })
}

async function git (folder: string, ...commandArguments: readonly string[]): Promise<void> {
  await promisify(execFile)('git', ['-C', folder, ...commandArguments], { timeout: runTimeoutMs, env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } })
}

async function temporaryFolder (): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hubbub-replay-'))
  onTestFinished(async () => rm(folder, { recursive: true, force: true }))
  return folder
}
