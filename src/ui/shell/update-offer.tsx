/** Says that a newer version of the page is there, and loads it when one wants it and nothing would be lost. */
import './update-offer.css'
import { useSyncExternalStore } from 'react'
import type { PageUpdate } from '../data/page-update.ts'

export function UpdateOffer ({ update }: { update: PageUpdate }) {
  const state = useSyncExternalStore(update.subscribe, update.state)
  if (state.type === 'none') return null
  return (
    <aside className="update-offer" role="status" data-testid="update-offer">
      <p>{state.type === 'held' ? state.sentence : 'A new version of this page is ready.'}</p>
      <button type="button" className="button primary" onClick={() => { void update.accept() }}>Load it in all tabs</button>
    </aside>
  )
}
