/**
 * Why a message is believed: the root key, the device that it introduced, and the message that the device signed, each with what was found. Pure. The
 * engine checked every signature before it stored anything; `holds` is what this page found when it checked again.
 */
import type { MessageDetail, MessageView } from '../../../worker/api.ts'
import { clockTime, keyHead, shortDayName } from '../../design/format.ts'
import { previousOf } from './raw-fields.ts'

export interface ChainLink {
  readonly part: 'root' | 'device' | 'message'
  readonly title: string
  /** The key, or the message's id. */
  readonly hex: string
  readonly words: string
  readonly verdict: 'good' | 'bad' | 'open'
  readonly verdictWords: string
  /** The message that says so, to look at; null: none does. */
  readonly evidence: string | null
}

export interface KeyHistory {
  /** Introductions and revocations by the author's root key, the oldest first. */
  readonly adds: readonly MessageView[]
  readonly removes: readonly MessageView[]
}

/** Whether signatures hold, checked again in this page: of the message, and of the introduction; null: not checked (yet). */
export interface Checked {
  readonly message: boolean | null
  readonly introduction: boolean | null
}

export function signatureChain (message: MessageDetail, { adds, removes }: KeyHistory, checked: Checked): ChainLink[] {
  const root: ChainLink = {
    part: 'root', title: 'Root key', hex: message.author, words: 'The author: it signs devices and nothing else.', verdict: 'good', verdictWords: 'the author', evidence: null
  }
  const bySelf = message.signer === message.author
  const links = bySelf ? [root] : [root, deviceLink(message, adds, removes, checked.introduction)]
  const previous = previousOf(message.raw.header)
  const follows = previous == null ? 'the first of this signer' : `after ${keyHead(previous)}`
  const verdict = checked.message === false ? 'bad' : message.standing === 'barred' ? 'bad' : 'good'
  return [...links, {
    part: 'message', title: 'This message', hex: message.id, words: `Number ${message.seq}, ${follows}`, verdict,
    verdictWords: checked.message === false
      ? 'signature does not hold'
      : message.standing === 'barred' ? 'signed, and barred: written after what the revocation kept' : `${bySelf ? 'root' : 'device'} signed${again(checked.message)}`,
    evidence: previous
  }]
}

function deviceLink ({ signer, standing }: MessageDetail, adds: readonly MessageView[], removes: readonly MessageView[], holds: boolean | null): ChainLink {
  const add = adds.find(({ body }) => body?.signer === signer)
  const remove = removes.find(({ body }) => body?.signer === signer)
  const name = typeof add?.body?.name === 'string' && add.body.name !== '' ? add.body.name : 'Device'
  const introduced = add == null ? 'No introduction of it is shown here.' : `Introduced by ${keyHead(add.id)} on ${shortDayName(add.timestamp)}, ${clockTime(add.timestamp)}.`
  const scope = add == null ? null : scopeWords(add)
  const revoked = remove == null
    ? 'Not revoked.'
    : `Revoked on ${shortDayName(remove.timestamp)}: ${typeof remove.body?.keepHead === 'string' ? `up to ${keyHead(remove.body.keepHead)} what it wrote stays` : 'nothing it wrote stays'}.`
  const isBad = holds === false || (remove != null && standing === 'barred')
  return {
    part: 'device', title: name, hex: signer, words: [introduced, scope, revoked].filter(part => part != null).join(' '),
    verdict: isBad ? 'bad' : add == null ? 'open' : 'good',
    verdictWords: holds === false ? 'signature does not hold' : add == null ? 'not shown' : remove == null ? `root signed${again(holds)}` : 'root signed, later revoked',
    evidence: (remove ?? add)?.id ?? null
  }
}

function scopeWords ({ body }: MessageView): string | null {
  const { kinds = [], collections = [] } = (body?.scope ?? {}) as { kinds?: readonly string[], collections?: readonly string[] }
  if (kinds.length === 0 && collections.length === 0) return null
  return `It may write ${kinds.length === 0 ? 'all kinds' : kinds.join(', ')}${collections.length === 0 ? '' : ` in ${collections.join(', ')}`}.`
}

function again (holds: boolean | null): string {
  return holds === true ? ', checked again here' : ''
}
