/** The ceiling's platform in Node: the platform's own threads verify, and LevelDB as it comes. */
import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { questionBytes, type CeilingDisk, type CeilingPlatform } from './ceiling-way.ts'

const spkiPrefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]

/** `folder` is where disks are put. */
export function createCeilingPlatform (folder: string): CeilingPlatform {
  const keys = new Map<number, KeyObject>()

  function keyOf (bytes: Buffer): KeyObject {
    const prefix = bytes.readUInt32BE()
    const known = keys.get(prefix)
    const key = known ?? createPublicKey({ key: Buffer.from([...spkiPrefix, ...bytes]), format: 'der', type: 'spki' })
    if (known == null) keys.set(prefix, key)
    return key
  }

  return {
    async verify (batch) {
      const bytes = Buffer.from(batch.buffer)
      await new Promise<void>((resolve, reject) => {
        let open = batch.byteLength / questionBytes
        for (let offset = 0; offset < batch.byteLength; offset += questionBytes) {
          const input = bytes.subarray(offset + 96, offset + questionBytes)
          verify(null, input, keyOf(bytes.subarray(offset, offset + 32)), bytes.subarray(offset + 32, offset + 96), (error, valid) => {
            if (error != null || !valid) reject(error ?? new Error('a message is not signed'))
            open -= 1
            if (open === 0) resolve()
          })
        }
      })
    },
    openDisk: async () => openLevelDb(await mkdtemp(join(folder, 'ceiling-')))
  }
}

async function openLevelDb (folder: string): Promise<CeilingDisk> {
  const opened = new ClassicLevel<string, Uint8Array>(folder, { valueEncoding: 'view', compression: false })
  await opened.open()
  return {
    async write (firstNumber, blocks) {
      await opened.batch(blocks.map((value, index) => ({ type: 'put', key: `${firstNumber + index}`, value })))
    },
    async erase () {
      await opened.close()
      await ClassicLevel.destroy(folder)
    }
  }
}
