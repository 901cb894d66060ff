/**
 * One thread, to read: the first post, and below each post what answers it. The selected post is the one that the inspector and the box to write in
 * are about.
 */
import { memo, useEffect, useMemo, useRef, useState } from 'react'
import { reasonOf } from '../../../base/errors.ts'
import { useLive, useTopic } from '../../data/use-live.ts'
import { count, dayName, machineTime } from '../../design/format.ts'
import { CoverageMark, Icon, Sigil } from '../../design/marks.tsx'
import { AuthorName } from '../../shell/author-name.tsx'
import { useCommand } from '../../shell/commands.ts'
import { useRouter } from '../../shell/router.ts'
import { coverageWords } from '../../words/sentences.ts'
import { conversationTopic } from './message-topics.ts'
import { shareOf, textOf } from './thread-list.tsx'
import { threadOrder, type ThreadPost } from './thread-order.ts'
import { timeAndDay } from './when.ts'

/** Levels that are set in: deeper ones say whom they answer. */
const levelsShownMax = 5

export interface ThreadProperties {
  readonly id: string
  readonly entered: boolean
  readonly onEntered: (entered: boolean) => void
  readonly onReply: () => void
}

export function Thread ({ id, entered, onEntered, onReply }: ThreadProperties) {
  const topic = useMemo(() => conversationTopic(id), [id])
  const { value, failure } = useTopic(topic)
  const router = useRouter()
  const region = useRef<HTMLDivElement>(null)
  const found = value?.found ?? null
  const posts = useMemo(() => found == null ? [] : threadOrder(found), [found])
  const isShown = found != null

  useEffect(() => {
    if (!isShown) return
    const post = region.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)
    post?.scrollIntoView({ block: 'nearest' })
    // From post to post, or from outside; what somebody is about to press in the thread keeps the focus.
    const focused = document.activeElement
    const isFree = focused == null || focused === region.current || focused.matches('[data-testid=post]') || region.current?.contains(focused) !== true
    if (entered && isFree) post?.focus({ preventScroll: true })
  }, [id, isShown, entered])

  const move = (by: -1 | 1): void => {
    // What is selected may be ahead of what is drawn.
    const selected = router.route().path[0] ?? id
    const at = posts.findIndex(({ message }) => message.id === selected)
    const next = posts[Math.min(Math.max(0, at + by), posts.length - 1)]
    if (next != null) router.select({ ...router.route(), path: [next.message.id] })
  }
  useCommand('next', entered ? () => { move(1) } : null)
  useCommand('previous', entered ? () => { move(-1) } : null)

  if (value == null) return <div className="thread-posts"><p className="quiet" role="status">{failure ?? 'Reading the thread.'}</p></div>
  if (found == null) {
    return <div className="thread-posts"><p className="empty">This hub does not have the message of this id. Another hub may: once one that does is linked, it comes by itself and is shown here.</p></div>
  }
  const left = found.count - found.answers.length
  const parent = found.first.body?.parent
  return (
    <div
      className="thread-posts"
      ref={region}
      role="region"
      aria-label="Thread"
      tabIndex={0}
      onFocus={() => onEntered(true)}
      onBlur={(event) => { if (!event.currentTarget.contains(event.relatedTarget)) onEntered(false) }}
    >
      {typeof parent === 'string' && <p className="quiet">It answers a message that is not here.</p>}
      <ol>
        {posts.map(post => <Post key={post.message.id} post={post} selected={post.message.id === id} topicName={topic.name} onReply={onReply} />)}
      </ol>
      {left > 0 && <p className="quiet">{count(left)} earlier answers are kept by this hub and left out here: the newest {count(found.answers.length)} are shown.</p>}
      {failure != null && <p className="failure" role="status">{failure}</p>}
    </div>
  )
}

interface PostProperties {
  readonly post: ThreadPost
  readonly selected: boolean
  readonly topicName: string
  readonly onReply: () => void
}

