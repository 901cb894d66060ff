/**
 * RTCSessionDescription and RTCIceCandidate for a worker, which lacks them: the fields that signalling reads and writes, and toJSON.
 */

export class SessionDescription {
  readonly type: RTCSdpType
  readonly sdp: string

  constructor (init: RTCSessionDescriptionInit) {
    this.type = init.type
    this.sdp = init.sdp ?? ''
  }

  toJSON (): RTCSessionDescriptionInit { return { type: this.type, sdp: this.sdp } }
}

export class IceCandidate {
  readonly candidate: string
  readonly sdpMid: string | null
  readonly sdpMLineIndex: number | null
  readonly usernameFragment: string | null

  /** The values come from the remote peer. @throws TypeError when they are no candidate, as the browser's own class does */
  constructor (init: RTCIceCandidateInit = {}) {
    if (init.sdpMid == null && init.sdpMLineIndex == null) throw new TypeError('A candidate needs sdpMid or sdpMLineIndex.')
    this.candidate = init.candidate ?? ''
    this.sdpMid = init.sdpMid ?? null
    this.sdpMLineIndex = init.sdpMLineIndex ?? null
    this.usernameFragment = init.usernameFragment ?? null
  }

  toJSON (): RTCIceCandidateInit {
    return { candidate: this.candidate, sdpMid: this.sdpMid, sdpMLineIndex: this.sdpMLineIndex, usernameFragment: this.usernameFragment }
  }
}
