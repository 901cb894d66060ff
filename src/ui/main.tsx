/**
 * The page's entry: opens the hub of this address and draws it. It runs once a page; everything after that is the topics' (data/)
 * and the views'.
 */
import './design/tokens.css'
import './design/base.css'
import './design/table.css'
import './shell/shell.css'
import './shell/inspector.css'
import './shell/palette.css'
import { createRoot } from 'react-dom/client'
import { openHub } from '../worker/client.ts'
import { exposeConsole } from '../worker/console.ts'
import { App } from './app.tsx'
import { createLive } from './data/live.ts'
import { updateOfBrowser } from './data/page-update.ts'
import { isAnythingUnsaved } from './data/unsaved.ts'
import { LiveContext } from './data/use-live.ts'
import { CommandsContext, createCommands } from './shell/commands.ts'
import { applyTheme } from './shell/preferences.ts'
import { createRouter, RouterContext } from './shell/router.ts'

applyTheme()

const root = document.getElementById('root')
if (root == null) throw new Error('index.html has no element with the id "root".')

const client = openHub()
exposeConsole(client)
const isJoining = async (): Promise<boolean> => (await (await client.running()).status()).join?.outcome === null
const update = updateOfBrowser(() => isAnythingUnsaved() || client.isWriting(), isJoining)
const live = createLive(client, () => document.visibilityState === 'visible')
createRoot(root).render(
  <LiveContext value={live}>
    <RouterContext value={createRouter(window)}>
      <CommandsContext value={createCommands()}>
        <App update={update} />
      </CommandsContext>
    </RouterContext>
  </LiveContext>
)
