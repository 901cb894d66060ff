/** The one sentence about this hub: in the address bar while all is well, as a banner with what to do while something is wrong. */
import { useState } from 'react'
import { reasonOf } from '../../base/errors.ts'
import { candidatesTopic, linksTopic, statusTopic } from '../data/topics.ts'
import { useHubState, useLive, useSilence, useTopic } from '../data/use-live.ts'
import { hostOf } from '../../base/multiaddr-host.ts'
import { ToneMark } from '../design/marks.tsx'
import { bestRelay, stateStatement, statusStatement, type Statement } from '../words/sentences.ts'
import { troublesOf, type Trouble } from '../words/troubles.ts'
import { useLink } from './router.ts'

function useStatement (): Statement & { readonly to?: Trouble['to'] } {
  const state = useHubState()
  const silence = useSilence()
  const status = useTopic(statusTopic)
  const links = useTopic(linksTopic)
  const candidates = useTopic(candidatesTopic)
  if (state.type !== 'running') return stateStatement(state)
  if (silence != null) return { tone: 'error', sentence: silence, detail: null }
  if (status.failure != null) return { tone: 'error', sentence: `The engine of this hub did not answer: ${status.failure}`, detail: null }
  if (status.value == null || status.at == null || links.value == null) return { tone: 'working', sentence: 'Asking the hub how it is.', detail: null }
  const said = statusStatement(status.value, links.value.peers, candidates.value ?? [], status.at)
  const trouble = troublesOf(status.value, links.value.peers, []).find(({ tone }) => tone === 'wrong')
  if (said.tone === 'error' || trouble == null) return said
  return { tone: 'error', sentence: trouble.sentence, detail: `${trouble.follows} ${trouble.remedy}`, to: trouble.to }
}

export function StatusSentence () {
  const { tone, sentence } = useStatement()
  if (tone === 'error') return <span className="bar-space" />
  return <p className="bar-sentence" role="status"><ToneMark tone={tone} /><span data-testid="status-sentence">{sentence}</span></p>
}

export function Banner () {
  const { tone, sentence, detail, to } = useStatement()
  const link = useLink()
  if (tone !== 'error') return null
  return (
    <div className="banner" role="alert">
      <ToneMark tone={tone} large />
      <div>
        <p className="banner-sentence" data-testid="status-sentence">{sentence}</p>
        {detail != null && <p>{detail}</p>}
      </div>
      {to === undefined ? <BannerActions /> : to != null && <div className="banner-actions"><a className="button" {...link(to.route)}>{to.words}</a></div>}
    </div>
  )
}

function BannerActions () {
  const live = useLive()
  const link = useLink()
  const [failure, setFailure] = useState<string | null>(null)
  const relay = bestRelay(useTopic(statusTopic).value?.relays ?? [])
  if (relay == null || relay.state === 'reserved' || relay.state === 'connected') return null
  const tryNow = async (): Promise<void> => {
    setFailure(null)
    try {
      await live.hub().connect(relay.address)
    } catch (thrown) {
      setFailure(reasonOf(thrown))
    }
  }
  return (
    <div className="banner-actions">
      {relay.state === 'looking' && <button type="button" className="button" onClick={() => { void tryNow() }}>Try now</button>}
      <a className="button" {...link({ view: 'network', path: ['relay', hostOf(relay.address)], query: {} })}>Why?</a>
      {failure != null && <p role="status">{failure}</p>}
    </div>
  )
}
