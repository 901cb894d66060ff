/** The smallest useful app: posts, shows what all hubs post, and goes on from the last event it saw. Its page: example.html. */
import { connectHub } from '../worker/client/connect-hub.ts'

const state = document.querySelector('#state') as HTMLElement
const list = document.querySelector('#posts') as HTMLElement
const form = document.querySelector('form') as HTMLFormElement
const lastEventKey = 'example/last-event'

try {
  const hub = await connectHub({ id: 'example', name: 'The example', scope: { kinds: ['post'] } })

  // What came while this page was closed comes first, then what comes now: each event once.
  const fromEvent = Number(localStorage.getItem(lastEventKey) ?? 0) + 1
  await hub.subscribe({ kind: 'post' }, ({ event, message }) => {
    const line = document.createElement('li')
    line.textContent = message.body == null ? '(removed)' : String(message.body.text)
    list.append(line)
    localStorage.setItem(lastEventKey, String(event))
  }, { fromEvent })

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const { value } = form.elements.namedItem('text') as HTMLInputElement
    hub.publish({ kind: 'post', text: value }).then(() => { form.reset() }, tell)
  })

  state.textContent = 'Reading. To write, this app has to be granted: open Settings of the hub, then Apps.'
  await hub.whenGranted()
  state.textContent = 'Reading and writing.'
} catch (thrown) {
  tell(thrown)
}

function tell (thrown: unknown): void {
  state.textContent = thrown instanceof Error ? thrown.message : String(thrown)
}
