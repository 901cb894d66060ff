/** What can be set: how this page looks and listens, which network and relays the hub uses, who it is, and what it keeps. Each section has its address. */
import './settings.css'
import { useEffect } from 'react'
import { statusTopic } from '../../data/topics.ts'
import { useTopic } from '../../data/use-live.ts'
import { ViewFrame } from '../../shell/frame.tsx'
import { prefer, type Preferences, usePreferences } from '../../shell/preferences.ts'
import { useLink, useRoute } from '../../shell/router.ts'
import { AppsSection } from './apps-section.tsx'
import { IceSection } from './ice-section.tsx'
import { IdentitySection } from './identity-section.tsx'
import { RelaySection } from './relay-section.tsx'
import { StorageSection } from './storage-section.tsx'

const themes = [['system', 'As the system'], ['light', 'Light'], ['dark', 'Dark']] as const satisfies ReadonlyArray<readonly [Preferences['theme'], string]>
const sections = { page: 'This page', relays: 'Network', ice: 'Direct links', identity: 'Identity', apps: 'Apps', storage: 'Storage' } as const

export default function SettingsView () {
  const { path: [section] } = useRoute()
  const link = useLink()
  const { value: status, failure } = useTopic(statusTopic)
  const isKnown = status != null
  useEffect(() => {
    if (isKnown && section != null) document.getElementById(`settings-${section}`)?.scrollIntoView({ block: 'start' })
  }, [section, isKnown])
  return (
    <ViewFrame crumbs={[{ words: 'Settings' }]}>
      <div className="settings">
        <h1 className="hidden">Settings</h1>
        <nav className="settings-places" aria-label="Sections">
          {Object.entries(sections).map(([id, words]) => <a key={id} aria-current={section === id ? 'location' : undefined} {...link({ view: 'settings', path: [id], query: {} })}>{words}</a>)}
        </nav>
        <div className="settings-body">
          <PageSection />
          {status == null
            ? <p className={failure == null ? 'empty' : 'empty failure'} role="status">{failure == null ? 'Asking the hub what is set.' : `The hub did not say what is set: ${failure}`}</p>
            : <><RelaySection status={status} /><IceSection /><IdentitySection status={status} /><AppsSection /><StorageSection status={status} /></>}
        </div>
      </div>
    </ViewFrame>
  )
}

function PageSection () {
  const { theme, singleKeys, guideHidden } = usePreferences()
  return (
    <section id="settings-page">
      <h2>This page</h2>
      <p className="about">Kept in this browser, for every hub of this address.</p>
      <div className="setting">
        <span>Theme</span>
        <div className="toggle" role="group" aria-label="Theme">
          {themes.map(([value, words]) => <button key={value} type="button" aria-pressed={theme === value} onClick={() => { prefer({ theme: value }) }}>{words}</button>)}
        </div>
      </div>
      <label className="setting"><span>Single keys, such as <kbd>G</kbd> <kbd>N</kbd> for Network</span><input type="checkbox" checked={singleKeys} onChange={(event) => { prefer({ singleKeys: event.target.checked }) }} /></label>
      <label className="setting"><span>The guide of the first visit, while no hub is linked</span><input type="checkbox" checked={!guideHidden} onChange={(event) => { prefer({ guideHidden: !event.target.checked }) }} /></label>
    </section>
  )
}
