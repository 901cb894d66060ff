/**
 * What every view stands in: the address bar, a banner while something is wrong, the view itself, and the inspector beside it,
 * which on a narrow screen is a sheet behind a card that says the least. A view says what goes where; the frame decides how it is laid out.
 */
import { type ReactNode, useRef, useState } from 'react'
import { CopyButton } from '../design/copy-button.tsx'
import { Icon } from '../design/marks.tsx'
import { FaultsMark } from './faults-mark.tsx'
import { Banner, StatusSentence } from './statement.tsx'
import { useCommand } from './commands.ts'
import { formatRoute, type Route, withPath } from './route.ts'
import { useLink, useRoute, useRouter } from './router.ts'

export interface Crumb {
  readonly words: ReactNode
  /** Where it leads; the last one is where one is. */
  readonly route?: Route
}

export interface Inspected {
  /** Says the same thing while it is the same: a sheet that was opened for one thing does not stay open for the next. */
  readonly key: string
  readonly label: string
  readonly mark: ReactNode
  readonly title: ReactNode
  readonly subtitle?: ReactNode
  /** One sentence about it, for the card on a narrow screen; null: there it is not shown. */
  readonly peek: string | null
  readonly content: ReactNode
  readonly foot?: ReactNode
  /** false: there is nothing else to show here, so it is not closed. */
  readonly closes?: boolean
}

export interface ViewFrameProperties {
  readonly crumbs: readonly Crumb[]
  readonly tools?: ReactNode
  readonly inspected?: Inspected | null
  /** Wide: for what is read rather than scanned. */
  readonly wideInspector?: boolean
  readonly children: ReactNode
}

export function ViewFrame ({ crumbs, tools, inspected, wideInspector = false, children }: ViewFrameProperties) {
  return (
    <div className="view-frame" data-inspector={inspected == null ? 'none' : wideInspector ? 'wide' : 'usual'}>
      <div className="address-bar">
        <Crumbs crumbs={crumbs} />
        <StatusSentence />
        {tools}
      </div>
      <div className="banners"><FaultsMark /><Banner /></div>
      <main id="main" tabIndex={-1}>{children}</main>
      {inspected != null && <Inspector key={inspected.key} inspected={inspected} />}
    </div>
  )
}

function Crumbs ({ crumbs }: { crumbs: readonly Crumb[] }) {
  const link = useLink()
  const route = useRoute()
  const address = `${location.origin}${location.pathname}${location.search}${formatRoute(route)}`
  const copying = useRef<HTMLSpanElement>(null)
  useCommand('copy-link', () => { copying.current?.querySelector('button')?.click() })
  return (
    <nav className="crumbs" aria-label="Address">
      <ol>
        {crumbs.map(({ words, route: to }, index) => (
          <li key={to == null ? 'here' : formatRoute(to)}>
            {index > 0 && <span className="crumb-rule" aria-hidden="true">/</span>}
            {to == null || index === crumbs.length - 1 ? <b aria-current="location">{words}</b> : <a {...link(to)}>{words}</a>}
          </li>
        ))}
      </ol>
      <span ref={copying}><CopyButton text={address} label="Copy a link to this view" className="icon-button" icon="chain" /></span>
    </nav>
  )
}

function Inspector ({ inspected: { label, mark, title, subtitle, peek, content, foot, closes = true } }: { inspected: Inspected }) {
  const router = useRouter()
  const route = useRoute()
  const [open, setOpen] = useState(false)
  const close = (): void => { if (open) setOpen(false); else if (closes) router.select(withPath(route)) }
  useCommand('close', close)
  return (
    <>
      {peek != null && (
        <div className="peek">
          {mark}
          <div><b>{title}</b><p>{peek}</p></div>
          <button type="button" className="button" aria-expanded={open} onClick={() => setOpen(true)}>Show</button>
        </div>
      )}
      <aside className="inspector" aria-label={label} data-open={open}>
        <header className="inspector-head">
          <span className="portrait large">{mark}</span>
          <div><h2>{title}</h2>{subtitle != null && <p>{subtitle}</p>}</div>
          <button type="button" className="icon-button inspector-close" data-closes={closes} aria-label="Close" title="Close (Esc)" onClick={close}><Icon name="cross" /></button>
        </header>
        <div className="inspector-body" tabIndex={0} role="region" aria-label={label}>{content}</div>
        {foot != null && <footer className="inspector-foot">{foot}</footer>}
      </aside>
    </>
  )
}
