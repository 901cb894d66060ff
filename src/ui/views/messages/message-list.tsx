/** The posts, oldest first, with the newest in view unless the reader has scrolled away from it. */
import { memo, type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { clockTime, counted, dayName, keyEnds, keyHead, machineTime } from '../../design/format.ts'
import type { PostsSnapshot } from './posts.ts'
import { CoverageMark, Sigil } from '../../design/marks.tsx'
import { coverageWords } from '../../words/sentences.ts'
import type { MessageView } from '../../../worker/api.ts'

/** Nearer to the end than this, in px, counts as reading the newest. */
const atEndPx = 40

export interface MessageListProperties {
  readonly messages: readonly MessageView[]
  readonly older: PostsSnapshot['older']
  /** The author key of this hub; null: not known yet. */
  readonly self: string | null
  readonly onOlder: () => void
}

export function MessageList ({ messages, older, self, onOlder }: MessageListProperties) {
  const { scroller, unseen, onScroll, showEnd } = useReadingPlace(messages)
  return (
    <div className="messages">
      <div className="messages-scroll" ref={scroller} onScroll={onScroll} role="region" aria-label="Messages" tabIndex={0}>
        {older !== 'none' && (
          <p className="older">
            {older === 'full'
              ? 'Older messages are kept by this hub; the page shows no more of them at once.'
              : (
                  <button type="button" className="button" onClick={onOlder} aria-disabled={older === 'loading'}>
                    {older === 'loading' ? 'Reading older messages' : 'Show older messages'}
                  </button>
                )}
          </p>
        )}
        <ol>
          {messages.map((message, index) => (
            <MessageItem key={message.id} message={message} own={message.author === self} day={dayBegun(message, messages[index - 1])} />
          ))}
        </ol>
      </div>
      {unseen > 0 && <button type="button" className="button unseen" onClick={showEnd}>{counted(unseen, 'new message')}, show</button>}
      <p className="hidden" role="status">{unseen > 0 ? `${counted(unseen, 'new message')} below.` : ''}</p>
    </div>
  )
}

interface ItemProperties {
  readonly message: MessageView
  readonly own: boolean
  /** The day that begins with this message; null: it is the day of the one before. */
  readonly day: string | null
}

const MessageItem = memo(function MessageItem ({ message, own, day }: ItemProperties) {
  const { id, author, timestamp, body, state } = message
  return (
    <li>
      {day != null && <h2 className="day">{day}</h2>}
      <article className="message" data-testid="message" data-id={id} data-own={own}>
        <span className="portrait"><Sigil id={author} size={24} /></span>
        <header>
          {own ? <><b>You</b> <code title={author}>{keyHead(author)}</code></> : <b className="mono" title={author}>{keyEnds(author)}</b>}
          <time dateTime={machineTime(timestamp)}>{clockTime(timestamp)}</time>
          <span className="state" title={storedWords(message)}><CoverageMark state={state} />{coverageWords(message)}</span>
        </header>
        {typeof body?.text === 'string' ? <p dir="auto">{body.text}</p> : <p className="removed">Removed by its author.</p>}
      </article>
    </li>
  )
})

function storedWords ({ id, storedAt, from }: MessageView): string {
  return `Message ${keyHead(id)} ${from == null ? 'was written here' : `came from ${from}`} and was stored at ${clockTime(storedAt)}.`
}

function dayBegun (message: MessageView, before: MessageView | undefined): string | null {
  const day = dayName(message.timestamp)
  return before != null && dayName(before.timestamp) === day ? null : day
}

interface ReadingPlace {
  readonly scroller: RefObject<HTMLDivElement | null>
  /** Posts that came after the last one that was seen at the end. */
  readonly unseen: number
  readonly onScroll: () => void
  readonly showEnd: () => void
}

/** Keeps the reader's place: at the end it follows what arrives; elsewhere nothing moves under the eye, and arrivals are counted. */
function useReadingPlace (messages: readonly MessageView[]): ReadingPlace {
  const scroller = useRef<HTMLDivElement>(null)
  const [atEnd, setAtEnd] = useState(true)
  const [seen, setSeen] = useState<string | undefined>(undefined)
  const place = useRef<{ first: string | undefined, topPx: number, fromEndPx: number }>({ first: undefined, topPx: 0, fromEndPx: 0 })
  const first = messages[0]?.id
  const last = messages.at(-1)?.id
  if (atEnd && seen !== last) setSeen(last)

  useLayoutEffect(() => {
    const element = scroller.current
    if (element == null) return
    if (atEnd) element.scrollTop = element.scrollHeight
    // Browsers hold the place themselves, but for the very top, where older posts are asked for.
    else if (place.current.first !== first && place.current.topPx <= 0) element.scrollTop = element.scrollHeight - place.current.fromEndPx
    place.current = { first, topPx: element.scrollTop, fromEndPx: element.scrollHeight - element.scrollTop }
  }, [messages, first, atEnd])

  useLayoutEffect(() => {
    const element = scroller.current
    if (element == null || !atEnd) return
    const observer = new ResizeObserver(() => { element.scrollTop = element.scrollHeight })
    observer.observe(element)
    return () => observer.disconnect()
  }, [atEnd])

  const seenIndex = atEnd ? -1 : messages.findIndex(({ id }) => id === seen)
  return {
    scroller,
    unseen: seenIndex < 0 ? 0 : messages.length - 1 - seenIndex,
    onScroll () {
      const element = scroller.current
      if (element == null) return
      const fromEndPx = element.scrollHeight - element.scrollTop
      place.current = { ...place.current, topPx: element.scrollTop, fromEndPx }
      setAtEnd(fromEndPx - element.clientHeight <= atEndPx)
    },
    showEnd () {
      setAtEnd(true)
      scroller.current?.focus()
    }
  }
}
