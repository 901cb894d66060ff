/**
 * The snapshots that this hub knows and can serve (fastsync/SPEC.md, F2, F7, F22 and F23): its own ones, made when they are asked for, and those of others all
 * of whose messages it holds. It asks nobody anything, and checks no signatures.
 *
 * Invariant: whatever snapshot is here, this hub held and had verified each of its messages when it came in.
 */
import { toHex } from '../../base/bytes.ts'
import { heightAt, isAhead, thresholdOf, type Attestation, type Checkpoint } from '../../fastsync/checkpoint.ts'
import { candidateForMs } from '../../fastsync/limits.ts'
import { createManifestMaker, membersOf, type Holdings } from '../../fastsync/making.ts'
import { encodeManifest, manifestHash, messagesIn, type ChunkEntry } from '../../fastsync/manifest.ts'
import type { NetworkId, PublicKeyHex } from '../../message/types.ts'

export interface Snapshot {
  readonly checkpoint: Checkpoint
  /** Of known attesters, checked; whoever finds another adds it. */
  readonly attestations: Map<PublicKeyHex, Attestation>
  readonly manifest: Uint8Array
  /** Of the manifest, hex. */
  readonly hash: string
  /** Members of this hub when it made it; 0: another hub did. */
  readonly size: number
  /** When it came in, or was last found to be what this hub holds. */
  atMs: number
  /** F23. By chunk, hex: members of this hub under its prefix that are not in it and came before some that are. */
  readonly beside: ReadonlyMap<string, ReadonlySet<number>>
}

export interface KnownSnapshots {
  /** One of this epoch's height: the newest that there is, unless it is to be `fresh`. Codes: those of the store. */
  current (fresh: boolean): Promise<Snapshot>
  /** One of another hub, all of whose messages this hub holds. */
  add (snapshot: Pick<Snapshot, 'checkpoint' | 'manifest' | 'beside'>): Snapshot
  /** The one with this manifest, if it is still known. */
  find (manifest: Uint8Array): Snapshot | undefined
  /** How many attesters signed it. */
  signed (snapshot: Snapshot): number
  /** The newest one that enough attesters signed. */
  readonly certified: Snapshot | undefined
  /** F22. What is being signed at this height: of what anybody signed lately, that which is ahead. */
  candidate (height: number): Snapshot | undefined
  /** F7. This hub's members of a chunk, in its order; undefined: it lacks some of them. */
  members (entry: ChunkEntry, height: number): Promise<readonly number[] | undefined>
}

export interface KnownSnapshotsOptions {
  readonly network: NetworkId
  /** F26. Whose attestations count at a height. */
  readonly attestersAt: (height: number) => ReadonlySet<PublicKeyHex>
  /** Resolves with the members once they can be asked for. */
  readonly holdings: () => Promise<Holdings & { readonly size: number }>
  /** Lets whatever else waits run. */
  readonly rest: () => Promise<void>
  readonly now: () => number
}

/** A snapshot is made anew when members have come, but not more often than this, in ms: of a million it takes a second of work. */
const madeEveryMs = 30_000
/** Snapshots whose manifests are answered still: of who joined before the newest one, some ten minutes of a hub that grows all the time. */
const snapshotsMax = 16

export function createKnownSnapshots ({ network, attestersAt, holdings, rest, now }: KnownSnapshotsOptions): KnownSnapshots {
  /** The newest last. */
  let snapshots: Snapshot[] = []
  let making: Promise<Snapshot> | undefined

  function keep ({ checkpoint, manifest, beside }: Pick<Snapshot, 'checkpoint' | 'manifest' | 'beside'>, size: number): Snapshot {
    const same = find(checkpoint.manifest)
    const kept = certified()
    const attestations = same?.attestations ?? new Map<PublicKeyHex, Attestation>()
    const made = { checkpoint, manifest, beside, attestations, hash: toHex(checkpoint.manifest), size, atMs: now() }
    const left = [...snapshots.filter(known => known !== same), made].slice(-snapshotsMax)
    // What is certified is answered for as long as nothing newer is.
    snapshots = kept === undefined || kept === same || left.includes(kept) ? left : [kept, ...left.slice(1)]
    return made
  }

  async function make (): Promise<Snapshot> {
    const members = await holdings()
    const { size } = members
    const maker = createManifestMaker(members, network, heightAt(now()))
    while (!maker.step()) await rest()
    const manifest = encodeManifest(maker.manifest)
    const checkpoint = { network, height: maker.manifest.height, messages: messagesIn(maker.manifest), manifest: manifestHash(manifest) }
    return keep({ checkpoint, manifest, beside: new Map() }, size)
  }

  const find = (manifest: Uint8Array): Snapshot | undefined => {
    const hash = toHex(manifest)
    return snapshots.find(known => known.hash === hash)
  }

  /** Who attests at a height may become known after what they signed. */
  function signed ({ checkpoint, attestations }: Snapshot): number {
    const attesters = attestersAt(checkpoint.height)
    return [...attestations.keys()].filter(attester => attesters.has(attester)).length
  }

  function certified (): Snapshot | undefined {
    return snapshots.filter(one => signed(one) >= thresholdOf(attestersAt(one.checkpoint.height).size))
      .reduce<Snapshot | undefined>((best, one) => best !== undefined && best.checkpoint.height > one.checkpoint.height ? best : one, undefined)
  }

  return {
    async current (fresh) {
      const last = snapshots.findLast(({ checkpoint }) => checkpoint.height >= heightAt(now()))
      if (last !== undefined && fresh && last.size === (await holdings()).size) last.atMs = now()
      if (last !== undefined && (!fresh || now() - last.atMs < madeEveryMs)) return last
      return making ??= make().finally(() => { making = undefined })
    },
    add: snapshot => keep(snapshot, 0),
    find,
    signed,
    get certified () { return certified() },
    candidate (height) {
      const gathering = snapshots.filter(({ checkpoint, atMs }) => checkpoint.height === height && now() - atMs < candidateForMs)
        .map(snapshot => ({ snapshot, checkpoint: snapshot.checkpoint, signed: signed(snapshot) })).filter(one => one.signed > 0)
      return gathering.sort((one, other) => isAhead(one, other) ? -1 : 1)[0]?.snapshot
    },
    async members (entry, height) {
      const held = await holdings()
      const key = chunkName(entry)
      const beside = snapshots.find(known => known.checkpoint.height === height && known.beside.has(key))?.beside.get(key)
      return membersOf(held, entry, height, beside)
    }
  }
}

/** What a chunk's own `beside` is found by. */
export function chunkName ({ nibbles, prefix, count, hash }: ChunkEntry): string {
  return `${nibbles} ${toHex(prefix)} ${count} ${toHex(hash)}`
}
