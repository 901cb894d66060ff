/** The hubs: those linked and those only heard of. On the first visit, while there is none, what this tab has become. */
import { linksTopic, statusTopic } from '../../data/topics.ts'
import { useTopic } from '../../data/use-live.ts'
import { ViewFrame } from '../../shell/frame.tsx'
import { Guide } from './guide.tsx'

export default function NetworkView () {
  const { value: status } = useTopic(statusTopic)
  const { value: links } = useTopic(linksTopic)
  return (
    <ViewFrame crumbs={[{ words: 'Network' }]}>
      {status != null && links != null && <Guide />}
    </ViewFrame>
  )
}
