/** A libp2p peer id in its text form. Opaque to everything but the network. */
export type PeerId = string & { readonly __brand: 'PeerId' }

/** Base58 of 20 to 64 characters: those of Ed25519 keys have 52. Says nothing about there being such a key. */
const peerIdPattern = /^[1-9A-HJ-NP-Za-km-z]{20,64}$/

/** Whether a text from outside has the form of a peer id. */
export function isPeerId (text: string): text is PeerId {
  return peerIdPattern.test(text)
}
