/**
 * Signatures checked on other threads: one verifying worker or a few (verify-workers.ts). What is asked while they are
 * busy gathers and goes as one packed buffer (verify-batch.ts); a lone question goes at once. How a signature is checked is message/signing.ts's
 * business; whose message it is, and what follows from the answer, is the runtime's.
 *
 * Invariants
 * 1. Every question is answered by a check that ran to its end, in a worker or on this thread; nothing that a worker leaves behind is lost or guessed.
 * 2. A worker is given nothing before it has said that it listens, nothing while an answer of it is overdue, and nothing after it failed.
 * 3. With no worker to give to, this thread checks itself: slower, the same answers.
 */
import { HubError } from '../base/errors.ts'
import { signatureBytes } from '../message/limits.ts'
import { createVerifier, verificationsMax, type SignedMessage, type Verifier } from '../message/signing.ts'
import { answer, packBatch, type WorkerMessage } from './verify-batch.ts'

export interface VerifierPool extends Verifier {
  /** The same of many messages in one call, answered together: a promise for each costs as much as all else of it here. Codes: those of `verify`. */
  readonly verifyAll: (messages: readonly SignedMessage[]) => Promise<readonly boolean[]>
  /** Workers that listen at this time. 0: this thread checks itself. */
  readonly workers: number
  /** Ends the workers. What waits for them rejects with `stopped`, and so does every later call. */
  close (): void
}

/** What the pool needs of a worker. */
export type VerifyWorker = Pick<Worker, 'postMessage' | 'addEventListener' | 'terminate'>

export interface VerifierPoolOptions {
  /** Told once, when the first worker is lost. The sentence is for people. */
  readonly onTrouble?: (sentence: string) => void
  /** What checks on this thread. @default as the workers do */
  readonly verifier?: Verifier
}

/** Questions of one batch: 5 ms of a worker's time, so that the answers' way (some 0.1 ms) costs little and no message waits long for its neighbours. */
export const batchMax = 128
/**
 * Batches given to one worker at a time: one that it checks, and two that are there when it has finished: 16 ms, as long as the engine is busy with what a
 * commit has stored. More would only wait there.
 */
const batchesPerWorkerMax = 3
/** An answer that takes longer is not waited for. Guess: a batch by the slow fallback on a slow phone takes below a second. */
const answerMsMax = 10_000

/** What was asked in one call, answered when all of it is. */
interface Asked {
  readonly answers: boolean[]
  open: number
  readonly resolve: (answers: readonly boolean[]) => void
  readonly reject: (error: unknown) => void
}

interface Question {
  readonly message: SignedMessage
  readonly asked: Asked
  /** Its place among `answers`. */
  readonly place: number
}

interface Batch {
  /** None when they were taken back because the answer is overdue. */
  questions: readonly Question[]
  readonly timer: ReturnType<typeof setTimeout>
}

interface Member {
  readonly worker: VerifyWorker
  state: 'starting' | 'listening' | 'lost'
  readonly batches: Map<number, Batch>
}

