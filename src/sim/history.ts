/**
 * What was written before a run, and which hub has what of it: the sets that diff sync has to make equal. Devices are added and revoked, messages removed and
 * forked, by many authors over many epochs.
 */
import type { Random } from '../base/seeded-random.ts'
import type { Message, MessageId } from '../message/types.ts'
import { clockStartMs, createSimAuthor, type SimAuthor, type SimFeed } from './authors.ts'
import { shuffled } from './overlay.ts'
import type { History } from './scenario.ts'

/** One in so many messages of a history is a fork, where it has forks. */
const forkShare = 1 / 20

/** Messages of a history, signers before what they signed. */
export function writeHistory (history: History, random: Random): Message[] {
  const { messages: count, epochs, authors: authorCount, revocations = 0, removals = 0, forks = false } = history
  const firstMs = clockStartMs - epochs * 2 ** 20
  const authors = Array.from({ length: authorCount }, () => createSimAuthor(random, firstMs))
  const messages = authors.map(({ introduction }) => introduction)
  const posts: Array<{ readonly feed: SimFeed, readonly author: SimAuthor, readonly id: MessageId }> = []
  const devices = new Map(authors.map(author => [author, [author.device]]))
  const atMs = (number: number): number => firstMs + 1_000 + (clockStartMs - firstMs - 60_000) * number / count

  for (let number = 0; number < count; number += 1) {
    const author = random.pick(authors)
    const feeds = devices.get(author) ?? []
    if (random.chance(2 * authorCount / count)) {
      const { device, introduction } = author.addDevice(atMs(number))
      feeds.push(device)
      messages.push(introduction)
    }
    const feed = random.pick(feeds)
    const body = { kind: 'post' as const, text: `Number ${number} of the history.`, parent: undefined }
    const message = forks && random.chance(forkShare) ? feed.fork(body, atMs(number)) : feed.write(body, atMs(number))
    messages.push(message)
    posts.push({ feed, author, id: message.id })
  }
  for (let turn = 0; turn < removals && posts.length > 0; turn += 1) {
    const { author, id } = random.pick(posts)
    messages.push(author.device.write({ kind: 'remove', target: id }, clockStartMs - 50_000))
  }
  for (let turn = 0; turn < revocations && posts.length > 0; turn += 1) {
    // Some revoke one device twice, and some keep nothing of it.
    const { author, feed, id } = random.pick(posts)
    const keeps = [id, ...random.chance(0.3) ? [random.pick(posts.filter(post => post.feed === feed)).id] : []]
    for (const keepHead of random.chance(0.2) ? [undefined] : keeps) {
      messages.push(author.root.write({ kind: 'signer-remove', signer: feed.signer, keepHead }, clockStartMs - 40_000))
    }
  }
  return messages
}

/**
 * What each of so many hubs has of it: at least one of the `honest` ones, which come first, has any message, and of every other message only they. In their
 * order, or in none. What comes after that, `recent`, all of them have: gossip's offer of the newest ids (gossip/SPEC.md G17) says nothing about the rest.
 */
export function dealHistory (
  messages: readonly Message[], recent: readonly Message[], hubs: number, honest: number, { share, outOfOrder = false }: History, random: Random
): Message[][] {
  const hands = Array.from({ length: hubs }, (): Message[] => [])
  for (const [number, message] of messages.entries()) {
    const owner = random.below(honest)
    const holders = number % 2 === 0 ? hubs : honest
    for (const [hub, hand] of hands.entries()) if (hub === owner || (hub < holders && random.chance(share))) hand.push(message)
  }
  return hands.map(hand => [...outOfOrder ? shuffled(hand, random) : hand, ...recent])
}
