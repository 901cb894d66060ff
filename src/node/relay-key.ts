/**
 * The relay's identity: one Ed25519 key in the data folder, so that its peer id, and with it every address handed out, survives restarts.
 * Readable by its owner only. It signs libp2p's own records, and checkpoints where the network's genesis names it; messages have other keys.
 */
import { join } from 'node:path'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { HubError } from '../base/errors.ts'
import { keptFile } from './kept-file.ts'

const keyFileName = 'relay.key'

/**
 * The key kept in `dataFolder`; folder and key are made where they are missing.
 * @throws HubError `data-folder-unusable`
 */
export async function loadRelayKey (dataFolder: string): Promise<PrivateKey> {
  const bytes = await keptFile(dataFolder, keyFileName, async () => privateKeyToProtobuf(await generateKeyPair('Ed25519')))
  try {
    return privateKeyFromProtobuf(bytes)
  } catch (cause) {
    throw new HubError('data-folder-unusable', `The relay's key ${join(dataFolder, keyFileName)} is damaged; delete it, and the relay gets a new identity.`, { cause })
  }
}

/** RFC 8032's private key: libp2p's own bytes of one are it and the public key. */
export function seedOf ({ raw }: PrivateKey): Uint8Array {
  return raw.subarray(0, 32)
}
