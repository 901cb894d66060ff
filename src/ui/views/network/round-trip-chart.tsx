/** Round trips of one link over the last ten minutes, as measured while the page was visible. */
import { gapMs, type LinkSample, samplesKeptMs } from '../../data/link-samples.ts'
import { clockTime, roundTrip } from '../../design/format.ts'
import { linePath } from '../../design/sparkline.tsx'

const width = 342
const height = 44

export function RoundTripChart ({ samples }: { samples: readonly LinkSample[] }) {
  const known = samples.filter((sample): sample is LinkSample & { rttMs: number } => sample.rttMs != null)
  const [first, last] = [known.at(0), known.at(-1)]
  if (first == null || last == null) return <p className="quiet">Not measured yet.</p>
  const highest = known.reduce((most, sample) => sample.rttMs > most.rttMs ? sample : most, first)
  const spanMs = Math.max(60_000, Math.min(samplesKeptMs, last.at - first.at))
  const x = (at: number): number => width - (last.at - at) / spanMs * width
  const most = Math.max(highest.rttMs, 1)
  const y = (rttMs: number): number => height - 2 - rttMs / most * (height - 16)
  // A null between two samples that are far apart leaves the gap open.
  const drawn = known.flatMap((sample, index) => index > 0 && sample.at - (known[index - 1]?.at ?? 0) > gapMs ? [null, sample] : [sample])
  const path = linePath(drawn.map(sample => sample?.rttMs ?? null), index => x(drawn[index]?.at ?? 0), y)
  const peakX = x(highest.at)
  return (
    <figure className="round-trips">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Round trip now ${roundTrip(last.rttMs)}, at most ${roundTrip(highest.rttMs)} at ${clockTime(highest.at)}`}>
        <path className="scale" d={`M0 ${height - 1.5}H${width}M0 ${y(most)}H${width}`} />
        <path className="line" d={path} />
        <circle className="peak" cx={peakX} cy={y(highest.rttMs)} r="2.6" />
        <text x={Math.min(width - 4, peakX + 6)} y={y(highest.rttMs) - 4} textAnchor={peakX > width * 0.6 ? 'end' : 'start'}>{roundTrip(highest.rttMs)} at {clockTime(highest.at)}</text>
      </svg>
      <figcaption><span>{clockTime(last.at - spanMs)}</span><b>now {roundTrip(last.rttMs)}</b></figcaption>
    </figure>
  )
}
