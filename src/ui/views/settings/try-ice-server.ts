/** Tries a STUN or TURN server from this page: whether it gives this browser an address, by a connection to nobody. */
import type { IceServer } from '../../../worker/api.ts'

/** A server that takes longer holds up every link. */
const patienceMs = 6_000

/** What came of it, a sentence. */
export async function tryIceServer ({ url, username, credential }: IceServer): Promise<string> {
  const isTurn = url.startsWith('turn')
  const server: RTCIceServer = { urls: url, ...username != null && credential != null && { username, credential } }
  const connection = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: isTurn ? 'relay' : 'all' })
  try {
    const found = new Promise<string>((resolve) => {
      let error: RTCPeerConnectionIceErrorEvent | undefined
      const nothing = (): void => { resolve(error == null ? `${url} gave no address.` : errorWords(url, error)) }
      setTimeout(nothing, patienceMs)
      connection.onicecandidateerror = (event) => { if (error == null || event.errorCode !== 701) error = event }
      connection.onicecandidate = ({ candidate }) => {
        if (candidate == null) nothing()
        else if (candidate.type === 'relay') resolve(`${url} works: it carries links for this browser.`)
        else if (!isTurn && candidate.type === 'srflx') resolve(`${url} works: it sees this browser at ${candidate.address ?? 'an address that is kept private'}.`)
      }
    })
    connection.createDataChannel('probe')
    await connection.setLocalDescription()
    return await found
  } finally {
    connection.close()
  }
}

function errorWords (url: string, { errorCode, errorText }: RTCPeerConnectionIceErrorEvent): string {
  if (errorCode === 401 || errorCode === 403) return `${url} refuses this name or password.`
  if (errorCode === 701) return `${url} does not answer.`
  return `${url} refuses with ${errorCode}${errorText === '' ? '' : `: ${errorText}`}.`
}
