/** Reads server-sent events (WHATWG HTML, 9.2.6), as far as a hub sends them: an id, an event, data on one line. */
import { HubError } from '../../base/errors.ts'

export interface ServerEvent {
  readonly id: string
  /** null: nothing happened; it says where a reader goes on that has seen no event yet. */
  readonly data: string | null
}

/** Characters of one event: a message of 8 KiB in JSON stays far below. A server that sends more sends no messages. */
const eventLengthMax = 256 * 1024

/** `push` takes the next piece of the stream, wherever it was cut, and gives the events that are whole now. Codes: `message-invalid`. */
export function createEventReader (): { readonly push: (text: string) => ServerEvent[] } {
  let rest = ''
  return {
    push (text) {
      const blocks = (rest + text).split('\n\n')
      rest = blocks.pop() ?? ''
      if (rest.length > eventLengthMax) throw new HubError('message-invalid', 'The server sends something that is no message.')
      return blocks.flatMap((block) => {
        const fields = new Map(block.split('\n').map((line): [string, string] => {
          const colon = line.indexOf(':')
          return [line.slice(0, colon), line.slice(colon + 1).trimStart()]
        }))
        const [id, data] = [fields.get('id'), fields.get('data')]
        return id == null ? [] : [{ id, data: data ?? null }] // a comment otherwise
      })
    }
  }
}
