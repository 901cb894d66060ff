/** A modal dialog, as the browser has it: the focus stays inside, Esc and a press beside it close it, and the focus goes back to where it was. */
import { type ReactNode, useEffect, useRef } from 'react'

export function Dialog ({ label, onClose, children }: { label: string, onClose: () => void, children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog ref={dialog} className="dialog" aria-label={label} onClose={onClose} onCancel={onClose} onClick={(event) => { if (event.target === dialog.current) onClose() }}>
      <div className="dialog-inside">{children}</div>
    </dialog>
  )
}
