/** The numbers of membership (SPEC.md V1 to V13), each with where it comes from. Times are milliseconds. */

export interface MembershipConfig {
  /** Links a hub looks for. HyParView, section 5: 5 for 10,000 hubs; one more, because tabs close without a word. */
  readonly linksWanted: number
  /** Links a hub takes when others ask. Above what it looks for, or the last of a crowd would find nobody with a place. */
  readonly linksMax: number
  /** Links beyond that for hubs that have none at all (HyParView's high priority). They are made up for as soon as a link is spare. Guess. */
  readonly guestsMax: number
  /** A link that a hub has so few of is not taken from it, spare or not: two may close their tabs at once. */
  readonly linksNeeded: number
  /** Hubs remembered besides the linked ones. HyParView, section 5: 30 for 10,000 hubs. */
  readonly passiveMax: number
  /** A full passive view takes one unknown hub in so many announcements: often enough to stay a sample of all, seldom enough to remember failures. Guess. */
  readonly replaceEvery: number
  /** Dials under way at once: each costs a peer connection on both sides, a circuit at its introducer, and the page's time. */
  readonly dialsMax: number
  /**
   * Another dial begins only when those under way are older than this: they wait for a path, not for a processor. Ten tabs that open at once on two cores
   * and dial two at once each have so many handshakes under way that 11 dials of 40 time out and are made again; one after the other next to none does, and
   * the mesh is there in two thirds of the time.
   */
  readonly patienceMs: number
  /** Spread of a first dial, so that hubs that hear of a newcomer at once do not all dial it in the same instant. */
  readonly firstSpreadMs: number
  /** How long the higher id waits for the lower one to dial. A direct dial takes 0.1 s nearby, and its announcement may come a second late. */
  readonly yieldMs: number
  /** A hub that is dialling this one is not dialled for so long: as long as a dial may take. */
  readonly callingMs: number
  readonly retryFirstMs: number
  readonly retryMaxMs: number
  /** A hub that was full, or made room, is left alone for so long, unless nobody else is left, or another one names it: once in so long. */
  readonly fullMs: number
  /** Between two looks for links to spare, while there are more than wanted. Two announcements are heard in it where something changed. */
  readonly tidyMs: number
  /** What a neighbour said of its links is believed for so long: three announcements. */
  readonly believedMs: number
  /** One link for another by chance, about so often. HyParView shuffles every cycle, but a link costs more than a shuffle: a tab has 480. */
  readonly swapMs: number
  /** A hub that is neither linked nor heard of for so long is gone. Twelve announcements. */
  readonly forgetMs: number
}

export const defaultMembershipConfig: MembershipConfig = {
  linksWanted: 6,
  linksMax: 8,
  guestsMax: 4,
  linksNeeded: 3,
  passiveMax: 40,
  replaceEvery: 64,
  dialsMax: 2,
  patienceMs: 5_000,
  firstSpreadMs: 300,
  yieldMs: 3_000,
  callingMs: 15_000,
  retryFirstMs: 1_000,
  retryMaxMs: 60_000,
  fullMs: 60_000,
  tidyMs: 5_000,
  believedMs: 30_000,
  swapMs: 60_000,
  forgetMs: 120_000
}
