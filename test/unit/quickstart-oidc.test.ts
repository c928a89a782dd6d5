import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { AGENTS, AUDIENCE, type Issuer, PEOPLE, type PersonName, startIssuer } from '../../src/quickstart/oidc.ts'
import { signIn } from '../../src/quickstart/sign-in.ts'

describe('the quickstart identity provider', () => {
  let issuer: Issuer
  beforeAll(async () => {
    issuer = await startIssuer({ port: 0 })
  })
  afterAll(() => issuer.stop())
  afterEach(() => vi.unstubAllEnvs())

  const verified = async (token: string): Promise<Record<string, unknown>> => {
    const keys = createRemoteJWKSet(new URL(`${issuer.issuer}/jwks`))
    return (await jwtVerify(token, keys, { issuer: issuer.issuer, audience: AUDIENCE, algorithms: ['ES256'], requiredClaims: ['sub', 'exp', 'iat'] })).payload
  }

  it.each(AGENTS)('gives the agent %s a verifiable JWT for the gateway', async (agent) => {
    expect(await verified(await issuer.tokenForAgent(agent))).toMatchObject({ sub: agent, kind: 'agent', aud: AUDIENCE })
  })

  it.each(Object.keys(PEOPLE) as PersonName[])('signs %s in with code and PKCE, and names the groups', async (person) => {
    const token = await issuer.tokenForPerson(person)
    const claims = await verified(token)
    expect(claims).toMatchObject({ sub: person, kind: 'human', name: PEOPLE[person].name, groups: PEOPLE[person].groups })
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(12 * 3_600)
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
  })

  it('keeps out who does not know the password', async () => {
    const attempt = { issuer: issuer.issuer, clientId: 'holdpoint-console', redirectUri: `${issuer.issuer}/signed-in`, scope: 'openid gateway', resource: 'urn:holdpoint:gateway', user: 'maria' }
    await expect(signIn({ ...attempt, password: 'wrong' })).rejects.toThrow('did not let maria in (HTTP 401)')
    await expect(signIn({ ...attempt, user: 'constructor', password: '' })).rejects.toThrow('HTTP 401')
    expect(await signIn({ ...attempt, password: issuer.passwords.maria })).toMatch(/^ey/)
  })

  it('refuses agents without their secret', async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', resource: 'urn:holdpoint:gateway', scope: 'gateway' })
    const response = await fetch(`${issuer.issuer}/token`, { method: 'POST', body, headers: { authorization: `Basic ${Buffer.from('billing-bot:guess').toString('base64')}` } })
    expect(response.status).toBe(401)
  })

  it('does not start in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    await expect(startIssuer({ port: 0 })).rejects.toThrow('NODE_ENV=production')
  })

  it('is gone after stop', async () => {
    const other = await startIssuer({ port: 0 })
    await other.tokenForAgent('nightly')
    await other.stop()
    await expect(fetch(`${other.issuer}/jwks`)).rejects.toThrow()
  })
})
