/** Ids as people tell them apart: a sigil and the few characters that differ. The whole id is in the title, for whoever needs it. */
import { keyEnds, keyHead, peerTail } from './format.ts'
import { Sigil } from './marks.tsx'

/** A hub. All ids begin alike, so that its tail is shown. */
export function PeerName ({ peerId, size = 18 }: { peerId: string, size?: number }) {
  return <span className="name" title={peerId}><Sigil id={peerId} size={size} /><b className="mono">{peerTail(peerId)}</b></span>
}

/** A key or hash, by its head or, where there is room, both ends. */
export function KeyName ({ hex, long = false }: { hex: string, long?: boolean }) {
  return <code title={hex}>{long ? keyEnds(hex) : keyHead(hex)}</code>
}
