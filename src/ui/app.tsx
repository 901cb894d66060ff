/**
 * The page: rail, strip, and the view that the address names, loaded when it is first opened. Pure functions of the live topics, but for
 * what only this page knows: the address, which dialog is open, and what is being written.
 */
import { type ComponentType, type LazyExoticComponent, lazy, Suspense, useEffect, useState } from 'react'
import type { PageUpdate } from './data/page-update.ts'
import { syncNow } from './data/sync-now.ts'
import { useHubState, useLive } from './data/use-live.ts'
import { useCommand, useCommands } from './shell/commands.ts'
import { ViewFrame } from './shell/frame.tsx'
import { type Command, createKeyReader } from './shell/key-map.ts'
import { Notice } from './shell/notice.tsx'
import { currentPreferences } from './shell/preferences.ts'
import { Rail } from './shell/rail.tsx'
import type { ViewName } from './shell/route.ts'
import { useRoute, useRouter } from './shell/router.ts'
import { StatusStrip } from './shell/status-strip.tsx'
import { UpdateOffer } from './shell/update-offer.tsx'

const NetworkView = lazy(async () => import('./views/network/network-view.tsx'))
const MessagesView = lazy(async () => import('./views/messages/messages-view.tsx'))
const AuthorView = lazy(async () => import('./views/author/author-view.tsx'))
const SyncView = lazy(async () => import('./views/sync/sync-view.tsx'))
const LogView = lazy(async () => import('./views/log/log-view.tsx'))
const SettingsView = lazy(async () => import('./views/settings/settings-view.tsx'))
const loadPalette = async () => import('./shell/palette.tsx')
const Palette = lazy(async () => loadPalette().then(({ Palette: component }) => ({ default: component })))
const KeysHelp = lazy(async () => import('./shell/keys-help.tsx').then(({ KeysHelp: component }) => ({ default: component })))

/** A view takes what it shows from the route and the live topics. */
const views: Readonly<Record<ViewName, LazyExoticComponent<ComponentType>>> = {
  network: NetworkView, messages: MessagesView, author: AuthorView, sync: SyncView, log: LogView, settings: SettingsView
}

export function App ({ update }: { update: PageUpdate }) {
  const state = useHubState()
  const { view } = useRoute()
  const [dialog, setDialog] = useState<'palette' | 'keys' | null>(null)
  useKeys()
  useWayfinding()
  // There before its keys are pressed: what is typed at once after them must reach it.
  useEffect(() => { void loadPalette() }, [])
  useCommand('palette', () => { setDialog('palette') })
  useCommand('keys', () => { setDialog('keys') })
  const View = views[view]
  const stopped = state.type !== 'running' && state.type !== 'starting'
  return (
    <div className="app">
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus() }}>Skip to the view</a>
      <Rail />
      <StatusStrip />
      {stopped
        ? <Notice state={state} address={location.href} />
        : <Suspense fallback={<ViewFrame crumbs={[{ words: 'Opening' }]}><p className="empty" role="status">Loading this view.</p></ViewFrame>}><View key={view} /></Suspense>}
      <UpdateOffer update={update} />
      <Suspense>
        {dialog === 'palette' && <Palette onClose={() => setDialog(null)} />}
        {dialog === 'keys' && <KeysHelp onClose={() => setDialog(null)} />}
      </Suspense>
    </div>
  )
}

/** Listens to the keyboard for as long as the page is there. */
function useKeys (): void {
  const commands = useCommands()
  useEffect(() => {
    const reader = createKeyReader()
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]') != null) return
      const command = reader.press({ ...pressOf(event), typing: takesLetters(event.target), atMs: event.timeStamp }, currentPreferences().singleKeys)
      if (command != null && !belongsToControl(command, event.target) && commands.run(command)) event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [commands])
}

function pressOf ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): { key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean } {
  return { key, ctrlKey, metaKey, altKey }
}

function takesLetters (target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select'))
}

/** Enter presses the button or follows the link that has the focus; arrows scroll what can be scrolled. */
function belongsToControl (command: Command, target: EventTarget | null): boolean {
  return command === 'inspect' && target instanceof Element && target.matches('a, button, summary')
}

/** What works in every view. */
function useWayfinding (): void {
  const router = useRouter()
  const live = useLive()
  const to = (view: ViewName) => () => { router.open({ view, path: [], query: {} }) }
  useCommand('network', to('network'))
  useCommand('messages', to('messages'))
  useCommand('sync', to('sync'))
  useCommand('log', to('log'))
  useCommand('settings', to('settings'))
  useCommand('back', () => { router.step(-1) })
  useCommand('forward', () => { router.step(1) })
  useCommand('why', () => { router.open({ view: 'network', path: ['why'], query: {} }) })
  useCommand('sync-now', () => {
    router.open({ view: 'sync', path: [], query: {} })
    syncNow(live)
  })
}
