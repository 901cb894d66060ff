/** All keys, in a dialog. */
import { commandNames, commands } from './key-map.ts'
import { Dialog } from './dialog.tsx'

export function KeysHelp ({ onClose }: { onClose: () => void }) {
  return (
    <Dialog label="All keys" onClose={onClose}>
      <h2 className="dialog-title">All keys</h2>
      <dl className="key-list">
        {commandNames.map(name => (
          <div key={name}>
            <dt>{commands[name].keys.map(keys => <kbd key={keys}>{keys}</kbd>)}</dt>
            <dd>{commands[name].words}</dd>
          </div>
        ))}
      </dl>
      <p className="dialog-note">Single keys rest while you type. They can be turned off in Settings.</p>
    </Dialog>
  )
}
