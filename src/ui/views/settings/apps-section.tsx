/** Apps that asked to write as this author: what each wants, and the person's yes or no. */
import { useState } from 'react'
import { reasonOf } from '../../../base/errors.ts'
import type { AppView } from '../../../worker/api.ts'
import type { Topic } from '../../data/live.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { keyEnds } from '../../design/format.ts'

const appsTopic: Topic<readonly AppView[]> = { name: 'apps', everyMs: 1_000, read: async hub => hub.apps.list() }

export function AppsSection () {
  const live = useLive()
  const { value: apps } = useTopic(appsTopic)
  const [failure, setFailure] = useState<string | null>(null)
  const run = (work: Promise<unknown>): void => {
    setFailure(null)
    work.catch((thrown: unknown) => { setFailure(reasonOf(thrown)) })
  }
  return (
    <section id="settings-apps">
      <h2>Apps</h2>
      {failure != null && <p role="alert">{failure}</p>}
      {apps == null || apps.length === 0
        ? <p>No app has asked to write as you. Pages of this address may ask; each gets a device key of its own, never yours.</p>
        : apps.map(app => (
            <div className="setting" key={app.id} data-app={app.id}>
              <span>
                <b>{app.name}</b> {stateWords[app.state]} {scopeWords(app)}
                {app.device != null && <>, with the key <code title={app.device}>{keyEnds(app.device)}</code></>}
              </span>
              <span className="app-decision" role="group" aria-label={`Decide about ${app.name}`}>
                {app.state !== 'granted' && <button type="button" className={app.state === 'asked' ? 'button primary' : 'button'} onClick={() => { run(live.hub().apps.grant(app.id)) }}>Grant</button>}
                {app.state === 'asked' && <button type="button" className="button" onClick={() => { run(live.hub().apps.revoke(app.id)) }}>Refuse</button>}
                {app.state === 'granted' && <button type="button" className="button danger" onClick={() => { run(live.hub().apps.revoke(app.id)) }}>Revoke</button>}
                {(app.state === 'refused' || app.state === 'revoked') && <button type="button" className="button" onClick={() => { run(live.hub().apps.forget(app.id)) }}>Forget</button>}
              </span>
            </div>
          ))}
    </section>
  )
}

const stateWords: Readonly<Record<AppView['state'], string>> = {
  asked: 'asks to write', granted: 'may write', refused: 'was refused, and asked to write', revoked: 'may write no more, and wrote'
}

function scopeWords ({ scope: { kinds, collections } }: AppView): string {
  return kinds.map(kind => kind === 'record' ? `records of ${collections.join(', ')}` : `${kind}s`).join(', ')
}
