/**
 * `npm run hub -- attesters …`: who certifies snapshots in a network, and changing that (fastsync/SPEC.md F25), at a server that runs, by its HTTP API and the
 * token in its data folder. It decides nothing: the server says what a change needs.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HubError, reasonOf } from '../base/errors.ts'
import type { AttestersView, SignedProposal } from '../hub/api.ts'
import { notEmpty, parseHttpUrl, readOptions } from './options.ts'

export const attestersHelp = `Usage: npm run hub -- attesters [show] [options]
       npm run hub -- attesters join PEER | leave PEER | sign TEXT [options]

Who certifies snapshots in this network. Hubs join and leave the attesters by the signatures of more than two thirds of
them: one proposes it (join, leave), and prints a text that others give to sign, one after the other.

  --at URL       the server to ask, as npm start printed it (default: http://localhost:8080)
  --data FOLDER  its data folder, for the token in it (default: .hubbub)
  --json         one line of JSON instead of lines for people
  --help         show this
`

export type AttestersCommand =
  | { readonly type: 'help' }
  | { readonly type: 'show' | 'join' | 'leave' | 'sign', readonly subject: string, readonly at: URL, readonly dataFolder: string, readonly json: boolean }

/** Reads what follows `attesters`. @throws HubError `invalid-argument` */
export function parseAttestersArguments (args: readonly string[]): AttestersCommand {
  const { values, positionals } = readOptions({
    at: { type: 'string', default: 'http://localhost:8080' },
    data: { type: 'string', default: '.hubbub' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false }
  }, args, true)
  if (values.help) return { type: 'help' }
  const [type = 'show', subject = '', ...more] = positionals
  if (type !== 'show' && type !== 'join' && type !== 'leave' && type !== 'sign') {
    throw new HubError('invalid-argument', `There is no 'attesters ${type}': it is show, join PEER, leave PEER or sign TEXT.`)
  }
  if (more.length > 0 || (type === 'show') !== (subject === '')) {
    throw new HubError('invalid-argument', `attesters ${type} takes ${type === 'show' ? 'nothing more' : type === 'sign' ? 'one text, as a proposal printed it' : 'one peer id'}.`)
  }
  return { type, subject, at: parseHttpUrl(values.at, '--at'), dataFolder: notEmpty(values.data, '--data'), json: values.json }
}

/** What is to be printed. Codes: `not-connected`, `data-folder-unusable`, what the server refuses. */
export async function runAttesters (command: Exclude<AttestersCommand, { readonly type: 'help' }>): Promise<string> {
  const { type, subject, json } = command
  const answer = await (type === 'show' ? ask(command) : ask(command, type === 'sign' ? { text: subject } : { kind: type === 'join' ? 'joins' : 'leaves', peerId: subject }))
  if (json) return `${JSON.stringify(answer)}\n`
  return type === 'show' ? shown(answer as AttestersView) : proposed(answer as SignedProposal)
}

async function ask ({ at, dataFolder }: { readonly at: URL, readonly dataFolder: string }, body?: object): Promise<unknown> {
  const token = await readFile(join(dataFolder, 'api-token'), 'utf8').catch((cause: unknown) => {
    throw new HubError('data-folder-unusable', `The server's token could not be read: name its data folder with --data (${reasonOf(cause)}).`, { cause })
  })
  const headers = { Authorization: `Bearer ${token.trim()}`, 'Content-Type': 'application/json' }
  const response = await fetch(new URL('/api/attesters', at), body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }).catch((cause: unknown) => {
    throw new HubError('not-connected', `Nothing answers at ${at.origin}: name the server with --at.`, { cause })
  })
  const answer: unknown = await response.json().catch(() => ({}))
  if (response.ok) return answer
  const { error } = answer as { readonly error?: { readonly sentence: string } }
  throw new HubError('invalid-argument', error?.sentence ?? `${at.origin} answered ${response.status}: it is no hub.`)
}

function shown ({ height, attesters, needed, majority, own, changes }: AttestersView): string {
  return [
    needed === null ? `Nobody attests in this network at height ${height}.` : `At height ${height} these attest, and ${needed} of ${attesters.length} certify a snapshot:`,
    ...attesters.map(peer => `  ${peer}`),
    ...needed === null ? [] : [`${majority} have to sign the next change. This server is ${own ? 'one of them' : 'none of them'}.`],
    ...changes.map(({ number, height: from, kind, peerId, signed }) => `Change ${number}, from height ${from} on: ${peerId} ${kind} (${signed} signed).`), ''
  ].join('\n')
}

function proposed ({ text, signed, needed, height, holds }: SignedProposal): string {
  return holds
    ? `${signed} signed: it holds from height ${height} on, and other hubs are told of it.\n`
    : `${signed} of ${needed} signed. Another attester runs: npm run hub -- attesters sign ${text}\n`
}
