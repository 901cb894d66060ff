/**
 * Signatures of all sessions on their way to the verifier, which takes only so many at a time: four sessions at full speed would bring it more, and what it
 * refuses has to come again.
 */
import type { Message } from '../../message/types.ts'

type VerifyAll = (messages: readonly Message[]) => Promise<readonly boolean[]>

/** Messages of comparisons that are being checked: eight batches of a worker, a quarter of what a verifier takes (message/signing.ts); the rest is gossip's. */
export const checkedAtOnceMax = 1_024

/** The same as `verifyAll`; who comes when there is no room waits for it, in order. */
export function createChecking (verifyAll: VerifyAll): VerifyAll {
  let open = 0
  let waiting: Array<() => void> = []
  return async (messages) => {
    while (open > 0 && open + messages.length > checkedAtOnceMax) await new Promise<void>((resolve) => { waiting.push(resolve) })
    open += messages.length
    try {
      return await verifyAll(messages)
    } finally {
      open -= messages.length
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    }
  }
}
