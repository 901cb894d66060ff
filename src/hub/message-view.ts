/** A stored message as CONTRACT's API shows it: plain data that crosses a worker boundary or becomes JSON. */
import { toHex } from '../base/bytes.ts'
import type { Body, Message } from '../message/types.ts'
import type { Standing } from '../message/replicated-set.ts'
import type { MessageDetail, MessageView, WaitingView } from './api.ts'
import type { Entry } from './messages/entry.ts'

/** A removed message is shown without its body at once; its bytes go later (message/set/SPEC.md R12). */
export function toMessageView ({ message, event, storedAt, from }: Entry, { state, reach }: Pick<MessageView, 'state' | 'reach'>, standing: Standing): MessageView {
  const { id, header, body } = message
  return {
    id,
    author: header.author,
    signer: header.signer,
    seq: header.seq,
    timestamp: header.timestamp,
    kind: header.kind,
    body: body == null || standing === 'removed' ? null : toBodyView(body),
    state,
    reach,
    storedAt,
    from,
    event
  }
}

export function toMessageDetail (
  view: MessageView, entry: Entry, standing: Standing, progress: Pick<MessageDetail, 'held' | 'heldBy' | 'trace'>
): MessageDetail {
  const { header, body, signature } = entry.message.bytes
  return {
    ...view,
    ...progress,
    standing,
    raw: { header: toHex(header), body: body == null || standing === 'removed' ? null : toHex(body), signature: toHex(signature) }
  }
}

/** A message that is held, and no member: its signature is good, and that is all that is known of it. */
export function toWaitingView ({ id, header: { author, signer, seq, timestamp, kind }, body }: Message, why: WaitingView['why'], from: string | null): WaitingView {
  return { id, author, signer, seq, timestamp, kind, body: body == null ? null : toBodyView(body), why, from }
}

/** A body without its kind, absent parts as null. Bytes stay bytes. */
export function toBodyView ({ kind: _kind, ...fields }: Body): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? null]))
}
