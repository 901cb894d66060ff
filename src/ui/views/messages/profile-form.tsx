/** Who one says one is: a name and a few words, signed like everything else, and shown wherever one writes. */
import { type SubmitEvent, useId, useMemo, useState } from 'react'
import { reasonOf } from '../../../base/errors.ts'
import { aboutField, nameField, profileTopic } from '../../data/people.ts'
import { useLive, useTopic } from '../../data/use-live.ts'

/** UTF-8 bytes of a name and of what one says of oneself; a field takes 4,096 (message/SPEC.md, limits). Guess: what a row and a page have room for. */
const nameBytesMax = 120
const aboutBytesMax = 1_000

export function ProfileForm ({ author }: { author: string }) {
  const live = useLive()
  const topic = useMemo(() => profileTopic(author), [author])
  const { value: profile } = useTopic(topic)
  const [changes, setChanges] = useState<Readonly<Record<string, string>>>({})
  const [state, setState] = useState<'idle' | 'busy' | 'kept'>('idle')
  const [failure, setFailure] = useState<string | null>(null)
  const ids = { name: useId(), about: useId() }
  if (profile == null) return <p className="quiet" role="status">Reading the profile.</p>
  const valueOf = (field: string): string => changes[field] ?? profile.fields[field] ?? ''
  const changed = [nameField, aboutField].filter(field => valueOf(field) !== (profile.fields[field] ?? ''))
  const excess = excessOf(valueOf(nameField), nameBytesMax) ?? excessOf(valueOf(aboutField), aboutBytesMax)

  const keep = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (state === 'busy' || excess != null || changed.length === 0) return
    setState('busy')
    setFailure(null)
    try {
      for (const field of changed) await live.hub().publish({ kind: 'profile', field, value: valueOf(field).trim() })
      live.refresh(topic)
      setState('kept')
    } catch (thrown) {
      setFailure(reasonOf(thrown))
      setState('idle')
    }
  }
  const write = (field: string) => (event: { target: { value: string } }): void => {
    setState('idle')
    setChanges({ ...changes, [field]: event.target.value })
  }
  return (
    <form className="profile-form" onSubmit={(event) => { void keep(event) }}>
      <label htmlFor={ids.name}>Name</label>
      <input id={ids.name} dir="auto" autoComplete="off" value={valueOf(nameField)} onChange={write(nameField)} />
      <label htmlFor={ids.about}>About</label>
      <textarea id={ids.about} dir="auto" rows={2} value={valueOf(aboutField)} onChange={write(aboutField)} />
      <p className="profile-foot">
        <span role="status">{failure != null ? `Not published: ${failure}` : excess ?? (changed.length === 0 && state === 'kept' ? 'Published.' : 'Everybody in this network sees it.')}</span>
        <button type="submit" className="button" disabled={changed.length === 0 || excess != null}>{state === 'busy' ? 'Publishing' : 'Publish profile'}</button>
      </p>
    </form>
  )
}

function excessOf (text: string, bytesMax: number): string | null {
  const excess = new TextEncoder().encode(text).length - bytesMax
  return excess > 0 ? `${excess} bytes too many: at most ${bytesMax}.` : null
}
