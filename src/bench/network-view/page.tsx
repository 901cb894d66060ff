/** The network view alone, with a crowd for its hub. `?hubs=500` */
import '../../ui/design/tokens.css'
import '../../ui/design/base.css'
import '../../ui/design/table.css'
import '../../ui/shell/shell.css'
import '../../ui/shell/inspector.css'
import { createRoot } from 'react-dom/client'
import { createLive } from '../../ui/data/live.ts'
import { LiveContext } from '../../ui/data/use-live.ts'
import { CommandsContext, createCommands } from '../../ui/shell/commands.ts'
import { prefer } from '../../ui/shell/preferences.ts'
import { createRouter, RouterContext } from '../../ui/shell/router.ts'
import NetworkView from '../../ui/views/network/network-view.tsx'
import { crowdHub } from './crowd.ts'

const root = document.getElementById('root')
if (root == null) throw new Error('index.html has no element with the id "root".')
prefer({ guideHidden: true })
const hub = crowdHub(Number(new URLSearchParams(location.search).get('hubs')))
const live = createLive({ state: () => ({ type: 'running', hub }), onChange: () => () => { /* it never changes */ } }, () => true)
createRoot(root).render(
  <LiveContext value={live}>
    <RouterContext value={createRouter(window)}>
      <CommandsContext value={createCommands()}>
        <div className="app"><NetworkView /></div>
      </CommandsContext>
    </RouterContext>
  </LiveContext>
)
