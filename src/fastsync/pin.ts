/** What a join that a crash interrupted goes on from (SPEC.md, F16): the pinned certificate and its manifest, as bytes to be kept. */
import { certificateBytesMax, decodeCertificate, encodeCertificate, type Certificate } from './checkpoint.ts'

export interface Pin {
  readonly certificate: Certificate
  readonly manifest: Uint8Array
}

const lengthBytes = 4

/** Length of the certificate ‖ certificate ‖ manifest. */
export function encodePin ({ certificate, manifest }: Pin): Uint8Array<ArrayBuffer> {
  const head = encodeCertificate(certificate)
  const bytes = new Uint8Array(lengthBytes + head.length + manifest.length)
  new DataView(bytes.buffer).setUint32(0, head.length)
  bytes.set(head, lengthBytes)
  bytes.set(manifest, lengthBytes + head.length)
  return bytes
}

/** undefined for anything that is none. Whether the manifest is the certificate's, and who signed, is for whoever goes on from it to see. */
export function decodePin (bytes: Uint8Array): Pin | undefined {
  if (bytes.length < lengthBytes) return undefined
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  if (length > certificateBytesMax || bytes.length < lengthBytes + length) return undefined
  const certificate = decodeCertificate(bytes.subarray(lengthBytes, lengthBytes + length))
  return certificate && { certificate, manifest: bytes.slice(lengthBytes + length) }
}
