/** An error as data, for boundaries that would drop its class and code. Causes stay where they were thrown. */
import { HubError, reasonOf, type HubErrorCode } from '../base/errors.ts'

export interface CarriedError {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly stack: string | undefined
}

export function carryError (thrown: unknown): CarriedError {
  return {
    name: thrown instanceof Error ? thrown.name : 'Error',
    code: thrown instanceof HubError ? thrown.code : 'internal',
    message: reasonOf(thrown),
    stack: thrown instanceof Error ? thrown.stack : undefined
  }
}

export function errorOf ({ name, code, message, stack }: CarriedError): HubError {
  const error = new HubError(code as HubErrorCode, message)
  error.name = name
  if (stack != null) error.stack = stack
  return error
}
