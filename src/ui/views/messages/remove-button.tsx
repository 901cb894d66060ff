/** Takes back a message of one's own, after a second press. */
import { useState } from 'react'
import { AskButton } from '../../design/asking.tsx'
import { useLive } from '../../data/use-live.ts'
import { conversationTopic, detailTopic } from './message-topics.ts'

export function RemoveButton ({ id }: { id: string }) {
  const live = useLive()
  const [asked, setAsked] = useState(false)
  if (!asked) return <button type="button" className="button danger" onClick={() => setAsked(true)}>Remove</button>
  const remove = async (): Promise<void> => {
    await live.hub().publish({ kind: 'remove', target: id })
    live.refresh(conversationTopic(id))
    live.refresh(detailTopic(id))
  }
  return (
    <>
      <span className="quiet">All hubs hide it at once and erase its text after a day. That it was written stays known.</span>
      <AskButton words="Remove for good" busy="Removing" onAsk={remove} className="button danger" />
      <button type="button" className="button quiet" onClick={() => setAsked(false)}>Keep it</button>
    </>
  )
}
