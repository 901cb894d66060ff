/**
 * Errors across the worker boundary keep their name, code and sentence: Comlink by itself drops `code`. Imported for its effect on
 * both sides, before anything is exposed or wrapped. Causes stay where they were thrown; they are in the event log.
 */
import { transferHandlers, type TransferHandler } from 'comlink'
import { HubError, reasonOf, type HubErrorCode } from '../base/errors.ts'

interface Thrown { readonly value: unknown }
interface CarriedError { readonly name: string, readonly code: string, readonly message: string, readonly stack: string | undefined }

const own = transferHandlers.get('throw') as TransferHandler<Thrown, CarriedError>

const handler: TransferHandler<Thrown, CarriedError> = {
  canHandle: own.canHandle.bind(own),
  serialize ({ value }) {
    const name = value instanceof Error ? value.name : 'Error'
    const code = value instanceof HubError ? value.code : 'internal'
    return [{ name, code, message: reasonOf(value), stack: value instanceof Error ? value.stack : undefined }, []]
  },
  deserialize ({ name, code, message, stack }): never {
    const error = new HubError(code as HubErrorCode, message)
    error.name = name
    if (stack != null) error.stack = stack
    throw error
  }
}

transferHandlers.set('throw', handler)
