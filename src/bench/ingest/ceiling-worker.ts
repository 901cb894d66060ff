/**
 * The ceiling's verifying worker: a batch in (ceiling-way.ts), whether all of it is valid out. Keys are imported once, and found by their first four
 * bytes, which is enough for a handful of keys that nobody chose maliciously.
 */
const questionBytes = 32 + 64 + 49
const algorithm = 'Ed25519'
const keys = new Map<number, Promise<CryptoKey>>()

addEventListener('message', ({ data: { number, batch } }: MessageEvent<{ readonly number: number, readonly batch: Uint8Array<ArrayBuffer> }>) => {
  const view = new DataView(batch.buffer)
  const checks: Promise<boolean>[] = []
  for (let offset = 0; offset < batch.byteLength; offset += questionBytes) {
    const prefix = view.getUint32(offset)
    const known = keys.get(prefix)
    const key = known ?? crypto.subtle.importKey('raw', batch.subarray(offset, offset + 32), algorithm, false, ['verify'])
    if (known == null) keys.set(prefix, key)
    checks.push(key.then(async imported =>
      crypto.subtle.verify(algorithm, imported, batch.subarray(offset + 32, offset + 96), batch.subarray(offset + 96, offset + questionBytes))))
  }
  void Promise.all(checks).then((answers) => { postMessage({ number, valid: answers.every(Boolean) }) })
})
