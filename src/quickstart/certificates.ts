import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'

export interface CertificateRequest {
  readonly commonName: string
  readonly dns: readonly string[]
  readonly ip: readonly string[]
}

/** Everything in PEM; the key is PKCS #8. */
export interface ServerCertificate {
  readonly cert: string
  readonly key: string
  readonly ca: string
}

export interface Authority {
  readonly ca: string
  issue(request: CertificateRequest): Promise<ServerCertificate>
}

interface Subject {
  readonly commonName: string
  readonly publicKey: KeyObject
  readonly extensions: readonly Buffer[]
}

const DAY_MS = 86_400_000

/**
 * A certificate authority (ECDSA P-256, 30 days) for the quickstart and the tests; its key never leaves this process. The
 * certificates are version 3 after RFC 5280 and short enough to be written here: the libraries for it bring a dependency
 * injection framework that wants a global polyfill in the gateway's own process.
 */
export async function createAuthority(commonName = 'Holdpoint quickstart CA'): Promise<Authority> {
  const issuer = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ca = certificate(
    { commonName, publicKey: issuer.publicKey, extensions: [basicConstraints(true), keyUsage(KEY_CERT_SIGN | CRL_SIGN), subjectKeyId(issuer.publicKey)] },
    { commonName, key: issuer.privateKey },
  )
  return {
    ca,
    async issue(request) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const extensions = [
        basicConstraints(false), keyUsage(DIGITAL_SIGNATURE), serverAuthentication(), alternativeNames(request),
        authorityKeyId(issuer.publicKey), subjectKeyId(own.publicKey),
      ]
      const cert = certificate({ commonName: request.commonName, publicKey: own.publicKey, extensions }, { commonName, key: issuer.privateKey })
      return { cert, key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, ca }
    },
  }
}

/** RFC 5280 4.1: the to-be-signed part, the algorithm, the signature. */
function certificate(subject: Subject, issuer: { readonly commonName: string; readonly key: KeyObject }): string {
  const now = Date.now()
  const signed = sequence(
    context(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    ECDSA_WITH_SHA256,
    name(issuer.commonName),
    sequence(time(now - DAY_MS), time(now + 30 * DAY_MS)),
    name(subject.commonName),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...subject.extensions)),
  )
  const der = sequence(signed, ECDSA_WITH_SHA256, bits(sign('sha256', signed, issuer.key)))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** RFC 5280 4.1.2.2: positive, at most 20 octets, no needless leading zero. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes
}

// RFC 5280 4.2.1.3 numbers key usages from the first bit on the left.
const DIGITAL_SIGNATURE = 0x80
const KEY_CERT_SIGN = 0x04
const CRL_SIGN = 0x02

function basicConstraints(isAuthority: boolean): Buffer {
  return extension('551d13', true, isAuthority ? sequence(tlv(0x01, Buffer.from([0xff])), integer(Buffer.from([0]))) : sequence())
}
function keyUsage(usage: number): Buffer {
  const unused = Math.log2(usage & -usage)
  return extension('551d0f', true, tlv(0x03, Buffer.from([unused, usage])))
}
function serverAuthentication(): Buffer {
  return extension('551d25', false, sequence(identifier('2b06010505070301')))
}
function alternativeNames(request: CertificateRequest): Buffer {
  const names = [...request.dns.map((dns) => tlv(0x82, Buffer.from(dns, 'ascii'))), ...request.ip.map((ip) => tlv(0x87, addressBytes(ip)))]
  return extension('551d11', false, sequence(...names))
}
function subjectKeyId(key: KeyObject): Buffer {
  return extension('551d0e', false, tlv(0x04, keyId(key)))
}
function authorityKeyId(key: KeyObject): Buffer {
  return extension('551d23', false, sequence(tlv(0x80, keyId(key))))
}

/** RFC 5280 4.2.1.2, method 1: SHA-1 of the key's bits, which for P-256 are the last 65 bytes of its SPKI. */
function keyId(key: KeyObject): Buffer {
  return createHash('sha1').update(key.export({ type: 'spki', format: 'der' }).subarray(-65)).digest()
}

function addressBytes(ip: string): Buffer {
  if (isIPv4(ip)) return Buffer.from(ip.split('.').map(Number))
  if (!isIPv6(ip)) throw new TypeError('a certificate names IP addresses as such')
  const [head = '', tail = ''] = ip.split('::') as [string, string?]
  const groups = (text: string): number[] => text.split(':').filter(Boolean).map((group) => Number.parseInt(group, 16))
  const front = groups(head)
  const back = ip.includes('::') ? groups(tail) : []
  const words = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back]
  return Buffer.from(words.flatMap((word) => [word >> 8, word & 0xff]))
}

// DER, X.690: a tag, a length, a value.

function tlv(tag: number, value: Buffer): Buffer {
  const size = value.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), value])
}
function sequence(...items: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(items))
}
function context(number: number, value: Buffer): Buffer {
  return tlv(0xa0 | number, value)
}
function integer(bytes: Buffer): Buffer {
  return tlv(0x02, bytes)
}
function bits(bytes: Buffer): Buffer {
  return tlv(0x03, Buffer.concat([Buffer.from([0]), bytes]))
}
function identifier(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'))
}
function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  return sequence(identifier(id), ...(isCritical ? [tlv(0x01, Buffer.from([0xff]))] : []), tlv(0x04, value))
}
function name(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(identifier('550403'), tlv(0x0c, Buffer.from(commonName, 'utf8')))))
}
/** UTCTime, which RFC 5280 4.1.2.5.1 wants for every date before 2050. */
function time(at: number): Buffer {
  return tlv(0x17, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '').slice(2)}`, 'ascii'))
}

const ECDSA_WITH_SHA256 = sequence(identifier('2a8648ce3d040302'))
