/** The box to write in: counts bytes, says why it cannot publish, and keeps the text until the hub has stored it. */
import { type KeyboardEvent, type RefObject, useId, useState } from 'react'
import { reasonOf } from '../../../base/errors.ts'
import { count, counted, keyHead } from '../../design/format.ts'
import { Icon } from '../../design/marks.tsx'
import { AuthorName } from '../../shell/author-name.tsx'
import type { MessageView } from '../../../worker/api.ts'
import { keepDraft, keptDraft } from './drafts.ts'

/** UTF-8 bytes of text in one post (message/SPEC.md, limits). Said here because the page does not load the codec. */
export const textBytesMax = 8_000

export interface ComposeProperties {
  /** What is answered; null: a new thread. What was being written for it is kept. */
  readonly answered: MessageView | null
  /** Its id, known before the message is read. */
  readonly answeredId: string | null
  /** Rejects when the text was not stored; the sentence of its error is shown and the text stays. */
  readonly onPublish: (text: string, traced: boolean) => Promise<void>
  /** Writes a new thread instead. */
  readonly onLeave: () => void
  /** The device key that signs; null: not known yet. */
  readonly device: string | null
  readonly boxRef: RefObject<HTMLTextAreaElement | null>
}

/** `key` it by what is answered. */
export function Compose ({ answered, answeredId, onPublish, onLeave, device, boxRef }: ComposeProperties) {
  const [draft, setDraft] = useState(() => keptDraft(answeredId))
  const [traced, setTraced] = useState(false)
  const [publishing, setPublishing] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const onDraft = (text: string): void => {
    keepDraft(answeredId, text)
    setDraft(text)
  }
  const noteId = useId()
  const size = new TextEncoder().encode(draft).length
  const excess = size - textBytesMax
  const reason = excess > 0 ? `${counted(excess, 'byte')} too many` : draft.trim() === '' ? 'Nothing written yet' : null

  const publish = async (): Promise<void> => {
    if (reason != null || publishing) return
    setPublishing(true)
    setFailure(null)
    try {
      await onPublish(draft, traced)
      onDraft('')
    } catch (thrown) {
      setFailure(reasonOf(thrown))
    }
    setPublishing(false)
    boxRef.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') boxRef.current?.blur()
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return
    event.preventDefault()
    void publish()
  }

  return (
    <form className="compose" onSubmit={(event) => { event.preventDefault(); void publish() }} data-excess={excess > 0}>
      {answeredId != null && (
        <p className="compose-answers">
          <Icon name="reply" size={14} />
          <span>{answered == null ? 'Answering the selected message' : <>Answering <AuthorName author={answered.author} /></>}</span>
          <button type="button" className="button quiet" onClick={onLeave}>New thread instead</button>
        </p>
      )}
      {failure != null && <p className="compose-failure" role="alert"><b>Not published.</b> {failure} The text is still here.</p>}
      <textarea
        ref={boxRef}
        data-testid="compose"
        aria-label={answeredId == null ? 'Write a message' : 'Write an answer'}
        aria-describedby={noteId}
        aria-keyshortcuts="Control+Enter Meta+Enter"
        aria-invalid={excess > 0}
        placeholder={answeredId == null ? 'Write a message' : 'Write an answer'}
        rows={2}
        dir="auto"
        value={draft}
        readOnly={publishing}
        onChange={(event) => { onDraft(event.target.value) }}
        onKeyDown={onKeyDown}
      />
      <div className="compose-foot">
        <span id={noteId} className="compose-note">
          <span className="compose-signed">Signed by this device{device != null && <> <code title={device}>{keyHead(device)}</code></>}</span>
          <span className="compose-size">{count(size)} of {count(textBytesMax)} bytes</span>
          {reason != null && <span className={excess > 0 ? 'compose-reason' : 'hidden'}>{reason}</span>}
        </span>
        <label className="compose-traced" title="Every hub that takes it in reports once when, so that its way can be drawn. The message itself is the same."><input type="checkbox" checked={traced} onChange={(event) => { setTraced(event.target.checked) }} />Trace its way</label>
        <kbd aria-hidden="true">{commandKey} Enter</kbd>
        <button type="submit" className="button primary" data-testid="publish" disabled={reason != null} aria-describedby={noteId}>{answeredId == null ? 'Publish' : 'Answer'}</button>
      </div>
    </form>
  )
}

const commandKey = /Mac|iP(?:hone|ad)/.test(navigator.userAgent) ? '⌘' : 'Ctrl'
