/**
 * What a page's main thread does in each frame, from Chromium's own trace: the tasks that ran on it between the beginnings of two frames, which another thread
 * may draw, by the processor time they took, so that what else the machine does counts for little. Pure, but for the recording.
 */
import type { CDPSession } from 'playwright-core'

export interface TraceEvent {
  readonly name: string
  readonly ph: string
  /** Microseconds. */
  readonly ts: number
  readonly dur?: number
  /** Of `dur`, what its thread was given a processor for. */
  readonly tdur?: number
  readonly pid: number
  readonly tid: number
}

export interface Frames {
  readonly frames: number
  readonly perSecond: number
  readonly workMsP50: number | null
  readonly workMsP95: number | null
  readonly workMsMax: number | null
  readonly workMsPerSecond: number | null
}

const categories = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline.frame', 'disabled-by-default-devtools.timeline']

/** Records for as long as `until` takes. */
export async function recordTrace (session: CDPSession, until: () => Promise<unknown>): Promise<TraceEvent[]> {
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => { events.push(...value as unknown as TraceEvent[]) })
  const complete = new Promise<void>((resolve) => { session.once('Tracing.tracingComplete', () => { resolve() }) })
  await session.send('Tracing.start', { traceConfig: { includedCategories: categories }, transferMode: 'ReportEvents' })
  await until()
  await session.send('Tracing.end')
  await complete
  return events
}

/** A frame of a page that draws sixty a second, in microseconds. */
const frameUs = 1_000_000 / 60

/**
 * Frames of the thread that begins the most of them, which may be a worker's; work of the page's own, which begins the most among those that draw pages. Where
 * nothing moves and frames are seldom, work counts by the sixtieth of a second in which it fell, as it would beside something that moves.
 */
export function framesIn (events: readonly TraceEvent[]): Frames {
  const pageFrames = busiest(events.filter(({ name }) => name === 'BeginMainThreadFrame'))
  const drawnByWorker = busiest(events.filter(({ name }) => name === 'FireAnimationFrame'))
  const page = pageFrames[0] == null ? undefined : threadOf(pageFrames[0])
  const starts = (pageFrames.length >= drawnByWorker.length ? pageFrames : drawnByWorker).map(({ ts }) => ts).sort((a, b) => a - b)
  const turns = starts.flatMap((start, index) => {
    const restUs = (starts[index + 1] ?? start) - start
    return Array.from({ length: Math.max(1, Math.floor(restUs / frameUs)) }, (_, turn) => start + turn * frameUs)
  })
  const tasks = events.filter(event => event.name === 'RunTask' && event.ph === 'X' && threadOf(event) === page).sort((a, b) => a.ts - b.ts)
  const work = turns.slice(0, -1).map(() => 0)
  let at = 0
  for (const { ts, dur = 0, tdur = dur } of tasks) {
    // A task that begins a frame began a little before the frame did.
    while (at < work.length && (turns[at + 1] ?? Infinity) < ts + dur) at += 1
    if (at < work.length && ts + dur >= (turns[0] ?? 0)) work[at] = (work[at] ?? 0) + tdur / 1_000
  }
  const sorted = [...work].sort((a, b) => a - b)
  const seconds = ((starts.at(-1) ?? 0) - (starts[0] ?? 0)) / 1_000_000
  const share = (part: number): number | null => rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))])
  const frames = Math.max(0, starts.length - 1)
  return {
    frames, perSecond: seconds === 0 ? 0 : Math.round(frames / seconds * 10) / 10, workMsP50: share(0.5), workMsP95: share(0.95), workMsMax: share(1),
    workMsPerSecond: seconds === 0 ? null : rounded(work.reduce((sum, ms) => sum + ms, 0) / seconds)
  }
}

/** Those of the thread that has the most. */
function busiest (events: readonly TraceEvent[]): readonly TraceEvent[] {
  const threads = new Map<string, TraceEvent[]>()
  for (const event of events) {
    const known = threads.get(threadOf(event))
    if (known == null) threads.set(threadOf(event), [event])
    else known.push(event)
  }
  return [...threads.values()].sort((a, b) => b.length - a.length)[0] ?? []
}

function threadOf ({ pid, tid }: TraceEvent): string {
  return `${pid} ${tid}`
}

function rounded (ms: number | undefined): number | null {
  return ms == null ? null : Math.round(ms * 100) / 100
}
