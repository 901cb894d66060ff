/**
 * The root key under a password, as one line of text to keep anywhere: `hubbub-identity-1.` and base64url of `salt ‖ iv ‖ sealed`.
 * The key is PBKDF2-SHA-256 of the password, the cipher AES-256-GCM, and the prefix is authenticated with it. The version fixes all
 * parameters, so that nobody can hand in a text that asks for fewer iterations. Does not know what the bytes mean.
 *
 * | part | bytes |
 * | --- | --- |
 * | salt | 16 |
 * | iv | 12 |
 * | sealed: entropy and tag | 16 + 16 |
 */
import { HubError } from '../base/errors.ts'
import { entropyBytes } from './recovery-phrase.ts'

/** What exports of any version begin with. */
const family = 'hubbub-identity-'
const prefix = `${family}1.`
/** OWASP's advice for PBKDF2-SHA-256 (2023): about 0.1 s for who knows the password, and for each guess of who does not. */
const iterations = 600_000
const saltBytes = 16
const ivBytes = 12
const tagBytes = 16
/** Four letters for each three bytes, of which there are twenty. */
const encodedLength = (saltBytes + ivBytes + entropyBytes + tagBytes) / 3 * 4
/** UTF-16 units. Longer than anybody types; hashing it all is work for nothing. */
const passwordLengthMax = 1_024

/** Whether a text claims to be an exported identity, of whatever version. */
export function isExport (text: string): boolean {
  return text.trimStart().startsWith(family)
}

/** Salt and iv are new each time, so no two exports are alike. Codes: `invalid-argument` (an empty or overlong password). */
export async function sealEntropy (entropy: Uint8Array<ArrayBuffer>, password: string): Promise<string> {
  if (password === '') throw new HubError('invalid-argument', 'The password is empty: choose one, or export the recovery phrase instead.')
  const salt = crypto.getRandomValues(new Uint8Array(saltBytes))
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
  const sealed = await crypto.subtle.encrypt(cipher(iv), await keyOf(password, salt), entropy)
  return prefix + base64urlOf([...salt, ...iv, ...new Uint8Array(sealed)])
}

/**
 * White space in the text, as mail and terminals add it, does not matter.
 *
 * Codes: `recovery-invalid` (not an export, or of a later version), `password-missing`, `password-wrong` (or the text is damaged, which
 * looks the same), `invalid-argument` (an overlong password).
 */
export async function openEntropy (text: string, password: string): Promise<Uint8Array<ArrayBuffer>> {
  const [salt, iv, sealed] = partsOf(text.replaceAll(/\s+/g, ''))
  if (password === '') throw new HubError('password-missing', 'This identity was exported under a password: give the password as well.')
  const key = await keyOf(password, salt)
  try {
    return new Uint8Array(await crypto.subtle.decrypt(cipher(iv), key, sealed))
  } catch (cause) {
    throw new HubError('password-wrong', 'This identity cannot be opened: the password is not the one it was exported with, or the text is damaged.', { cause })
  }
}

function partsOf (text: string): [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] {
  if (!text.startsWith(prefix)) throw new HubError('recovery-invalid', 'This identity was exported by a version that this one does not know: update the page.')
  const encoded = text.slice(prefix.length)
  if (encoded.length !== encodedLength || !/^[\w-]*$/.test(encoded)) {
    throw new HubError('recovery-invalid', 'This exported identity is incomplete, or something was added to it: copy all of the line, and nothing else.')
  }
  const bytes = bytesOf(encoded)
  return [bytes.slice(0, saltBytes), bytes.slice(saltBytes, saltBytes + ivBytes), bytes.slice(saltBytes + ivBytes)]
}

/** Passwords are compared in Unicode's composed form: keyboards differ in how they type the same letter. */
async function keyOf (password: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  if (password.length > passwordLengthMax) throw new HubError('invalid-argument', `A password has at most ${passwordLengthMax} characters.`)
  const material = await crypto.subtle.importKey('raw', new TextEncoder().encode(password.normalize('NFKC')), 'PBKDF2', false, ['deriveKey'])
  return crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

function cipher (iv: Uint8Array<ArrayBuffer>): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(prefix) }
}

// The platform's own base64: a library for it would be part of every start of the worker (vite makes a chunk of what two others share).
function base64urlOf (bytes: readonly number[]): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Of a text that has only the letters of base64url, in groups of four. */
function bytesOf (encoded: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), letter => letter.charCodeAt(0))
}
