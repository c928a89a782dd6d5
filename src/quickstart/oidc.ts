import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { Provider } from 'oidc-provider'
import { allowInsecureRequests, ClientSecretBasic, clientCredentialsGrant, discovery } from 'openid-client'
import { signIn } from './sign-in.ts'

export const AGENTS = ['billing-bot', 'deploy-bot', 'nightly'] as const
export const PEOPLE = {
  maria: { name: 'Maria Lopes', groups: ['data-owners'] },
  omar: { name: 'Omar Haddad', groups: ['data-owners'] },
  zoe: { name: 'Zoe Keller', groups: ['managers'] },
  ana: { name: 'Ana Petrova', groups: ['auditors'] },
} as const satisfies Readonly<Record<string, { readonly name: string; readonly groups: readonly string[] }>>

export type AgentName = (typeof AGENTS)[number]
export type PersonName = keyof typeof PEOPLE

/** What tokens are made out for; goes into `trust[].audience`. */
export const AUDIENCE = 'holdpoint'
const RESOURCE = 'urn:holdpoint:gateway'
const SCOPE = 'gateway'
const CLIENT_ID = 'holdpoint-console'
const TOKEN_TTL_S = 12 * 3_600
const MAX_FORM_BYTES = 4_096
const MAX_STORED = 1_000

export interface IssuerOptions {
  /** TCP port on 127.0.0.1; 0 for any free one. */
  readonly port: number
  /** Private signing keys as JWKs (ES256); a fresh one where absent. */
  readonly keys?: readonly JWK[]
}

export interface Issuer {
  /** The `iss` of every token: http on loopback. */
  readonly issuer: string
  /** Passwords of the people, for whoever signs in with a browser. */
  readonly passwords: Readonly<Record<PersonName, string>>
  /** JWT access token by client credentials (RFC 6749 4.4); `kind` is `agent`, `sub` the agent's name. */
  tokenForAgent(name: AgentName): Promise<string>
  /** JWT access token of a person who went through code + PKCE; `kind` is `human`, with `name` and `groups`. */
  tokenForPerson(name: PersonName): Promise<string>
  stop(): Promise<void>
}

/** A real OpenID provider with made-up people, for the quickstart and the tests. Only on loopback, and never in production. */
export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  if (process.env['NODE_ENV'] === 'production') throw new Error('The quickstart’s identity provider has invented users and does not start with NODE_ENV=production.')
  const server = createServer()
  const port = await listen(server, options.port)
  const issuer = `http://127.0.0.1:${port}`
  try {
    const secrets = new Map<string, string>(AGENTS.map((agent) => [agent, newSecret()]))
    const passwords = Object.fromEntries(Object.keys(PEOPLE).map((person) => [person, newSecret()])) as Record<PersonName, string>
    const redirectUri = `${issuer}/signed-in`
    const provider = new Provider(issuer, configuration(options.keys ?? [await newKey()], secrets, redirectUri))
    const answer = provider.callback()
    server.on('request', (request, response) => {
      if (request.url?.startsWith('/interaction/')) void onInteraction(provider, passwords, request, response)
      else void answer(request, response)
    })
    return {
      issuer,
      passwords,
      tokenForAgent: (name) => clientCredentials(issuer, name, secrets.get(name) ?? ''),
      tokenForPerson: (name) => signIn({ issuer, clientId: CLIENT_ID, redirectUri, scope: `openid ${SCOPE}`, resource: RESOURCE, user: name, password: passwords[name] }),
      stop: () => close(server),
    }
  } catch (error) {
    await close(server)
    throw error
  }
}

function configuration(keys: readonly JWK[], secrets: ReadonlyMap<string, string>, redirectUri: string): Readonly<Record<string, unknown>> {
  const agents = [...secrets].map(([client_id, client_secret]) => ({
    client_id,
    client_secret,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    token_endpoint_auth_method: 'client_secret_basic',
  }))
  const console = {
    client_id: CLIENT_ID,
    application_type: 'native',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
  }
  return {
    clients: [...agents, console],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    adapter: inMemory(),
    jwks: { keys },
    cookies: { keys: [newSecret()] },
    claims: { openid: ['sub'], profile: ['name', 'groups'] },
    scopes: ['openid'],
    pkce: { required: () => true },
    ttl: { AccessToken: TOKEN_TTL_S, ClientCredentials: TOKEN_TTL_S, IdToken: 600, Interaction: 600, Session: TOKEN_TTL_S, Grant: TOKEN_TTL_S, AuthorizationCode: 60 },
    interactions: { url: (_context: unknown, interaction: { readonly uid: string }) => `/interaction/${interaction.uid}` },
    findAccount: (_context: unknown, id: string) => (isPerson(id) ? { accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) } : undefined),
    // Resource indicators (RFC 8707) are what makes access tokens JWTs with an audience.
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: SCOPE, audience: AUDIENCE, accessTokenFormat: 'jwt', accessTokenTTL: TOKEN_TTL_S, jwt: { sign: { alg: 'ES256' } } }),
      },
    },
    extraTokenClaims: (_context: unknown, token: { readonly kind: string; readonly accountId?: string }) =>
      token.accountId !== undefined && isPerson(token.accountId) ? { kind: 'human', ...PEOPLE[token.accountId] } : { kind: 'agent' },
    renderError: (context: { body: string; type: string }, out: { readonly error: string }) => {
      context.type = 'text'
      context.body = out.error
    },
  }
}

