// The library's dependency injection looks for this on the global object; nothing but the quickstart and the tests loads it.
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

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

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const VALID_MS = 30 * 86_400_000
// Clocks of a client and this machine may differ a little.
const EARLY_MS = 5 * 60_000

/** A certificate authority (ECDSA P-256, 30 days) for the quickstart and the tests; its key never leaves this process. */
export async function createAuthority(commonName = 'Holdpoint quickstart CA'): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    ca: ca.toString('pem'),
    async issue(request) {
      const own = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
      const certificate = await x509.X509CertificateGenerator.create({
        ...validity(),
        subject: [{ CN: [request.commonName] }],
        issuer: ca.subjectName,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension([
            ...request.dns.map((value) => ({ type: 'dns' as const, value })),
            ...request.ip.map((value) => ({ type: 'ip' as const, value })),
          ]),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
          await x509.SubjectKeyIdentifierExtension.create(own.publicKey),
        ],
      })
      const key = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', own.privateKey), 'PRIVATE KEY')
      return { cert: certificate.toString('pem'), key, ca: ca.toString('pem') }
    },
  }
}

function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(Date.now() - EARLY_MS), notAfter: new Date(Date.now() + VALID_MS) }
}
