/**
 * The page's entry: opens the hub of this address and draws it. It runs once a page; everything after that is the store's
 * (hub-store.ts) and the views'.
 */
import './tokens.css'
import './base.css'
import './layout.css'
import './messages.css'
import './inspector.css'
import './guide.css'
import { createRoot } from 'react-dom/client'
import { openHub } from '../worker/client.ts'
import { exposeConsole } from '../worker/console.ts'
import { App } from './app.tsx'
import { createHubStore } from './hub-store.ts'

/** `?theme=light` or `?theme=dark` overrides the system's theme: for pictures and tests. */
const theme = new URLSearchParams(location.search).get('theme')
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme

const root = document.getElementById('root')
if (root == null) throw new Error('index.html has no element with the id "root".')

const client = openHub()
exposeConsole(client)
const store = createHubStore(client, () => document.visibilityState === 'visible')
createRoot(root).render(<App hubName={client.name} store={store} address={location.href} />)
