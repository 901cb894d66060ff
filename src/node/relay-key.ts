/**
 * The relay's identity: one Ed25519 key in the data folder, so that its peer id, and with it every address handed out, survives restarts.
 * Readable by its owner only. It signs libp2p's own records, and checkpoints where the network's genesis names it; messages have other keys.
 */
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { HubError, reasonOf } from '../base/errors.ts'

const keyFileName = 'relay.key'

/**
 * The key kept in `dataFolder`; folder and key are made where they are missing.
 * @throws HubError `data-folder-unusable`
 */
export async function loadRelayKey (dataFolder: string): Promise<PrivateKey> {
  const file = join(dataFolder, keyFileName)
  try {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 })
    return await readKey(file) ?? await createKey(file)
  } catch (cause) {
    if (cause instanceof HubError) throw cause
    throw new HubError('data-folder-unusable', `The data folder ${dataFolder} cannot be used (${reasonOf(cause)}); name another one with --data.`, { cause })
  }
}

/** RFC 8032's private key: libp2p's own bytes of one are it and the public key. */
export function seedOf ({ raw }: PrivateKey): Uint8Array {
  return raw.subarray(0, 32)
}

async function readKey (file: string): Promise<PrivateKey | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw cause
  }
  try {
    return privateKeyFromProtobuf(bytes)
  } catch (cause) {
    throw new HubError('data-folder-unusable', `The relay's key ${file} is damaged; delete it, and the relay gets a new identity.`, { cause })
  }
}

/** Whole or not at all: a file that a crash cut short would be a damaged key for ever. */
async function createKey (file: string): Promise<PrivateKey> {
  const key = await generateKeyPair('Ed25519')
  const unfinished = `${file}.${process.pid}`
  try {
    await writeFile(unfinished, privateKeyToProtobuf(key), { mode: 0o600 })
    await chmod(unfinished, 0o600)
    await rename(unfinished, file)
  } catch (cause) {
    await rm(unfinished, { force: true })
    throw cause
  }
  return key
}

function isMissing (thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
}