export function createVerifierPool (workers: readonly VerifyWorker[], { onTrouble, verifier = createVerifier() }: VerifierPoolOptions = {}): VerifierPool {
  let waiting: Question[] = []
  let isFlushDue = false
  let underWay = 0
  let batches = 0
  let isTroubleTold = false
  let isClosed = false
  const members = workers.map(join)

  function join (worker: VerifyWorker): Member {
    const member: Member = { worker, state: 'starting', batches: new Map() }
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => {
      if (data.type === 'answers') takeAnswers(member, data.number, data.answers)
      else if (member.state === 'starting') member.state = 'listening'
    })
    worker.addEventListener('error', (event) => {
      event.preventDefault() // It is dealt with here, and no error of the engine.
      const { message = 'it could not be loaded, or has ended' } = event as Partial<ErrorEvent> // a plain event where a port has closed
      lose(member, message)
    })
    worker.addEventListener('messageerror', () => { lose(member, 'what it said could not be read') })
    return member
  }

  function flush (): void {
    isFlushDue = false
    while (waiting.length > 0) {
      const usable = members.filter(member => member.state === 'listening' && !isOverdue(member))
      if (usable.length === 0) {
        checkHere(waiting.splice(0))
        return
      }
      const [least] = usable.sort((one, other) => one.batches.size - other.batches.size)
      if (least == null || least.batches.size >= batchesPerWorkerMax) return // The next answers come back here.
      give(least, waiting.splice(0, batchMax))
    }
  }

  function give (member: Member, questions: readonly Question[]): void {
    const number = batches += 1
    const timer = setTimeout(() => {
      checkHere(takeBack(given))
      flush()
    }, answerMsMax)
    const given: Batch = { questions, timer }
    member.batches.set(number, given)
    const batch = packBatch(questions)
    member.worker.postMessage({ number, batch }, [batch.buffer])
  }

  function takeAnswers (member: Member, number: number, answers: Uint8Array): void {
    const batch = member.batches.get(number)
    if (batch == null) return // It was lost before, and its questions are answered elsewhere.
    member.batches.delete(number)
    const open: Question[] = []
    for (const [index, question] of takeBack(batch).entries()) {
      const given = answers[index]
      if (given !== answer.valid && given !== answer.invalid) open.push(question)
      else {
        settle(question, given === answer.valid)
      }
    }
    checkHere(open)
    flush()
  }

  function lose (member: Member, reason: string): void {
    if (member.state === 'lost') return
    member.state = 'lost'
    member.worker.terminate()
    waiting = [...[...member.batches.values()].flatMap(takeBack), ...waiting]
    member.batches.clear()
    tellTrouble(reason)
    flush()
  }

  function checkHere (questions: readonly Question[]): void {
    for (const question of questions) {
      verifier.verify(question.message).then((isValid) => { settle(question, isValid) }, (thrown: unknown) => {
        underWay -= 1
        question.asked.reject(thrown)
      })
    }
  }

  function settle ({ asked, place }: Question, isValid: boolean): void {
    underWay -= 1
    asked.answers[place] = isValid
    asked.open -= 1
    if (asked.open === 0) asked.resolve(asked.answers)
  }

  async function ask (messages: readonly SignedMessage[]): Promise<readonly boolean[]> {
    if (isClosed) throw stopped()
    if (underWay + messages.length > verificationsMax) throw new HubError('too-many', `More than ${verificationsMax} signatures wait to be checked.`)
    return new Promise((resolve, reject) => {
      const asked: Asked = { answers: messages.map(() => false), open: 0, resolve, reject }
      messages.forEach((message, place) => {
        if (message.bytes.signature.byteLength !== signatureBytes) return
        asked.open += 1
        waiting.push({ message, asked, place })
      })
      underWay += asked.open
      if (asked.open === 0) resolve(asked.answers)
      else if (!isFlushDue) {
        isFlushDue = true
        queueMicrotask(flush)
      }
    })
  }

  function tellTrouble (reason: string): void {
    if (isTroubleTold || isClosed) return
    isTroubleTold = true
    onTrouble?.(`A helper that checks signatures is not there (${reason}): this hub takes in messages more slowly, and is otherwise well.`)
  }

  return {
    get workers () { return members.filter(({ state }) => state === 'listening').length },
    verify: async message => (await ask([message]))[0] === true,
    verifyAll: ask,
    close () {
      isClosed = true
      for (const member of members) {
        member.state = 'lost'
        member.worker.terminate()
        waiting.push(...[...member.batches.values()].flatMap(takeBack))
        member.batches.clear()
      }
      for (const { asked } of waiting.splice(0)) asked.reject(stopped())
    }
  }
}

/** An overdue batch stays with its worker, empty: the worker gets nothing new until it has answered after all. */
function isOverdue ({ batches }: Member): boolean {
  for (const { questions } of batches.values()) if (questions.length === 0) return true
  return false
}

function takeBack (batch: Batch): readonly Question[] {
  clearTimeout(batch.timer)
  const { questions } = batch
  batch.questions = []
  return questions
}

function stopped (): HubError {
  return new HubError('stopped', 'This hub has stopped checking signatures.')
}
