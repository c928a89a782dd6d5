import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JWK, JWTPayload } from 'jose'

// oidc-provider ships no types; this is the little of it that is used.
interface Provider {
  callback(): (request: unknown, response: unknown) => void
}
type ProviderClass = new (issuer: string, options: Record<string, unknown>) => Provider

export interface TestIssuer {
  readonly issuer: string
  /** An access token of the real provider, got by client credentials over HTTP. */
  token(client: string): Promise<string>
  /** Any claims, signed with the provider's own key: for tokens a well-behaved provider would not give. */
  sign(claims: JWTPayload, header?: { readonly alg?: string; readonly kid?: string }): Promise<string>
  readonly jwks: { readonly keys: readonly JWK[] }
  /** Requests the provider answered, by path. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** A real OpenID provider on loopback whose clients stand for agents and people; `clients` maps a name to its extra claims. */
export async function startIssuer(clients: Readonly<Record<string, Readonly<Record<string, unknown>>>>, audience = 'holdpoint'): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = 'test-key'
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] }
  const requests: string[] = []
  let handler: (request: unknown, response: unknown) => void = () => {}
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const { Provider } = (await import(createRequire(import.meta.url).resolve('oidc-provider'))) as { Provider: ProviderClass }
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' }] },
    clients: Object.keys(clients).map((name) => ({
      client_id: name,
      client_secret: `secret-of-${name}`,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    })),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => `urn:${audience}`,
        getResourceServerInfo: () => ({ scope: '', audience, accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt: { sign: { alg: 'ES256' } } }),
      },
    },
    extraTokenClaims: (_context: unknown, token: { readonly clientId: string }) => clients[token.clientId],
    clientBasedCORS: () => false,
    ttl: { ClientCredentials: 600 },
  })
  handler = provider.callback()

  return {
    issuer,
    jwks,
    requests,
    async token(client) {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${client}:secret-of-${client}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
      const body = (await response.json()) as { readonly access_token?: string }
      if (body.access_token === undefined) throw new Error(`the test provider gave no token: ${JSON.stringify(body)}`)
      return body.access_token
    },
    sign: (claims, header = {}) => new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid, ...header }).sign(privateKey),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
