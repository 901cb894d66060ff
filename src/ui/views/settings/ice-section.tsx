/** STUN and TURN servers that help direct links through routers and firewalls. */
import { useState } from 'react'
import { settingsTopic } from '../../data/topics.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { AskButton } from '../../design/asking.tsx'
import type { HubSettings, IceServer } from '../../../worker/api.ts'
import { tryIceServer } from './try-ice-server.ts'

const nothing: IceServer = { url: '', username: null, credential: null }

export function IceSection () {
  const live = useLive()
  const { value: settings } = useTopic(settingsTopic)
  const [draft, setDraft] = useState(nothing)
  const [tried, setTried] = useState<string | null>(null)
  const own = settings?.iceServers ?? []
  const change = async (iceServers: HubSettings['iceServers']): Promise<void> => {
    await live.hub().configure({ iceServers })
    live.refresh(settingsTopic)
  }
  const test = async (server: IceServer): Promise<void> => {
    setTried(null)
    setTried(await tryIceServer({ ...server, url: server.url.trim() }))
  }
  const isTurn = draft.url.trim().startsWith('turn')
  return (
    <section id="settings-ice">
      <h2>Direct links</h2>
      <p className="about">A STUN server tells a browser how it is seen from outside; a TURN server carries links that find no direct path. Those that the page’s server names are used besides. New connections use them, links that stand do not change.</p>
      {own.length > 0 && (
        <ul className="list">
          {own.map(server => (
            <li key={server.url}>
              <span className="mono">{server.url}{server.username != null && <small className="list-words">as {server.username}, with a password</small>}</span>
              <AskButton words="Test" busy="Testing" className="button quiet" onAsk={async () => test(server)} />
              <AskButton words="Remove" busy="Removing" className="button quiet danger" onAsk={async () => change(own.filter(other => other !== server))} />
            </li>
          ))}
        </ul>
      )}
      <form className="add" autoComplete="off" onSubmit={(event) => { event.preventDefault() }}>
        <label>Add a server<input className="input mono" type="text" spellCheck={false} placeholder="turn:turn.example.org:3478?transport=udp" value={draft.url} onChange={({ target: { value } }) => { setDraft({ ...draft, url: value }); setTried(null) }} /></label>
        {isTurn && (
          <div className="pair">
            <label>Name<input className="input" type="text" autoComplete="off" value={draft.username ?? ''} onChange={({ target: { value } }) => { setDraft({ ...draft, username: value }) }} /></label>
            <label>Password<input className="input" type="password" autoComplete="new-password" value={draft.credential ?? ''} onChange={({ target: { value } }) => { setDraft({ ...draft, credential: value }) }} /></label>
          </div>
        )}
        <div className="actions">
          <AskButton words="Test" busy="Testing" onAsk={async () => test(draft)} />
          <AskButton words="Add" busy="Adding" className="button primary" onAsk={async () => { await change([...own, draft]); setDraft(nothing) }} />
        </div>
      </form>
      {tried != null && <p className="outcome" role="status">{tried}</p>}
      <p className="about">Names and passwords lie in this browser’s storage as they are, and scripts of this page can read them.</p>
    </section>
  )
}
