import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { builtInGenesis, networkOf } from '../message/genesis.ts'
import { temporaryFolder } from './fixtures/origin.ts'
import { chooseNetwork } from './network-choice.ts'

test('without a file it is the built-in network, with one that of the file', async () => {
  expect(await chooseNetwork(undefined)).toEqual(networkOf(builtInGenesis))
  const file = join(await temporaryFolder(onTestFinished), 'genesis.json')
  const genesis = { name: 'our village', genesisTime: 1_700_000_000_000, admissionBits: 3, attesters: [] }
  await writeFile(file, JSON.stringify(genesis))
  expect(await chooseNetwork(file)).toEqual(networkOf(genesis))
})

test.each([undefined, '', '{', '[]', '{"name":1}'])('a file with %s is told by code', async (content) => {
  const file = join(await temporaryFolder(onTestFinished), 'genesis.json')
  if (content != null) await writeFile(file, content)
  await expect(chooseNetwork(file)).rejects.toMatchObject({ code: 'genesis-invalid' })
})
