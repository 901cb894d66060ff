/** A button that asks the engine for something: it says while it is under way, and why it failed, where it was pressed. */
import { useState } from 'react'
import { reasonOf } from '../../base/errors.ts'

export interface AskButtonProperties {
  readonly words: string
  /** While it is under way. */
  readonly busy: string
  readonly onAsk: () => Promise<unknown>
  readonly className?: string
}

export function AskButton ({ words, busy, onAsk, className = 'button' }: AskButtonProperties) {
  const [state, setState] = useState<'idle' | 'busy'>('idle')
  const [failure, setFailure] = useState<string | null>(null)
  const ask = async (): Promise<void> => {
    if (state === 'busy') return
    setState('busy')
    setFailure(null)
    try {
      await onAsk()
    } catch (thrown) {
      setFailure(reasonOf(thrown))
    }
    setState('idle')
  }
  return (
    <>
      <button type="button" className={className} aria-disabled={state === 'busy'} onClick={() => { void ask() }}>{state === 'busy' ? busy : words}</button>
      {failure != null && <p className="failure" role="alert">{failure}</p>}
    </>
  )
}
