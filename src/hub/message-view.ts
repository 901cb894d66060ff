/** A stored message as CONTRACT's API shows it: plain data that crosses a worker boundary or becomes JSON. */
import { toHex } from '../base/bytes.ts'
import type { Body } from '../message/types.ts'
import type { Standing } from '../message/replicated-set.ts'
import type { MessageDetail, MessageView } from './api.ts'
import type { Entry } from './messages/entry.ts'

/** A removed message is shown without its body at once; its bytes go later (message/set/SPEC.md R12). */
export function toMessageView ({ message, event, storedAt, from }: Entry, sent: boolean, standing: Standing): MessageView {
  const { id, header, body } = message
  return {
    id,
    author: header.author,
    signer: header.signer,
    seq: header.seq,
    timestamp: header.timestamp,
    kind: header.kind,
    body: body == null || standing === 'removed' ? null : toBodyView(body),
    state: sent ? 'sent' : 'here',
    storedAt,
    from,
    event
  }
}

export function toMessageDetail (entry: Entry, sent: boolean, standing: Standing): MessageDetail {
  const { header, body, signature } = entry.message.bytes
  return {
    ...toMessageView(entry, sent, standing),
    standing,
    held: null,
    trace: null,
    raw: { header: toHex(header), body: body == null || standing === 'removed' ? null : toHex(body), signature: toHex(signature) }
  }
}

/** A body without its kind, absent parts as null. Bytes stay bytes. */
function toBodyView ({ kind: _kind, ...fields }: Body): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? null]))
}
