import { once } from 'node:events'
import { copyFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { networkOf } from '../message/genesis.ts'
import { attestersHelp, parseAttestersArguments, runAttesters } from './attesters-command.ts'
import { startTestOrigin, temporaryFolder } from './fixtures/origin.ts'
import { attachHub } from './hub.ts'

const peer = '12D3KooWAcXhypmBRDpyFDhCuBrs3USkaqTcEspExW6mZVFVXc8f'
const run = async (...args: string[]): Promise<string> => {
  const command = parseAttestersArguments(args)
  if (command.type === 'help') throw new Error('nothing is run')
  return runAttesters(command)
}

test('what it is asked is read, and anything else is refused in a sentence', () => {
  expect(parseAttestersArguments([])).toEqual({ type: 'show', subject: '', at: new URL('http://localhost:8080'), dataFolder: '.hubbub', json: false })
  expect(parseAttestersArguments(['join', peer, '--at', 'http://a', '--data', 'D', '--json'])).toMatchObject({ type: 'join', subject: peer, at: new URL('http://a'), dataFolder: 'D', json: true })
  expect(parseAttestersArguments(['--help'])).toEqual({ type: 'help' })
  for (const name of ['at', 'data', 'json', 'help']) expect(attestersHelp).toContain(`--${name} `)
  for (const args of [['join'], ['leave'], ['sign'], ['show', peer], ['join', peer, peer], ['stay', peer], ['--at', 'nowhere'], ['--data', ''], ['--nonsense']]) {
    expect(() => parseAttestersArguments(args), args.join(' ')).toThrow(expect.objectContaining({ code: 'invalid-argument', message: expect.stringMatching(/^[^\n]+\.$/) as string }))
  }
})

test('[F25] who attests is shown, and a hub joins and another leaves by the signatures of those who do', async () => {
  const dataFolder = await temporaryFolder(onTestFinished)
  const rules = networkOf({ name: 'attested', genesisTime: Date.UTC(2020, 0), admissionBits: 0, attesters: [] })
  const log = pino({ enabled: false })
  const first = await startTestOrigin(onTestFinished, { ...rules, dataFolder, log }, { attachHub })
  expect(await run('--at', `http://localhost:${first.port}`, '--data', dataFolder)).toMatch(/^Nobody attests in this network at height \d+\.\n/)
  const { peerId } = first
  await first.stop()

  // The same server, by its key, as the one attester of a network; its messages are another network's.
  const attested = networkOf({ ...rules.genesis, attesters: [peerId] })
  const own = await temporaryFolder(onTestFinished)
  await copyFile(join(dataFolder, 'relay.key'), join(own, 'relay.key'))
  const { port } = await startTestOrigin(onTestFinished, { ...attested, dataFolder: own, log }, { attachHub })
  const at = ['--at', `http://localhost:${port}`, '--data', own]
  expect(await run('show', ...at)).toMatch(new RegExp(`1 of 1 certify a snapshot:\\n  ${peerId}\\n1 have to sign the next change. This server is one of them.\\n$`))
  expect(await run('join', peer, ...at)).toMatch(/^1 signed: it holds from height \d+ on/)
  expect(await run('show', ...at)).toContain(`: ${peer} joins (1 signed).\n`)
  const waiting = await run('leave', peer, ...at)
  expect(waiting, 'of two, both have to').toMatch(/^1 of 2 signed\. Another attester runs: npm run hub -- attesters sign [0-9a-f]+\n$/)
  expect(await run('sign', waiting.trim().split(' ').at(-1) ?? '', ...at), 'nobody twice').toBe(waiting)
  expect(JSON.parse(await run('show', '--json', ...at))).toMatchObject({ own: true, changes: [{ kind: 'joins', peerId: peer }] })
  for (const args of [['join', peer], ['join', 'nobody'], ['sign', 'nothing']]) await expect(run(...args, ...at), args.join(' ')).rejects.toMatchObject({ code: 'invalid-argument' })
  await expect(run('join', peer, '--at', `http://localhost:${port}`, '--data', dataFolder), 'another token').rejects.toMatchObject({ message: expect.stringMatching(/token/) as string })
})

test('what does not answer, or is no hub, is said in a sentence', async () => {
  const folder = await temporaryFolder(onTestFinished)
  await expect(run('--data', join(folder, 'none'))).rejects.toMatchObject({ code: 'data-folder-unusable' })
  await writeFile(join(folder, 'api-token'), 'a')
  await expect(run('--at', 'http://localhost:1', '--data', folder)).rejects.toMatchObject({ code: 'not-connected' })
  const server = createServer((_request, response) => { response.writeHead(404).end('no') }).listen(0)
  onTestFinished(() => { server.close() })
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await expect(run('--at', `http://localhost:${port}`, '--data', folder)).rejects.toThrow('it is no hub')
})
