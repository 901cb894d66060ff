/** The views: a rail on the left, on a narrow screen the tab bar at the bottom. */
import { HubbubMark, Icon, type IconName } from '../design/marks.tsx'
import { commands } from './key-map.ts'
import { home, type ViewName } from './route.ts'
import { useLink, useRoute } from './router.ts'

const places = [
  { view: 'network', icon: 'hubs', also: [] },
  { view: 'messages', icon: 'message', also: ['author'] },
  { view: 'sync', icon: 'sync', also: [] },
  { view: 'log', icon: 'log', also: [] },
  { view: 'settings', icon: 'settings', also: [] }
] as const satisfies ReadonlyArray<{ view: Exclude<ViewName, 'author'>, icon: IconName, also: readonly ViewName[] }>

export function Rail () {
  const link = useLink()
  const { view: here } = useRoute()
  return (
    <nav className="rail" aria-label="Views">
      <a className="rail-mark" title="Hubbub" aria-label="Hubbub: network" {...link(home)}><HubbubMark /></a>
      <ul>
        {places.map(({ view, icon, also }) => {
          const current = view === here || (also as readonly ViewName[]).includes(here)
          const { words, keys: [keys] } = commands[view]
          return (
            <li key={view} data-view={view}>
              <a aria-current={current ? 'page' : undefined} title={`${words}: ${keys}`} {...link({ view, path: [], query: {} })}><Icon name={icon} size={20} /><span>{words}</span></a>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
