/**
 * A Maelstrom node (CONTRACT: `dist/node/maelstrom.js`): answers what clients ask (init, topology, echo, generate, broadcast, read) and hands what other nodes
 * send to its hub. Lines in, lines out; it knows neither the process nor the clock.
 */
import { HubError, reasonOf } from '../../base/errors.ts'
import { toHex } from '../../base/bytes.ts'
import { decodeEnvelope, encodeEnvelope, envelopeType } from './envelope.ts'
import { createMaelstromHub, type MaelstromHub, type MaelstromPorts } from './hub.ts'
import { decodeLine, encodeLine, errorBody, type Body, type ErrorName } from './line.ts'
import type { Profile } from './profile.ts'

export interface MaelstromNode {
  /** Takes one line. Never rejects; resolves when it was dealt with. */
  receive: (line: string) => Promise<void>
  stop: () => Promise<void>
}

export interface MaelstromNodeOptions extends MaelstromPorts {
  readonly profile: Profile
  /** Writes one line, without its end. */
  readonly write: (line: string) => void
  /** A sentence for the log. */
  readonly warn: (sentence: string) => void
}

/** What went wrong, as Maelstrom's clients are to hear it. */
class RequestError extends Error {
  readonly error: ErrorName

  constructor (error: ErrorName, message: string) {
    super(message)
    this.error = error
  }
}

/** Three round trips at 100 ms; far below a client's patience of 5 s. */
const linkWaitMs = 1_000
/** Of a node's generated ids: two lives of one node share none. */
const lifeBytes = 6

export function createMaelstromNode (options: MaelstromNodeOptions): MaelstromNode {
  const { write, warn, random } = options
  let nodeId = ''
  let starting: Promise<MaelstromHub> | undefined
  let hub: MaelstromHub | undefined
  const life = toHex(random(lifeBytes))
  let generated = 0

  async function init (body: Body): Promise<Body> {
    const { node_id: id, node_ids: ids } = body
    if (typeof id !== 'string' || id === '' || !isTexts(ids) || !ids.includes(id)) {
      throw new RequestError('malformed-request', 'init wants a node_id, and node_ids that hold it.')
    }
    if (starting !== undefined) {
      if (id !== nodeId) throw new RequestError('malformed-request', `This node was initialised as ${nodeId}.`)
      await starting
      return { type: 'init_ok' } // asked again: the first answer was slow
    }
    nodeId = id
    starting = createMaelstromHub({
      ...options, nodeId, nodeIds: [...new Set(ids)],
      transmit: (dest, envelope) => { write(encodeLine({ src: nodeId, dest, body: encodeEnvelope(envelope) })) }
    })
    hub = await starting
    return { type: 'init_ok' }
  }

  function running (): MaelstromHub {
    if (hub === undefined) throw new RequestError('temporarily-unavailable', 'This node was not initialised yet.')
    return hub
  }

  async function answer (body: Body): Promise<Body> {
    switch (body.type) {
      case 'init': return init(body)
      case 'echo': return { type: 'echo_ok', echo: body.echo }
      case 'generate': {
        running()
        generated += 1
        return { type: 'generate_ok', id: `${nodeId}-${life}-${generated}` }
      }
      case 'topology': {
        // Its links are its own (overlay.ts). What is broadcast before they are up takes longer, so clients wait for them here, a moment.
        await running().linked(linkWaitMs)
        return { type: 'topology_ok' }
      }
      case 'broadcast': {
        if (body.message === undefined) throw new RequestError('malformed-request', 'broadcast wants a message.')
        await running().broadcast(body.message)
        return { type: 'broadcast_ok' }
      }
      case 'read': return { type: 'read_ok', messages: running().values }
      default: throw new RequestError('not-supported', `This node does not know "${body.type.slice(0, 40)}".`)
    }
  }

  function reply (dest: string, body: Body): void {
    write(encodeLine({ src: nodeId, dest, body }))
  }

  return {
    async receive (text) {
      if (text.trim() === '') return
      const line = decodeLine(text)
      if (!line.ok) {
        warn(line.sentence)
        if (line.request !== undefined) reply(line.request.src, errorBody('malformed-request', line.sentence, line.request.msgId))
        return
      }
      const { src, body } = line.value
      if (body.type === envelopeType) {
        const envelope = decodeEnvelope(body)
        if (envelope === undefined) warn(`A message of ${src} is none of this protocol.`)
        else hub?.receive(src, envelope) // what comes before init is greeted again
        return
      }
      const { msg_id: msgId } = body
      if (body.in_reply_to !== undefined) return // nothing is asked of others, so it answers nothing
      try {
        const answered = await answer(body)
        if (msgId !== undefined) reply(src, { ...answered, in_reply_to: msgId })
      } catch (thrown) {
        const sentence = reasonOf(thrown)
        warn(`A request (${body.type.slice(0, 40)}) failed: ${sentence}`)
        if (msgId !== undefined) reply(src, errorBody(errorOf(thrown), sentence, msgId))
      }
    },
    async stop () { await (await starting)?.stop() }
  }
}

/** Whatever is not sure to have come to nothing is `crash`, the indefinite one. */
function errorOf (thrown: unknown): ErrorName {
  if (thrown instanceof RequestError) return thrown.error
  if (!(thrown instanceof HubError)) return 'crash'
  if (thrown.code === 'message-invalid' || thrown.code === 'invalid-argument') return 'malformed-request'
  return thrown.code === 'too-many' ? 'temporarily-unavailable' : 'crash'
}

function isTexts (value: unknown): value is string[] {
  return Array.isArray(value) && value.every(text => typeof text === 'string')
}
