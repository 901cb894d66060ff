/** The author's devices: which there are, how another is let in, and how one is shut out for good. */
import { useState } from 'react'
import { devicesTopic, statusTopic } from '../../data/topics.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { AskButton } from '../../design/asking.tsx'
import { Confirm } from '../../design/confirm.tsx'
import { counted, dayName, keyEnds } from '../../design/format.ts'
import type { DeviceView } from '../../../worker/api.ts'

export function DeviceList () {
  const live = useLive()
  const { value: devices, failure } = useTopic(devicesTopic)
  const [key, setKey] = useState('')
  const told = (): void => { for (const topic of [devicesTopic, statusTopic]) live.refresh(topic) }
  const add = async (): Promise<void> => {
    await live.hub().identity.addDevice(key.trim().toLowerCase())
    setKey('')
    told()
  }
  if (failure != null) return <p className="failure" role="alert">The devices could not be read: {failure}</p>
  return (
    <>
      {devices == null && <p className="quiet" role="status">Reading this author’s devices.</p>}
      <ul className="list devices">
        {devices?.map(device => <Device key={device.publicKey} device={device} onRevoked={told} />)}
      </ul>
      <form className="add" onSubmit={(event) => { event.preventDefault() }}>
        <label>Let another device write as you: its device key<input className="input mono" type="text" autoComplete="off" spellCheck={false} placeholder="64 hex digits, from Settings there" value={key} onChange={({ target: { value } }) => { setKey(value) }} /></label>
        <div className="actions"><AskButton words="Add the device" busy="Signing" onAsk={add} /></div>
      </form>
    </>
  )
}

function Device ({ device: { publicKey, name, own, revoked, addedAt, head, messages, scope }, onRevoked }: { device: DeviceView, onRevoked: () => void }) {
  const live = useLive()
  const [isKept, setKept] = useState(true)
  const revoke = async (): Promise<void> => {
    await live.hub().identity.revokeDevice(publicKey, isKept ? head ?? undefined : undefined)
    onRevoked()
  }
  const limits = [...scope.kinds, ...scope.collections]
  const facts = [revoked ? 'revoked' : null, addedAt == null ? null : `since ${dayName(addedAt)}`, counted(messages, 'message'), limits.length === 0 ? null : `only ${limits.join(', ')}`]
  return (
    <li data-testid="device" data-key={publicKey} data-revoked={revoked}>
      <span>
        <b>{name === '' ? 'A device without a name' : name}</b>{own && ' (this one)'} <code title={publicKey}>{keyEnds(publicKey)}</code>
        <small className="list-words">{facts.filter(fact => fact != null).join(', ')}</small>
      </span>
      {!revoked && (
        <Confirm
          words="Revoke"
          answer="Revoke it for good"
          busy="Signing"
          onConfirm={revoke}
          question={(
            <>
              <p>It can write nothing more, and never again.{own && ' It is the device that you are using: after that this hub only reads, until you import the recovery phrase.'}</p>
              {head != null && <label className="keep"><input type="checkbox" checked={isKept} onChange={({ target: { checked } }) => { setKept(checked) }} />Keep what it wrote so far. Without this, nothing of it counts any more.</label>}
            </>
          )}
        />
      )}
    </li>
  )
}
