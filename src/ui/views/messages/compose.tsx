/** The box to write in: counts bytes, says why it cannot publish, and keeps the text until the hub has stored it. */
import { type KeyboardEvent, type RefObject, useId, useState } from 'react'
import { reasonOf } from '../../../base/errors.ts'
import { count, counted, keyHead } from '../../design/format.ts'

/** UTF-8 bytes of text in one post (message/SPEC.md, limits). Said here because the page does not load the codec. */
export const textBytesMax = 8_000

export interface ComposeProperties {
  readonly draft: string
  readonly onDraft: (text: string) => void
  /** Rejects when the text was not stored; the sentence of its error is shown and the text stays. */
  readonly onPublish: (text: string) => Promise<void>
  /** The device key that signs; null: not known yet. */
  readonly device: string | null
  readonly boxRef: RefObject<HTMLTextAreaElement | null>
}

export function Compose ({ draft, onDraft, onPublish, device, boxRef }: ComposeProperties) {
  const [publishing, setPublishing] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const noteId = useId()
  const size = new TextEncoder().encode(draft).length
  const excess = size - textBytesMax
  const reason = excess > 0 ? `${counted(excess, 'byte')} too many` : draft.trim() === '' ? 'Nothing written yet' : null

  const publish = async (): Promise<void> => {
    if (reason != null || publishing) return
    setPublishing(true)
    setFailure(null)
    try {
      await onPublish(draft)
      onDraft('')
    } catch (thrown) {
      setFailure(reasonOf(thrown))
    }
    setPublishing(false)
    boxRef.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return
    event.preventDefault()
    void publish()
  }

  return (
    <form className="compose" onSubmit={(event) => { event.preventDefault(); void publish() }} data-excess={excess > 0}>
      {failure != null && <p className="compose-failure" role="alert"><b>Not published.</b> {failure} The text is still here.</p>}
      <textarea
        ref={boxRef}
        data-testid="compose"
        aria-label="Write a message"
        aria-describedby={noteId}
        aria-keyshortcuts="Control+Enter Meta+Enter"
        aria-invalid={excess > 0}
        placeholder="Write a message"
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
          {reason != null && <span className="compose-reason">{reason}</span>}
        </span>
        <kbd aria-hidden="true">{commandKey} Enter</kbd>
        <button type="submit" className="button primary" data-testid="publish" disabled={reason != null} aria-describedby={noteId}>Publish</button>
      </div>
    </form>
  )
}

const commandKey = /Mac|iP(?:hone|ad)/.test(navigator.userAgent) ? '⌘' : 'Ctrl'
