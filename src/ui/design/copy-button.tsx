/** Copies a text, and says whether it did. Its width holds every word it says, so that nothing beside it moves. */
import { useEffect, useState } from 'react'
import { Icon, type IconName } from './marks.tsx'

/** How long the answer stands, in ms. */
const answerMs = 2_000

type Outcome = 'idle' | 'copied' | 'refused'

export interface CopyButtonProperties {
  readonly text: string
  readonly label: string
  readonly className?: string
  /** Shown instead of the label. */
  readonly icon?: IconName
}

export function CopyButton ({ text, label, className = 'button quiet', icon }: CopyButtonProperties) {
  const [outcome, setOutcome] = useState<Outcome>('idle')
  useEffect(() => {
    if (outcome === 'idle') return
    const timer = setTimeout(() => setOutcome('idle'), answerMs)
    return () => clearTimeout(timer)
  }, [outcome])
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setOutcome('copied'),
      // The browser or the person refused: the text stands on the page and can be selected there.
      () => setOutcome('refused')
    )
  }
  const words: Readonly<Record<Outcome, string>> = { idle: label, copied: 'Copied', refused: 'Not allowed' }
  if (icon != null) {
    return (
      <button type="button" className={className} onClick={copy} aria-label={label} title={outcome === 'idle' ? label : words[outcome]}>
        <Icon name={outcome === 'copied' ? 'check' : outcome === 'refused' ? 'cross' : icon} size={15} />
        <span className="hidden" role="status">{outcome === 'idle' ? '' : words[outcome]}</span>
      </button>
    )
  }
  return (
    <button type="button" className={`${className} copy`} onClick={copy} aria-label={label} title={text}>
      {Object.entries(words).map(([key, word]) => <span key={key} data-shown={key === outcome} aria-hidden={key !== outcome}>{word}</span>)}
      <span className="hidden" role="status">{outcome === 'idle' ? '' : words[outcome]}</span>
    </button>
  )
}
