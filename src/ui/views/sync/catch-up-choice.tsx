/** How this hub catches up when it is far behind: what a person chose, with what each choice means. */
import { useState } from 'react'
import { reasonOf } from '../../../base/errors.ts'
import type { CatchUp } from '../../../worker/api.ts'
import { settingsTopic } from '../../data/topics.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { catchUpWords } from './sync-model.ts'

export function CatchUpChoice () {
  const live = useLive()
  const { value: settings } = useTopic(settingsTopic)
  const [failure, setFailure] = useState<string | null>(null)
  if (settings == null) return null
  const choose = async (catchUp: CatchUp): Promise<void> => {
    setFailure(null)
    try {
      await live.hub().configure({ catchUp })
    } catch (thrown) {
      setFailure(reasonOf(thrown))
    }
    live.refresh(settingsTopic)
  }
  return (
    <>
      <label className="catch-up">
        When far behind, it fetches
        <select aria-label="How this hub catches up" value={settings.catchUp} onChange={({ target: { value } }) => { void choose(value as CatchUp) }}>
          {Object.entries(catchUpWords).map(([value, { title }]) => <option key={value} value={value}>{title}</option>)}
        </select>
      </label>
      <p className="quiet">{catchUpWords[settings.catchUp].meaning}</p>
      {failure != null && <p className="failure" role="alert">{failure}</p>}
    </>
  )
}
