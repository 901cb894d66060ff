/**
 * CONTRACT's `identity.*`: what people and scripts hand in is checked here, by hand, and becomes what identity and publisher take.
 */
import { HubError, reasonOf } from '../base/errors.ts'
import type { EventLog } from '../base/event-log.ts'
import { fromHex } from '../base/bytes.ts'
import { isStrictKey } from '../message/ed25519-strict.ts'
import { namespaceOf } from '../message/kinds.ts'
import { kinds, type Kind, type PublicKeyHex, type Scope } from '../message/types.ts'
import type { HubApi } from './api.ts'
import { idOf, textOf } from './arguments.ts'
import type { Identity } from './identity.ts'
import type { Publisher } from './publisher.ts'
import { entropyOfPhrase, phraseOf } from './recovery-phrase.ts'

export interface IdentityApiParts {
  readonly identity: Identity
  readonly publisher: Pick<Publisher, 'addDevice' | 'revokeDevice' | 'become' | 'devices'>
  readonly log: Pick<EventLog, 'report'>
}

/** The kinds a device can sign (M22). */
const deviceKinds = kinds.filter(kind => namespaceOf(kind) === 1)

export function createIdentityApi ({ identity, publisher, log }: IdentityApiParts): HubApi['identity'] {
  return {
    show: async () => identity.show(),
    devices: async () => publisher.devices(),
    async export (password) {
      const given = passwordOf(password)
      const { author } = identity
      const text = await identity.withEntropy(async entropy => given == null ? phraseOf(entropy) : (await import('./identity-export.ts')).sealEntropy(entropy, given))
      // With a full or failing disk the text is worth more than ever: it is handed out all the same.
      await identity.markBackedUp(author).catch((thrown: unknown) => {
        log.report({
          type: 'backup-not-noted', code: thrown instanceof HubError ? thrown.code : 'storage-failed',
          sentence: `The identity was exported, but this hub could not note that: ${reasonOf(thrown)}`
        })
      })
      return text
    },
    async import (recovery, password) {
      const entropy = await entropyOf(textOf(recovery, 'The recovery phrase or exported identity'), passwordOf(password) ?? '')
      try {
        await publisher.become(entropy)
      } finally {
        entropy.fill(0)
      }
      return identity.show()
    },
    addDevice: async (publicKey, scope) => publisher.addDevice(keyOf(publicKey), scopeOf(scope)),
    revokeDevice: async (publicKey, keepHead) => publisher.revokeDevice(keyOf(publicKey), keepHead == null ? undefined : idOf(keepHead))
  }
}

async function entropyOf (recovery: string, password: string): Promise<Uint8Array<ArrayBuffer>> {
  const { isExport, openEntropy } = await import('./identity-export.ts')
  if (isExport(recovery)) return openEntropy(recovery, password)
  if (password !== '') throw new HubError('invalid-argument', 'A recovery phrase has no password: leave it out, or import the text that was exported with it.')
  return entropyOfPhrase(recovery)
}

function keyOf (given: unknown): PublicKeyHex {
  const bytes = typeof given === 'string' ? fromHex(given, 32) : undefined
  if (bytes == null || !isStrictKey(bytes)) throw new HubError('invalid-argument', 'A device\'s public key is an Ed25519 key of 64 lower-case hex digits.')
  return given as PublicKeyHex
}

/** What is listed twice is listed once. The limits of a scope are judged with the message. */
function scopeOf (given: unknown): Scope {
  if (given == null) return { kinds: [], collections: [] }
  const { kinds, collections } = Object(given) as { readonly kinds?: unknown, readonly collections?: unknown }
  if (!isListOfTexts(kinds) || !isListOfTexts(collections)) throw new HubError('invalid-argument', 'A scope is {kinds: […], collections: […]}; an empty list means all.')
  if (!kinds.every(isDeviceKind)) throw new HubError('invalid-argument', `The kinds that a device may write are ${deviceKinds.join(', ')}.`)
  return { kinds: [...new Set(kinds)], collections: [...new Set(collections)] }
}

function isDeviceKind (kind: string): kind is Kind {
  return deviceKinds.includes(kind as Kind)
}

function isListOfTexts (given: unknown): given is readonly string[] {
  return Array.isArray(given) && given.every(item => typeof item === 'string')
}

/** An empty one is let through: exporting refuses it, and importing takes it for none, as a form with an empty field means it. */
function passwordOf (given: unknown): string | undefined {
  if (given == null) return undefined
  if (typeof given !== 'string') throw new HubError('invalid-argument', 'The password must be a text.')
  return given
}