type Stored = Record<string, unknown> & { uid?: string; grantId?: string }

/** Where the provider keeps interactions, sessions and codes: in this process, bounded, gone with it, as a quickstart should be. */
function inMemory(): (model: string) => Readonly<Record<string, (...args: never[]) => Promise<unknown>>> {
  const entries = new Map<string, { readonly value: Stored; readonly endsAt: number }>()
  const find = (key: string): Stored | undefined => {
    const entry = entries.get(key)
    if (entry !== undefined && entry.endsAt > Date.now()) return entry.value
    entries.delete(key)
    return undefined
  }
  return (model) => ({
    async upsert(id: string, value: Stored, expiresInS?: number) {
      entries.delete(`${model}:${id}`)
      entries.set(`${model}:${id}`, { value, endsAt: Date.now() + (expiresInS ?? TOKEN_TTL_S) * 1_000 })
      // Oldest first: a Map keeps the order of insertion.
      for (const key of entries.keys()) if (entries.size > MAX_STORED) entries.delete(key)
    },
    async find(id: string) {
      return find(`${model}:${id}`)
    },
    async findByUid(uid: string) {
      for (const [key, { value }] of entries) if (key.startsWith(`${model}:`) && value.uid === uid) return find(key)
      return undefined
    },
    async findByUserCode() {
      return undefined
    },
    async consume(id: string) {
      const value = find(`${model}:${id}`)
      if (value !== undefined) value['consumed'] = Math.floor(Date.now() / 1_000)
    },
    async destroy(id: string) {
      entries.delete(`${model}:${id}`)
    },
    async revokeByGrantId(grantId: string) {
      for (const [key, { value }] of entries) if (value.grantId === grantId) entries.delete(key)
    },
  })
}

/** The sign-in page of the invented company: a form, a password, and consent that goes without saying. */
async function onInteraction(provider: Provider, passwords: Readonly<Record<PersonName, string>>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { prompt, params } = await provider.interactionDetails(request, response)
    if (prompt.name === 'login' && request.method !== 'POST') return page(response, 200, '')
    if (prompt.name === 'login') {
      const form = new URLSearchParams(await readForm(request))
      const user = form.get('user') ?? ''
      if (!isPerson(user) || !isSame(form.get('password') ?? '', passwords[user])) return page(response, 401, 'Wrong name or password.')
      const grant = new provider.Grant({ accountId: user, clientId: String(params['client_id']) })
      grant.addOIDCScope('openid')
      grant.addResourceScope(RESOURCE, SCOPE)
      return await provider.interactionFinished(request, response, { login: { accountId: user }, consent: { grantId: await grant.save() } })
    }
    await provider.interactionFinished(request, response, { error: 'access_denied' })
  } catch {
    if (!response.headersSent) page(response, 400, 'This sign-in is no longer valid; start again.')
  }
}

function page(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'", 'cache-control': 'no-store' })
  response.end(`<!doctype html><title>Sign in</title><h1>Sign in</h1><p>${message}</p>
<form method="post"><label>Name <input name="user"></label> <label>Password <input name="password" type="password"></label> <button>Sign in</button></form>`)
}

async function readForm(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_FORM_BYTES) throw new RangeError('form too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function clientCredentials(issuer: string, name: string, secret: string): Promise<string> {
  const server = await discovery(new URL(issuer), name, undefined, ClientSecretBasic(secret), { execute: [allowInsecureRequests] })
  return (await clientCredentialsGrant(server, { resource: RESOURCE, scope: SCOPE })).access_token
}

function isPerson(name: string): name is PersonName {
  return Object.hasOwn(PEOPLE, name)
}

function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)]
  return left.length === right.length && timingSafeEqual(left, right)
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString('hex'), use: 'sig', alg: 'ES256' }
}

function newSecret(): string {
  return randomBytes(18).toString('base64url')
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the identity provider has no TCP port')
  return address.port
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()))
  server.closeAllConnections()
  await closed
}
