/** A part of the program that is loaded when it is first needed, and again when that failed. */
import { HubError } from './errors.ts'

/** Codes of the returned function: those of `load`, and `stopped` (the part could not be loaded). */
export function lazily<T> (load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined
  return async () => {
    loading ??= load()
    try {
      return await loading
    } catch (cause) {
      loading = undefined
      if (cause instanceof HubError) throw cause
      throw new HubError('stopped', 'A part of the program could not be loaded: where the server is gone, this waits until it is back.', { cause })
    }
  }
}
