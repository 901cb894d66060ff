/**
 * On a narrow screen the two panes lie side by side and are swiped between; these tabs do the same for those who do not swipe.
 * On a wide one both panes are in view and the tabs are not shown (layout.css).
 */
import { type RefObject, useEffect, useState } from 'react'
import { count } from './format.ts'
import { Icon } from './marks.tsx'

export function PaneTabs ({ panes, linked }: { panes: RefObject<HTMLDivElement | null>, linked: number | null }) {
  const [shown, setShown] = useState(0)
  useEffect(() => {
    const element = panes.current
    if (element == null) return
    const follow = (): void => setShown(Math.round(element.scrollLeft / Math.max(1, element.clientWidth)))
    element.addEventListener('scroll', follow, { passive: true })
    return () => element.removeEventListener('scroll', follow)
  }, [panes])
  const show = (pane: number): void => { panes.current?.scrollTo({ left: pane * panes.current.clientWidth }) }
  return (
    <nav className="pane-tabs" aria-label="Views">
      <button type="button" aria-current={shown === 0 ? 'page' : undefined} onClick={() => show(0)}><Icon name="message" size={20} />Messages</button>
      <button type="button" aria-current={shown === 1 ? 'page' : undefined} onClick={() => show(1)}><Icon name="hubs" size={20} />You and hubs{linked != null && linked > 0 && `, ${count(linked)} linked`}</button>
    </nav>
  )
}
