/**
 * The root key as twelve words (DESIGN.md 9): 16 bytes of entropy ↔ BIP39 phrase, English list, no passphrase; and the seed of the
 * root key that follows from them. The word list is loaded only when it is needed: a first visit, a change of devices, a backup.
 * Does not know where any of it is kept.
 */
import type * as Bip39 from '@scure/bip39'
import { HubError } from '../base/errors.ts'

/** 128 bits: as strong as the key made from them. */
export const entropyBytes = 16
/** BIP39: eleven bits a word, 128 of entropy and 4 of checksum. */
const words = 12
const rootSeedBytes = 32

/** The recovery phrase: twelve lower-case words with single spaces. */
export async function phraseOf (entropy: Uint8Array): Promise<string> {
  const { entropyToMnemonic, wordlist } = await loadBip39()
  return entropyToMnemonic(entropy, wordlist)
}

/**
 * The entropy of a phrase that a person typed: in any case, with any white space.
 *
 * Codes: `recovery-invalid`, with a sentence that says which word to look at.
 */
export async function entropyOfPhrase (typed: string): Promise<Uint8Array<ArrayBuffer>> {
  const { mnemonicToEntropy, validateMnemonic, wordlist } = await loadBip39()
  const given = typed.normalize('NFKD').toLowerCase().split(/\s+/).filter(word => word !== '')
  const unknown = given.findIndex(word => !wordlist.includes(word))
  if (given.length !== words) throw invalid(`A recovery phrase has ${words} words; this has ${given.length}.`)
  if (unknown >= 0) throw invalid(`Word ${unknown + 1}, "${given[unknown] ?? ''}", is not in the list of recovery words: look for a spelling mistake.`)
  const phrase = given.join(' ')
  if (!validateMnemonic(phrase, wordlist)) throw invalid('All the words exist, but together they are no recovery phrase: one is wrong, or two have changed places.')
  return new Uint8Array(mnemonicToEntropy(phrase, wordlist))
}

/** The 32 bytes of the root's private key: the first of BIP39's seed. */
export async function rootSeedOf (entropy: Uint8Array): Promise<Uint8Array> {
  const { entropyToMnemonic, mnemonicToSeedWebcrypto, wordlist } = await loadBip39()
  const seed = await mnemonicToSeedWebcrypto(entropyToMnemonic(entropy, wordlist))
  return seed.slice(0, rootSeedBytes)
}

type Used = 'entropyToMnemonic' | 'mnemonicToEntropy' | 'mnemonicToSeedWebcrypto' | 'validateMnemonic'

async function loadBip39 (): Promise<Pick<typeof Bip39, Used> & { readonly wordlist: string[] }> {
  const [{ entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedWebcrypto, validateMnemonic }, { wordlist }] =
    await Promise.all([import('@scure/bip39'), import('@scure/bip39/wordlists/english.js')])
  return { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedWebcrypto, validateMnemonic, wordlist }
}

function invalid (sentence: string): HubError {
  return new HubError('recovery-invalid', sentence)
}
