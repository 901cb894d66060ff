/** What the lines and marks of the chart mean, in the same glyphs as the table. */
import { LinkGlyph } from '../../design/marks.tsx'

export function Legend () {
  return (
    <ul className="legend" aria-label="What the lines mean">
      <li><LinkGlyph link="eager" path="direct" /><span>eager<i>, carries messages</i></span></li>
      <li><LinkGlyph link="lazy" path="direct" /><span>lazy<i>, carries notes</i></span></li>
      <li><LinkGlyph link="lazy" path="relayed" /><span>through the relay</span></li>
      <li className="less"><LinkGlyph link="eager" path="server" /><span>to a server</span></li>
      <li><LinkGlyph link="lazy" path="direct" oneWay /><span>one-way</span></li>
      <li className="less"><LinkGlyph link="none" path="direct" failed /><span>failed</span></li>
      <li className="less">
        <svg className="comet-glyph" viewBox="0 0 30 12" width="30" height="12" aria-hidden="true"><path className="tail" d="M2 6h14" /><path className="body" d="M12 6h12" /><circle cx="25" cy="6" r="3.3" /></svg>
        <span>a message<i>, slower than life</i></span>
      </li>
    </ul>
  )
}
