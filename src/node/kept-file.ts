/** Secrets in the data folder: each is made once, lies in a file that only its owner can read, and is whole or not there at all. */
import { randomUUID } from 'node:crypto'
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
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
    const kept = await readFile(file).catch((cause: unknown) => { if (!hasCode(cause, 'ENOENT')) throw cause })
    return kept ?? await writeOnce(file, await make())
  } catch (cause) {
    throw new HubError('data-folder-unusable', `The data folder ${dataFolder} cannot be used (${reasonOf(cause)}); name another one with --data.`, { cause })
  }
}

/** A file that a crash cut short would be a damaged secret for ever; and of two programs that begin in one folder at once the later one takes what is there. */
async function writeOnce (file: string, bytes: Uint8Array): Promise<Uint8Array> {
  const unfinished = `${file}.${randomUUID()}`
  try {
    await writeFile(unfinished, bytes, { mode: 0o600 })
    await chmod(unfinished, 0o600)
    await link(unfinished, file).catch(async (cause: unknown) => {
      if (hasCode(cause, 'EEXIST')) throw cause
      await rename(unfinished, file) // some disks have no links
    })
    return bytes
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause
    return await readFile(file)
  } finally {
    await rm(unfinished, { force: true })
  }
}

function hasCode (thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}
