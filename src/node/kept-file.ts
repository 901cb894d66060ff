/** Secrets in the data folder: each is made once, lies in a file that only its owner can read, and is whole or not there at all. */
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HubError, reasonOf } from '../base/errors.ts'

/**
 * What lies in the file `name` of `dataFolder`; where it is missing, `make` says what to put there. The folder is made where it is missing.
 * @throws HubError `data-folder-unusable`
 */
export async function keptFile (dataFolder: string, name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const file = join(dataFolder, name)
  try {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 })
    const kept = await readFile(file).catch((cause: unknown) => { if (!isMissing(cause)) throw cause })
    if (kept != null) return kept
    const made = await make()
    await writeWhole(file, made)
    return made
  } catch (cause) {
    throw new HubError('data-folder-unusable', `The data folder ${dataFolder} cannot be used (${reasonOf(cause)}); name another one with --data.`, { cause })
  }
}

/** A file that a crash cut short would be a damaged secret for ever. */
async function writeWhole (file: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${file}.${process.pid}`
  try {
    await writeFile(unfinished, bytes, { mode: 0o600 })
    await chmod(unfinished, 0o600)
    await rename(unfinished, file)
  } catch (cause) {
    await rm(unfinished, { force: true })
    throw cause
  }
}

function isMissing (thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
}
