/** Who this hub writes as: its keys, the recovery phrase, another identity, and the author's devices. */
import { useState } from 'react'
import { devicesTopic, identityTopic, statusTopic } from '../../data/topics.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { AskButton } from '../../design/asking.tsx'
import { Confirm } from '../../design/confirm.tsx'
import { CopyButton } from '../../design/copy-button.tsx'
import { keyEnds, peerTail } from '../../design/format.ts'
import { Fold, ToneMark } from '../../design/marks.tsx'
import { useLink } from '../../shell/router.ts'
import type { HubStatus } from '../../../worker/api.ts'
import { DeviceList } from './device-list.tsx'

export function IdentitySection ({ status }: { status: HubStatus }) {
  const link = useLink()
  const { value: identity } = useTopic(identityTopic)
  return (
    <section id="settings-identity">
      <h2>Identity</h2>
      <dl className="facts">
        <dt>Author</dt><dd><a {...link({ view: 'author', path: [status.author], query: {} })}><code title={status.author}>{keyEnds(status.author)}</code></a> <CopyButton text={status.author} label="Copy key" /></dd>
        <dt>Device</dt><dd>{identity != null && identity.deviceName !== '' && `${identity.deviceName}, `}<code title={status.device}>{keyEnds(status.device)}</code> <CopyButton text={status.device} label="Copy device key" /></dd>
        <dt>Hub</dt><dd><code title={status.peerId}>{peerTail(status.peerId)}</code> <CopyButton text={status.peerId} label="Copy peer id" /></dd>
        <dt>Keys</dt>
        <dd>{identity == null ? 'not known' : identity.backedUp ? <><ToneMark tone="ok" /> The recovery phrase was saved.</> : <><ToneMark tone="error" /> Only in this browser: clearing its data loses them. Save the recovery phrase.</>}</dd>
      </dl>
      <Recovery />
      <Fold title="Write as someone you are already"><Import /></Fold>
      <h3>Devices</h3>
      <p className="about">Each hub has a device key of its own. The author’s root key lets devices write, and takes that back.</p>
      <DeviceList />
    </section>
  )
}

function Recovery () {
  const live = useLive()
  const [phrase, setPhrase] = useState<string | null>(null)
  const [password, setPassword] = useState('')
  const [sealed, setSealed] = useState<string | null>(null)
  const noted = (): void => { live.refresh(identityTopic) }
  return (
    <>
      <h3>Recovery phrase</h3>
      <p className="about">Twelve words from which the root key can be made again, on any computer. Whoever has them can write as you: keep them on paper, where you keep what matters.</p>
      {phrase == null
        ? <AskButton words="Show the twelve words" busy="Opening the key" onAsk={async () => { setPhrase(await live.hub().identity.export()); noted() }} />
        : (
            <div className="phrase">
              <ol>{phrase.split(' ').map((word, index) => <li key={`${index} ${word}`}>{word}</li>)}</ol>
              <CopyButton text={phrase} label="Copy the words" className="button" /> <button type="button" className="button" onClick={() => { setPhrase(null) }}>Hide them</button>
            </div>
          )}
      <Fold title="Or as a text under a password">
        <form className="add" onSubmit={(event) => { event.preventDefault() }}>
          <label>Password<input className="input" type="password" autoComplete="new-password" value={password} onChange={({ target: { value } }) => { setPassword(value) }} /></label>
          <div className="actions"><AskButton words="Export" busy="Sealing it" onAsk={async () => { setSealed(await live.hub().identity.export(password)); setPassword(''); noted() }} /></div>
        </form>
        {sealed != null && <div className="phrase"><code className="sealed">{sealed}</code><CopyButton text={sealed} label="Copy the text" className="button" /></div>}
      </Fold>
    </>
  )
}

function Import () {
  const live = useLive()
  const [recovery, setRecovery] = useState('')
  const [password, setPassword] = useState('')
  const [done, setDone] = useState<string | null>(null)
  const begin = async (): Promise<void> => {
    const { author } = await live.hub().identity.import(recovery.trim(), password === '' ? undefined : password)
    setRecovery('')
    setPassword('')
    setDone(`This hub writes as ${keyEnds(author)} now, as a new device.`)
    for (const topic of [identityTopic, devicesTopic, statusTopic]) live.refresh(topic)
  }
  return (
    <form className="add" onSubmit={(event) => { event.preventDefault() }}>
      <label>The twelve words, or an exported text<textarea className="input mono" rows={3} autoComplete="off" spellCheck={false} value={recovery} onChange={({ target: { value } }) => { setRecovery(value); setDone(null) }} /></label>
      <label>Its password, if it has one<input className="input" type="password" autoComplete="off" value={password} onChange={({ target: { value } }) => { setPassword(value) }} /></label>
      <div className="actions">
        <Confirm
          words="Import"
          answer="Write as that author"
          busy="Importing"
          onConfirm={begin}
          question="The root key that is here now is erased: what it wrote stays, and without its own recovery phrase nobody can write as that author again."
        />
      </div>
      {done != null && <p className="outcome" role="status">{done}</p>}
    </form>
  )
}
