/** One line of the log: what happened in full, what it is about, and the line as it is. */
import { clockTime, count, dayName, machineTime } from '../../design/format.ts'
import { CopyButton } from '../../design/copy-button.tsx'
import { KeyName } from '../../design/ids.tsx'
import { HubName } from '../../shell/hub-name.tsx'
import { Fold } from '../../design/marks.tsx'
import { useLink, useRoute } from '../../shell/router.ts'
import type { LogEvent } from '../../../worker/api.ts'
import { kindOf } from './log-kinds.ts'

export function LineFacts ({ line }: { line: LogEvent }) {
  const link = useLink()
  const route = useRoute()
  const { at, type, peer, code, message, sentence, times } = line
  const { part, level } = kindOf(line)
  const json = JSON.stringify(line, null, 2)
  return (
    <>
      <section className="section">
        <p className="verdict">{sentence}</p>
        <dl className="facts">
          <dt>When</dt><dd><time dateTime={machineTime(at)}>{dayName(at)}, {clockTime(at)}</time>{times > 1 && `, and ${count(times - 1)} times more within 10 s`}</dd>
          <dt>What</dt><dd>{type}: {part}, {level}</dd>
          {code != null && <><dt>Code</dt><dd><code>{code}</code></dd></>}
          {peer != null && <><dt>Hub</dt><dd><a {...link({ view: 'network', path: ['hub', peer], query: {} })}><HubName peerId={peer} /></a></dd></>}
          {message != null && <><dt>Message</dt><dd><a {...link({ view: 'messages', path: [message], query: {} })}><KeyName hex={message} long /></a></dd></>}
        </dl>
      </section>
      <section className="section line-more">
        <a {...link({ ...route, path: [], query: { filter: code ?? type } })}>Lines like this</a>
        {peer != null && <a {...link({ ...route, path: [], query: { peer } })}>Everything about this hub</a>}
      </section>
      <section className="section">
        <Fold title="As it is"><pre className="raw">{json}</pre><CopyButton text={json} label="Copy" className="button" /></Fold>
      </section>
    </>
  )
}
