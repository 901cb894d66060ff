/** What flows through this hub now, in figures. */
import { type LinksSeen, rateOf } from '../../data/link-samples.ts'
import { bytes, rate, unknown } from '../../design/format.ts'

export function Flow ({ seen }: { seen: LinksSeen }) {
  const all = [...seen.samples.values()]
  const sum = (counter: Parameters<typeof rateOf>[1]): number | null => {
    const rates = all.map(samples => rateOf(samples, counter)).filter(value => value != null)
    return rates.length === 0 ? null : rates.reduce((total, value) => total + value, 0)
  }
  const messages = sum('messagesIn')
  const [bytesIn, bytesOut] = [sum('bytesIn'), sum('bytesOut')]
  const inAll = seen.peers.reduce((total, { messagesIn }) => total + messagesIn, 0)
  const again = seen.peers.reduce((total, { duplicatesIn }) => total + duplicatesIn, 0)
  return (
    <div className="flow" role="group" aria-label="What flows now">
      <p><b>{rate(messages)}</b> messages/s in</p>
      <p>{bytesIn == null ? unknown : `${bytes(bytesIn)}/s`} in, {bytesOut == null ? unknown : `${bytes(bytesOut)}/s`} out</p>
      <p>{inAll - again > 0 ? (inAll / (inAll - again)).toFixed(2) : unknown} copies of each message</p>
      <p className="age">measured here, last 5 s; copies since link-up</p>
    </div>
  )
}