const Post = memo(function Post ({ post: { message, depth, answers, reactions }, selected, topicName, onReply }: PostProperties) {
  const router = useRouter()
  const { id, author, timestamp, body, state, reach } = message
  const text = textOf(body)
  const select = (): void => { router.select({ ...router.route(), path: [id] }) }
  const deep = Math.min(depth, levelsShownMax)
  return (
    <li style={{ '--level': deep } as React.CSSProperties} data-level={deep}>
      <article
        className="post"
        data-testid="post"
        data-id={id}
        aria-current={selected ? 'true' : undefined}
        tabIndex={-1}
        onClick={() => { if (globalThis.getSelection()?.isCollapsed !== false) select() }}
      >
        <span className="portrait"><Sigil id={author} size={24} /></span>
        <header>
          <AuthorName author={author} linked />
          <time dateTime={machineTime(timestamp)} title={dayName(timestamp)}>{timeAndDay(timestamp)}</time>
          {answers != null && <span className="post-answers">answers <AuthorName author={answers.author} /></span>}
        </header>
        {text == null ? <p className="removed">{kindWords(message)}</p> : <p dir="auto">{text}</p>}
        <footer>
          {text != null && <Reactions target={id} reactions={reactions} topicName={topicName} />}
          {text != null && (
            <button type="button" className="post-action" aria-label="Reply to this message" onClick={(event) => { event.stopPropagation(); select(); onReply() }}><Icon name="reply" size={14} /> Reply</button>
          )}
          <span className="post-state"><CoverageMark state={state} part={shareOf(reach)} />{coverageWords(message)}</span>
        </footer>
      </article>
    </li>
  )
})

/** What stands where a post's text would. */
function kindWords ({ kind, body }: ThreadPost['message']): string {
  if (kind === 'post') return 'Removed by its author.'
  const words: Readonly<Record<string, string | undefined>> = {
    'signer-add': 'Introduces a device of its author.', 'signer-remove': 'Revokes a device of its author.', reaction: 'A reaction to another message.',
    link: 'A link to another author.', profile: 'A field of its author’s profile.', record: 'A record that an app keeps.', remove: 'Takes back another message.'
  }
  return `${words[kind] ?? `A message of the kind ${kind}.`}${body == null ? ' Its content was removed.' : ' What it says is under “As JSON”.'}`
}

/** What one can say without writing: words, so that nobody has to guess what a picture means. */
const offeredReactions = ['agree', 'thanks', 'seen', 'doubt'] as const
/** Types drawn under one post, the most frequent: others of any length come from anybody. */
const reactionsShownMax = 8

function Reactions ({ target, reactions, topicName }: { target: string, reactions: ThreadPost['reactions'], topicName: string }) {
  const live = useLive()
  const [open, setOpen] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const react = async (type: string, set: boolean): Promise<void> => {
    setOpen(false)
    setFailure(null)
    try {
      await live.hub().publish({ kind: 'reaction', target, type, set })
      live.refresh({ name: topicName })
    } catch (thrown) {
      setFailure(reasonOf(thrown))
    }
  }
  const offered = offeredReactions.filter(type => !reactions.some(reaction => reaction.type === type))
  return (
    <span className="reactions" onClick={event => event.stopPropagation()}>
      {reactions.slice(0, reactionsShownMax).map(({ type, count: times, own }) => (
        <button
          key={type}
          type="button"
          className="chip"
          aria-pressed={own}
          title={own ? 'Take it back' : 'Say so too'}
          onClick={() => { void react(type, !own) }}
        >{type.slice(0, 24)} {count(times)}
        </button>
      ))}
      {open && offered.map(type => <button key={type} type="button" className="chip offered" onClick={() => { void react(type, true) }}>{type}</button>)}
      {offered.length > 0 && (
        <button type="button" className="post-action" aria-expanded={open} aria-label="React to this message" onClick={() => setOpen(!open)}><Icon name={open ? 'cross' : 'plus'} size={14} /> {open ? 'Close' : 'React'}</button>
      )}
      {failure != null && <span className="failure" role="alert">{failure}</span>}
    </span>
  )
}
