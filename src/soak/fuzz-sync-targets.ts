/** Fuzz targets of diff sync: its frames, and the bytes inside them that have a grammar of their own. */
import { createEntryWriter, createWantReader, readFeeds, seqsIn } from '../sync/frontier/feed-bytes.ts'
import { createMeetings } from '../sync/frontier/meetings.ts'
import { decodeSyncFrame, encodeSyncFrame, type SyncFrame, type SyncFrameRejection } from '../sync/frames.ts'
import { accepted, bytesTarget, rejection, same, textTarget, type FuzzTarget } from './fuzz-target.ts'
import { envelopes } from './fuzz-message-targets.ts'

const frameCodes: readonly SyncFrameRejection[] = ['frame-too-large', 'frame-malformed']
const none = new Uint8Array()
const counts = [10, 1_000_000, 0]
const frames: readonly SyncFrame[] = [
  { type: 'compare', version: 2, salt: new Uint8Array(8).fill(7), fromEpoch: 3, untilMs: 2 ** 48 - 1, splitEpoch: 9, roots: new Uint8Array(24), counts, met: none, turn: 15 },
  { type: 'compare', version: 2, salt: new Uint8Array(8), fromEpoch: 0, untilMs: 0, splitEpoch: 0, roots: new Uint8Array(24), counts, met: new Uint8Array(8), turn: 0 },
  { type: 'range', fromEpoch: 77 },
  { type: 'equal' },
  { type: 'version', highest: 2 },
  { type: 'differ', spans: 5, counts, strategy: 'feeds', estimate: none, since: true, turn: 8 },
  { type: 'differ', spans: 7, counts, strategy: 'sketch-yours', estimate: new Uint8Array(96).fill(0x5b), since: false, turn: 0 },
  { type: 'list', ids: new Uint8Array(60), last: true },
  { type: 'list-want' },
  { type: 'symbols', from: 24, symbols: new Uint8Array(9 * 30).fill(3), last: false },
  { type: 'symbols-want', end: 1_500, estimate: none },
  { type: 'symbols-want', end: 0, estimate: new Uint8Array(768) },
  { type: 'wants', ids: new Uint8Array(40), last: true },
  { type: 'feeds', feeds: Uint8Array.of(1, 2, 3, 4, 5, 6, 0, 1, 1, 9), last: true },
  { type: 'feed-wants', wants: Uint8Array.of(0, 0), last: true },
  { type: 'have', ids: new Uint8Array(8) },
  { type: 'messages', messages: [Uint8Array.of(1), ...envelopes.slice(0, 3).map(() => Uint8Array.of(9, 9))], last: true }
]

const writer = createEntryWriter(16_128)
writer.addFeed(Uint8Array.of(1, 2, 3, 4, 5, 6), 0, [1, 200])
writer.addFeed(Uint8Array.of(9, 9, 9, 9, 9, 9), 3, [1, 5, 7, 90_000, 90_001, 100_001])
const [feedsSample = none] = writer.payloads()
const wanting = createEntryWriter(16_128)
wanting.addWant(0, undefined)
wanting.addWant(2, [5, 9, 100, 101])
wanting.addWant(300, [1, 100_001])
const [wantsSample = none] = wanting.payloads()
/** Entries that wants may name. */
const entries = 400
const meetings = createMeetings()
meetings.remember('peer', { digest: new Uint8Array(32).fill(1), fromEpoch: 5, untilMs: 1_790_000_000_000, event: 77 })
meetings.remember('other', { digest: new Uint8Array(32), fromEpoch: 0, untilMs: 0, event: 0 })

export const syncTargets: readonly FuzzTarget[] = [
  bytesTarget({
    name: 'sync-frame',
    samples: frames.map(encodeSyncFrame),
    judge (bytes) {
      const frame = decodeSyncFrame(bytes)
      if (!frame.ok) return rejection(frame.code, frameCodes)
      same('[Grammar] The frame', decodeSyncFrame(encodeSyncFrame(frame.value)), frame)
      return accepted
    }
  }),
  bytesTarget({
    name: 'sync-feeds',
    samples: [feedsSample, none],
    judge (bytes) {
      const read = readFeeds(bytes)
      if (read === undefined) return 'not-one'
      for (const { runs, seqs } of read) if (seqs !== seqsIn(runs) || seqs < 1 || seqs > 100_000) throw new Error('[S24] An entry has seqs that there cannot be.')
      return accepted
    }
  }),
  bytesTarget({
    name: 'sync-feed-wants',
    samples: [wantsSample, none],
    judge (bytes) {
      const read = createWantReader(entries).read(bytes)
      if (read === undefined) return 'not-one'
      let [entry, end] = [0, 0]
      for (const want of read) {
        if (want.entry !== entry) end = 0
        if (want.entry < entry || want.entry >= entries || (want.runs?.[0] ?? Infinity) < end) throw new Error('[S24] Wants go back.')
        entry = want.entry
        end = want.runs?.at(-1) ?? Infinity
      }
      return accepted
    }
  }),
  textTarget({
    name: 'meetings',
    samples: [meetings.save(), ''],
    judge (text) {
      const saved = createMeetings(text).save()
      same('[S22] What was kept', createMeetings(saved).save(), saved)
      return saved === '' ? 'not-one' : accepted
    }
  })
]
