/** A button for what cannot be taken back: it asks first, where it stands, and does it when that is answered. */
import { type ReactNode, useState } from 'react'
import { AskButton } from './asking.tsx'

export interface ConfirmProperties {
  readonly words: string
  /** What will happen, before it does. */
  readonly question: ReactNode
  /** The button that does it. */
  readonly answer: string
  readonly busy: string
  /** Must be typed before it can be answered; left out: nothing. */
  readonly typed?: string
  readonly onConfirm: () => Promise<unknown>
}

export function Confirm ({ words, question, answer, busy, typed, onConfirm }: ConfirmProperties) {
  const [isAsking, setAsking] = useState(false)
  const [text, setText] = useState('')
  const close = (): void => {
    setAsking(false)
    setText('')
  }
  if (!isAsking) return <button type="button" className="button danger" onClick={() => { setAsking(true) }}>{words}</button>
  const isTyped = typed == null || text.trim() === typed
  return (
    <div className="confirm" role="group" aria-label={words} onKeyDown={(event) => { if (event.key === 'Escape') close() }}>
      <div>{question}</div>
      {typed != null && <label>Type <b>{typed}</b> to go on <input className="input" autoFocus autoComplete="off" value={text} onChange={({ target: { value } }) => { setText(value) }} /></label>}
      <div className="confirm-actions">
        {isTyped
          ? <AskButton words={answer} busy={busy} className="button danger" onAsk={async () => { await onConfirm(); close() }} />
          : <button type="button" className="button danger" aria-disabled="true">{answer}</button>}
        <button type="button" className="button" autoFocus={typed == null} onClick={close}>Leave it</button>
      </div>
    </div>
  )
}
