/** Which network a Node process belongs to: the built-in one, or that of a genesis file. */
import { readFile } from 'node:fs/promises'
import { HubError, reasonOf } from '../base/errors.ts'
import { builtInGenesis, genesisFromJson, networkOf } from '../message/genesis.ts'
import type { NetworkGenesis } from '../message/types.ts'

/**
 * The network of `genesisFile`, or the built-in one when that is undefined.
 * @throws HubError `genesis-invalid`
 */
export async function chooseNetwork (genesisFile: string | undefined): Promise<NetworkGenesis> {
  if (genesisFile == null) return networkOf(builtInGenesis)
  let json: unknown
  try {
    json = JSON.parse(await readFile(genesisFile, 'utf8'))
  } catch (cause) {
    throw new HubError('genesis-invalid', `The genesis file ${genesisFile} cannot be read: ${reasonOf(cause)}.`, { cause })
  }
  return networkOf(genesisFromJson(json))
}
