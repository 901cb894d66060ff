/** A to-do list on every device of its author: records of the collection `todo`, one a line, the last write wins. Its page: todo.html. */
import { connectHub, type RecordView } from '../worker/client/connect-hub.ts'

const state = document.querySelector('#state') as HTMLElement
const list = document.querySelector('#todo') as HTMLElement
const form = document.querySelector('form') as HTMLFormElement
const collection = 'todo'

interface Item { readonly text: string, readonly done: boolean }

try {
  const hub = await connectHub({ id: 'todo', name: 'To do', scope: { kinds: ['record'], collections: [collection] } })
  const author = await hub.author() // everybody's records are here, and this list is one person's

  const write = (key: string, item: Item | null): void => {
    const value = item == null ? null : new TextEncoder().encode(JSON.stringify(item))
    hub.publish({ kind: 'record', collection, key, value }).catch(tell)
  }
  const draw = async (): Promise<void> => {
    const records = await hub.records({ collection, author, limit: 500 })
    list.replaceChildren(...records.sort((a, b) => a.key.localeCompare(b.key)).map(record => lineOf(record, write)))
    const { usage, quota } = await hub.storage()
    if (usage != null && quota != null && usage > 0.9 * quota) state.textContent = 'This browser is almost full: what you write may not fit.'
  }

  // Own clicks, other tabs and other devices all come this way.
  await hub.subscribe({ kind: 'record', collection, author }, draw)
  await draw()
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const { value: text } = form.elements.namedItem('text') as HTMLInputElement
    write(`${Date.now()}`, { text, done: false })
    form.reset()
  })

  state.textContent = 'This app has to be granted: open Settings of the hub, then Apps.'
  await hub.whenGranted()
  state.textContent = 'Kept in this browser.'
  await hub.whenSynced({ timeoutMs: 60_000 })
  state.textContent = 'The same at other hubs.'
} catch (thrown) {
  tell(thrown)
}

function lineOf ({ key, value }: RecordView, write: (key: string, item: Item | null) => void): HTMLElement {
  const item = JSON.parse(new TextDecoder().decode(value)) as Item
  const done = Object.assign(document.createElement('input'), { type: 'checkbox', checked: item.done, onchange: () => { write(key, { ...item, done: !item.done }) } })
  const label = document.createElement('label')
  label.append(done, item.text)
  const remove = Object.assign(document.createElement('button'), { textContent: 'Delete', onclick: () => { write(key, null) } })
  const line = document.createElement('li')
  line.append(label, remove)
  return line
}

function tell (thrown: unknown): void {
  state.textContent = thrown instanceof Error ? thrown.message : String(thrown)
}
