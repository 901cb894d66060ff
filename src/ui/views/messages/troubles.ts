/** Why a message did not come in, or waits, in people's words. Pure: codes are the engine's (message/types.ts, set/outcome.ts), sentences the page's. */
import { keyHead } from '../../design/format.ts'
import type { LogEvent, WaitingView } from '../../../worker/api.ts'

const refusals: Readonly<Record<string, string | undefined>> = {
  malformed: 'Its bytes are not those of a message.',
  'bad-body': 'Its content is not what its kind says, or over a limit.',
  'body-mismatch': 'Its content is not the one that was signed.',
  'too-large': 'It is larger than a message may be.',
  'unsupported-version': 'It is of a later version than this page understands. Load the page again for a newer one.',
  'unknown-kind': 'It is of a kind that this version does not know.',
  'wrong-network': 'It belongs to another network.',
  'wrong-key': 'It was signed with a key that may not sign this: a root key signs devices only, and devices sign the rest.',
  'bad-seq': 'Its number does not fit those before it.',
  'bad-timestamp': 'It is dated before the network began, or beyond what a date can be.',
  'bad-signature': 'Its signature is not its signer’s: it was changed on the way, or forged.',
  'work-missing': 'It introduces a device without the proof of work that this network asks for.',
  deferred: 'It is dated ahead: the clock of who wrote it is off. It comes in when its time has come.',
  'fork-limit': 'Its device gave this number to more than four messages; those with the lowest ids count.',
  scope: 'Its device may not write this: its introduction covers other kinds or collections.',
  'pending-full': 'Too much waits for unknown signers already. A later comparison brings it again.',
  'body-wanted': 'It came without its content, which is asked for.',
  'body-removed': 'Its content was removed for good.'
}

/** The sentence of a refusal; the log's own where the code is a new one. */
export function refusalSentence ({ code, sentence }: Pick<LogEvent, 'code' | 'sentence'>): string {
  return (code == null ? undefined : refusals[code]) ?? sentence
}

/** What follows from it, for whoever reads it. */
export function refusalConsequence (type: string): string {
  switch (type) {
    case 'message-rejected': return 'Refused, not kept, not passed on. The hub that sent it loses standing here.'
    case 'message-deferred': return 'Not kept until then; nobody is blamed.'
    default: return 'Not kept; nobody is blamed.'
  }
}

export function waitingSentence ({ why, signer }: Pick<WaitingView, 'why' | 'signer'>): string {
  return why === 'signer'
    ? `Waits for its signer ${keyHead(signer)}: nothing here says yet that the author introduced it. The sender was asked for that.`
    : `Waits: the introductions of ${keyHead(signer)} known here do not let it write this.`
}
