/** A libp2p peer id in its text form. Opaque to everything but the network. */
export type PeerId = string & { readonly __brand: 'PeerId' }
