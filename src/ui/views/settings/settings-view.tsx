/** What can be set: how the page looks and listens. Beside it who this hub is, for the record. */
import './settings.css'
import { identityTopic, statusTopic } from '../../data/topics.ts'
import { useTopic } from '../../data/use-live.ts'
import { CopyButton } from '../../design/copy-button.tsx'
import { bytes, keyEnds, peerTail } from '../../design/format.ts'
import { ViewFrame } from '../../shell/frame.tsx'
import { prefer, type Preferences, usePreferences } from '../../shell/preferences.ts'
import { keptWords } from '../../words/sentences.ts'

const themes = [['system', 'As the system'], ['light', 'Light'], ['dark', 'Dark']] as const satisfies ReadonlyArray<readonly [Preferences['theme'], string]>

export default function SettingsView () {
  const { theme, singleKeys, guideHidden } = usePreferences()
  const { value: status } = useTopic(statusTopic)
  const { value: identity } = useTopic(identityTopic)
  return (
    <ViewFrame crumbs={[{ words: 'Settings' }]}>
      <div className="settings">
        <h1 className="hidden">Settings</h1>
        <section>
          <h2>This page</h2>
          <div className="setting">
            <span>Theme</span>
            <div className="toggle" role="group" aria-label="Theme">
              {themes.map(([value, words]) => <button key={value} type="button" aria-pressed={theme === value} onClick={() => { prefer({ theme: value }) }}>{words}</button>)}
            </div>
          </div>
          <label className="setting"><span>Single keys, such as <kbd>G</kbd> <kbd>N</kbd> for Network</span><input type="checkbox" checked={singleKeys} onChange={(event) => { prefer({ singleKeys: event.target.checked }) }} /></label>
          <label className="setting"><span>The guide of the first visit, while no hub is linked</span><input type="checkbox" checked={!guideHidden} onChange={(event) => { prefer({ guideHidden: !event.target.checked }) }} /></label>
        </section>
        {status != null && (
          <section>
            <h2>This hub</h2>
            <dl className="facts">
              <dt>Author</dt><dd><code title={status.author}>{keyEnds(status.author)}</code> <CopyButton text={status.author} label="Copy key" /></dd>
              <dt>Hub</dt><dd><code title={status.peerId}>{peerTail(status.peerId)}</code> <CopyButton text={status.peerId} label="Copy peer id" /></dd>
              <dt>Device</dt><dd>{identity != null && identity.deviceName !== '' && `${identity.deviceName}, `}<code title={status.device}>{keyEnds(status.device)}</code></dd>
              <dt>Keys</dt><dd>{identity == null ? 'not known' : identity.backedUp ? 'the recovery phrase was saved' : 'only in this browser: clearing its data loses them. The console’s hubbub.identity.export() gives the recovery phrase.'}</dd>
              <dt>Network</dt><dd>{status.networkName}, <code title={status.network}>{keyEnds(status.network)}</code></dd>
              <dt>Storage</dt><dd>{bytes(status.storage.usage)} of {bytes(status.storage.quota)}{keptWords(status.storage.persisted) != null && `, ${keptWords(status.storage.persisted) ?? ''}`}</dd>
              <dt>Agent</dt><dd>{status.agent}</dd>
            </dl>
          </section>
        )}
      </div>
    </ViewFrame>
  )
}
