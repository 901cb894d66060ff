/**
 * Errors across the worker boundary keep their name, code and sentence: Comlink by itself drops `code`. Imported for its effect on
 * both sides, before anything is exposed or wrapped.
 */
import { transferHandlers, type TransferHandler } from 'comlink'
import { carryError, errorOf, type CarriedError } from './carried-error.ts'

interface Thrown { readonly value: unknown }

const own = transferHandlers.get('throw') as TransferHandler<Thrown, CarriedError>

const handler: TransferHandler<Thrown, CarriedError> = {
  canHandle: own.canHandle.bind(own),
  serialize: ({ value }) => [carryError(value), []],
  deserialize (carried): never {
    throw errorOf(carried)
  }
}

transferHandlers.set('throw', handler)
