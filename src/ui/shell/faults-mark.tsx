/** While faults are injected at this hub, every view says so: what one sees then is no fault of the network. */
import { statusTopic } from '../data/topics.ts'
import { useLive, useTopic } from '../data/use-live.ts'
import { AskButton } from '../design/asking.tsx'
import { Icon } from '../design/marks.tsx'
import { faultsWords } from '../words/faults.ts'
import { useLink } from './router.ts'

export function FaultsMark () {
  const live = useLive()
  const link = useLink()
  const faults = useTopic(statusTopic).value?.faults ?? null
  if (faults == null) return null
  const end = async (): Promise<void> => {
    await live.hub().faults({})
    live.refresh(statusTopic)
  }
  return (
    <div className="faults-mark" role="status" data-testid="faults">
      <Icon name="faults" size={16} />
      <p><b>Faults are injected at this hub:</b> {faultsWords(faults)}. What fails meanwhile is meant to.</p>
      <AskButton words="End them" busy="Ending" onAsk={end} />
      <a className="button" {...link({ view: 'log', path: ['faults'], query: {} })}>Change</a>
    </div>
  )
}
