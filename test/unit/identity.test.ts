import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ReviewerGroup, TrustConfig } from '../../src/config.ts'
import { createAuthenticator } from '../../src/identity/principal.ts'
import { openStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { startIssuer } from '../support/oidc.ts'
import type { TestIssuer } from '../support/oidc.ts'

const PEER = '192.0.2.7:5000'
const AUDIENCE = 'holdpoint'

const folders: string[] = []
afterAll(() => { for (const folder of folders) rmSync(folder, { recursive: true, force: true }) })

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-jwks-'))
  folders.push(folder)
  return folder
}

describe('signing in', () => {
  let idp: TestIssuer
  let store: Store
  let clock: number
  beforeAll(async () => {
    idp = await startIssuer({
      'billing-bot': { type: 'service', owner: 'maria' },
      maria: { type: 'person', name: 'Maria R.', groups: ['owners', 'data-owners', 'auditors', 'staff'] },
      thing: { type: 'printer' },
    })
  })
  afterAll(() => idp.close())
  beforeEach(() => {
    store = openStore(':memory:')
    clock = Date.now()
  })
  afterEach(() => store.close())

  function trust(change: Partial<TrustConfig> = {}): TrustConfig {
    return {
      name: 'corp',
      issuer: idp.issuer,
      audience: AUDIENCE,
      jwks: { kind: 'discovery' },
      algorithms: ['ES256'],
      kind: { claim: 'type', map: { service: 'agent', person: 'human' } },
      nameClaim: 'name',
      groupsClaim: 'groups',
      ownerClaim: 'owner',
      ownerIssuer: idp.issuer,
      require: {},
      maxTokenLifetimeMs: 3_600_000,
      ...change,
    }
  }
  const reviewers: readonly ReviewerGroup[] = [{ name: 'data-owners', claimValues: ['owners'], subjects: [] }]

  function authenticator(entries: readonly TrustConfig[] = [trust()], groups = reviewers) {
    return createAuthenticator({ trust: entries, reviewers: groups, store, tokenTtlMs: 900_000, now: () => clock })
  }

  async function signed(claims: Record<string, unknown> = {}, header = {}) {
    const now = Math.floor(clock / 1000)
    return idp.sign({ iss: idp.issuer, aud: AUDIENCE, sub: 'maria', type: 'person', iat: now, exp: now + 300, ...claims }, header)
  }

  async function refusal(credential: string, auth = authenticator()): Promise<string> {
    const error = await auth.authenticate(credential, PEER).then(
      () => undefined,
      (failure: unknown) => failure as Error & { code: string },
    )
    expect(error, 'the credential was accepted').toBeDefined()
    expect(error?.code).toBe('credential_invalid')
    if (credential.length > 8) expect(error?.message).not.toContain(credential)
    return error?.message ?? ''
  }

  it('accepts a JWT of a real provider and knows agent, owner and subject', async () => {
    const principal = await authenticator().authenticate(await idp.token('billing-bot'), PEER)
    expect(principal).toMatchObject({ id: `${idp.issuer}#billing-bot`, kind: 'agent', name: 'billing-bot', owner: `${idp.issuer}#maria`, groups: [] })
  })

  it('puts people into reviewer groups only through the configuration, whatever their token claims', async () => {
    const maria = await idp.token('maria')
    expect((await authenticator().authenticate(maria, PEER)).groups).toEqual(['data-owners', 'owners', 'staff'])
    expect((await authenticator([trust()], []).authenticate(maria, PEER)).groups).toEqual(['owners', 'data-owners', 'staff'])
    const none = [{ name: 'data-owners', claimValues: ['nobody'], subjects: [] }]
    expect((await authenticator([trust()], none).authenticate(maria, PEER)).groups).toEqual(['owners', 'staff'])
  })

  it('never puts an agent into a reviewer group', async () => {
    const principal = await authenticator().authenticate(await signed({ type: 'service', groups: ['owners', 'data-owners'] }), PEER)
    expect(principal.kind).toBe('agent')
    expect(principal.groups).toEqual(['owners'])
  })

  it('refuses a subject whose kind is in no mapping', async () => {
    expect(await refusal(await idp.token('thing'))).toContain('claim type')
    expect(await refusal(await signed({ type: 'constructor' }))).toContain('claim type')
  })

  it('says what is wrong with a token and what to do', async () => {
    const seconds = Math.floor(clock / 1000)
    expect(await refusal(await signed({ exp: seconds - 10 }))).toContain('has expired; get a new one')
    expect(await refusal(await signed({ aud: 'another' }))).toContain('audience holdpoint')
    expect(await refusal(await signed({ iss: 'https://elsewhere.example' }))).toContain('not trusted here')
    expect(await refusal(await signed({ nbf: seconds + 100 }))).toContain('not valid yet')
    expect(await refusal(await signed({ iat: seconds + 100, exp: seconds + 200 }))).toContain('check the clocks')
    expect(await refusal(await signed({ exp: seconds + 7200 }))).toContain('lives longer')
    expect(await refusal(await signed({ sub: 'ma\u202eria' }))).toContain('no usable subject')
    expect(await refusal('not a token at all')).toContain('neither a Holdpoint token')
    expect(await refusal('')).toContain('needed')
    expect(await refusal('x'.repeat(20_000))).toContain('larger than 16 KiB')
  })

  it('refuses tokens without exp, iat or sub', async () => {
    for (const claim of ['exp', 'iat', 'sub']) expect(await refusal(await signed({ [claim]: undefined }))).toContain(`claim ${claim}`)
  })

  it('allows five seconds between the clocks and no more', async () => {
    const seconds = Math.floor(clock / 1000)
    await expect(authenticator().authenticate(await signed({ nbf: seconds + 4 }), PEER)).resolves.toBeDefined()
    await refusal(await signed({ nbf: seconds + 8 }))
  })

  it('refuses signatures by strangers, with secrets, or by nobody', async () => {
    const stranger = await generateKeyPair('ES256')
    const claims = { iss: idp.issuer, aud: AUDIENCE, sub: 'maria', type: 'person', iat: Math.floor(clock / 1000), exp: Math.floor(clock / 1000) + 60 }
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'test-key' }).sign(stranger.privateKey)
    expect(await refusal(forged)).toContain('not signed by a current key')
    const symmetric = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'test-key' }).sign(Buffer.from(JSON.stringify(idp.jwks.keys[0])))
    expect(await refusal(symmetric)).toContain('algorithm')
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`
    await refusal(unsigned)
    await refusal((await signed()).replace(/.{4}$/, 'AAAA'))
  })

  it('checks required claims, nested ones too', async () => {
    const auth = authenticator([trust({ require: { '/kubernetes.io/namespace': ['ci', 'prod'], type: 'person' } })])
    await expect(auth.authenticate(await signed({ 'kubernetes.io': { namespace: 'ci' } }), PEER)).resolves.toBeDefined()
    expect(await refusal(await signed({ 'kubernetes.io': { namespace: 'dev' } }), auth)).toContain('required of claim /kubernetes.io/namespace')
    await refusal(await signed(), auth)
  })

  it('tells entries of one issuer apart by audience', async () => {
    const auth = authenticator([trust({ name: 'people', audience: 'console', kind: 'human' }), trust({ name: 'agents', kind: 'agent' })])
    expect((await auth.authenticate(await signed(), PEER)).kind).toBe('agent')
    expect((await auth.authenticate(await signed({ aud: 'console' }), PEER)).kind).toBe('human')
  })

  it('reads keys from a file and follows its rotation', async () => {
    const folder = temporaryFolder()
    try {
      const file = join(folder, 'jwks.json')
      const asked = idp.requests.length
      writeFileSync(file, '{"keys":[]}')
      const auth = authenticator([trust({ jwks: { kind: 'file', file } })])
      await refusal(await signed(), auth)
      writeFileSync(file, JSON.stringify(idp.jwks))
      clock += 6_000
      await expect(auth.authenticate(await signed(), PEER)).resolves.toBeDefined()
      expect(idp.requests.length).toBe(asked)
      rmSync(file)
      clock += 6_000
      expect(await refusal(await signed(), auth)).toContain('key file cannot be read')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('asks a dead issuer once in five seconds, and again after that', async () => {
    let asked = 0
    const dead = createServer((_request, response) => {
      asked += 1
      response.writeHead(500).end()
    })
    await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', resolve))
    const issuer = `http://127.0.0.1:${(dead.address() as AddressInfo).port}`
    const auth = authenticator([trust({ issuer })])
    expect(await refusal(await signed({ iss: issuer }), auth)).toContain('cannot be had at the moment (HTTP 500)')
    await refusal(await signed({ iss: issuer, jti: 'b' }), auth)
    expect(asked).toBe(1)
    clock += 6_000
    await refusal(await signed({ iss: issuer }), auth)
    expect(asked).toBe(2)
    await new Promise((resolve) => dead.close(resolve))
  })

  it('refuses discovery that speaks for another issuer', async () => {
    const liar = createServer((_request, response) => {
      response.end(JSON.stringify({ issuer: idp.issuer, jwks_uri: `${idp.issuer}/jwks` }))
    })
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve))
    const issuer = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`
    expect(await refusal(await signed({ iss: issuer }), authenticator([trust({ issuer })]))).toContain('names another issuer')
    liar.closeAllConnections()
    await new Promise((resolve) => liar.close(resolve))
  })

  it('verifies a JWT once and then remembers it until it expires', async () => {
    const file = join(temporaryFolder(), 'jwks.json')
    writeFileSync(file, JSON.stringify(idp.jwks))
    const auth = authenticator([trust({ jwks: { kind: 'file', file } })])
    const jwt = await signed()
    const first = await auth.authenticate(jwt, PEER)
    expect(await auth.authenticate(jwt, PEER)).toBe(first)
    clock += 301_000
    expect(auth.current(first)).toContain('expired')
    clock += 6_000
    expect(await refusal(jwt, auth)).toContain('has expired')
  })

  it('exchanges a JWT for an opaque token that stands for the same person and never outlives the JWT', async () => {
    const auth = authenticator()
    const { token, principal } = await auth.exchange(await signed({ groups: ['owners'] }), PEER)
    expect(token).toMatch(/^hp_[\w-]{40,}$/)
    expect(principal.expiresAt.getTime()).toBe((Math.floor(clock / 1000) + 300) * 1000)
    expect(await auth.authenticate(token, PEER)).toMatchObject({ id: `${idp.issuer}#maria`, kind: 'human', groups: ['data-owners', 'owners'] })
    const short = await auth.exchange(await signed(), PEER, 60_000)
    clock += 61_000
    expect(await refusal(short.token, auth)).toContain('has expired')
    await expect(auth.exchange(token, PEER)).rejects.toThrow(/not exchanged for another/)
  })

  it('works groups of a token out anew from the configuration in force', async () => {
    const { token } = await authenticator().exchange(await signed({ groups: ['owners'] }), PEER)
    const none = [{ name: 'data-owners', claimValues: ['nobody'], subjects: [] }]
    expect((await authenticator([trust()], none).authenticate(token, PEER)).groups).toEqual(['owners'])
    expect(await refusal(token, authenticator([trust({ issuer: 'https://other.example' })]))).toContain('no longer trusted')
  })

  it('turns a disabled person away at the next command, although nothing has expired', async () => {
    const auth = authenticator()
    const principal = await auth.authenticate((await auth.exchange(await signed(), PEER)).token, PEER)
    expect(auth.current(principal)).toBeUndefined()
    store.disablePrincipal(principal.id, 'left', 'operator', clock)
    expect(auth.isDisabled(principal.id)).toBe(true)
    expect(auth.current(principal)).toContain('disabled')
    expect(await refusal(await signed({ jti: 'new' }), auth)).toContain('disabled')
  })

  it('notices within a second that a single token was withdrawn', async () => {
    const auth = authenticator()
    const issued = await auth.exchange(await signed(), PEER)
    const principal = await auth.authenticate(issued.token, PEER)
    store.disableToken(issued.tokenId, clock)
    expect(await refusal(issued.token, auth)).toContain('was disabled')
    clock += 1_000
    expect(auth.current(principal)).toContain('was disabled')
  })

  it('knows the groups of people who signed in lately, and of nobody else', async () => {
    const auth = authenticator()
    const id = `${idp.issuer}#maria`
    expect(auth.authority.current(id)).toBeNull()
    const { token } = await auth.exchange(await signed({ groups: ['owners'] }), PEER)
    await auth.authenticate(token, PEER)
    expect(auth.authority.current(id)).toEqual({ groups: ['data-owners', 'owners'], disabled: false })
    await auth.authenticate(await signed({ groups: ['staff'] }), PEER)
    expect(auth.authority.current(id)).toEqual({ groups: ['staff'], disabled: false })
    store.disablePrincipal(id, 'left', 'operator', clock)
    expect(auth.authority.current(id)?.disabled).toBe(true)
    await auth.authenticate(await signed({ sub: 'billing-bot', type: 'service' }), PEER)
    expect(auth.authority.current(`${idp.issuer}#billing-bot`)).toBeNull()
    clock += 12 * 3_600_000 + 1
    expect(auth.authority.current(id)).toBeNull()
  })

  it('stops verifying for an address that keeps failing, but not for its neighbours or known tokens', async () => {
    const auth = authenticator()
    const { token } = await auth.exchange(await signed(), PEER)
    for (let i = 0; i < 30; i += 1) await refusal(`hp_${'x'.repeat(43)}`, auth)
    const good = await signed({ jti: 'fresh' })
    expect(await refusal(good, auth)).toContain('too many failed sign-ins')
    await expect(auth.authenticate(good, '192.0.2.8:5000')).resolves.toBeDefined()
    await expect(auth.authenticate(token, PEER)).resolves.toBeDefined()
    clock += 61_000
    await expect(auth.authenticate(await signed({ jti: 'later' }), PEER)).resolves.toBeDefined()
  })
})
