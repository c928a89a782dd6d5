import { readFile, stat } from 'node:fs/promises'
import { createLocalJWKSet, createRemoteJWKSet, customFetch, decodeJwt, errors, jwtVerify } from 'jose'
import type { FetchImplementation, JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import { isLoopback } from '../config.ts'
import type { ReviewerGroup, TrustConfig } from '../config.ts'
import type { Principal } from '../gateway/command.ts'
import { principalOf, refused } from './claims.ts'

const MAX_JWT_BYTES = 16 * 1024
const MAX_DOCUMENT_BYTES = 512 * 1024
const FETCH_TIMEOUT_MS = 5_000
const FAILURE_CACHE_MS = 5_000
const DISCOVERY_CACHE_MS = 3_600_000
const FILE_CHECK_MS = 5_000
const CLOCK_TOLERANCE_S = 5

export interface JwtVerifier {
  /**
   * Verifies a JWT (RFC 7519) against the trust entries of its issuer: signature by the issuer's current keys,
   * asymmetric algorithm on the entry's list, `iss`, `aud` (ours), `exp`, `nbf`, `iat`, its whole lifetime, and the
   * claims the entry requires. Throws `credential_invalid`.
   */
  verify(jwt: string): Promise<{ readonly principal: Principal; readonly trust: TrustConfig }>
}

export interface JwtVerifierOptions {
  readonly trust: readonly TrustConfig[]
  readonly reviewers: readonly ReviewerGroup[]
  readonly now: () => number
}

export function createJwtVerifier({ trust, reviewers, now }: JwtVerifierOptions): JwtVerifier {
  const keys = new Map(trust.map((entry) => [entry, keySource(entry, now)]))
  return {
    async verify(jwt) {
      const entries = entriesFor(trust, jwt)
      let failure: unknown
      // Several entries may share an issuer, each with its audience or required claims; the first that fits counts.
      for (const entry of entries) {
        try {
          return { principal: await verifyBy(entry, keys.get(entry)!, reviewers, jwt, now), trust: entry }
        } catch (error) {
          failure ??= error
        }
      }
      throw failure
    },
  }
}

function entriesFor(trust: readonly TrustConfig[], jwt: string): readonly TrustConfig[] {
  if (jwt.length > MAX_JWT_BYTES) throw refused('the token is larger than 16 KiB')
  let issuer: unknown
  try {
    issuer = decodeJwt(jwt).iss
  } catch {
    throw refused('this is neither a Holdpoint token (hp_...) nor a JWT; get one with `holdpoint token`')
  }
  const entries = trust.filter((entry) => entry.issuer === issuer)
  if (entries.length === 0) throw refused('the issuer of this token is not trusted here; it must be listed under `trust`')
  return entries
}

async function verifyBy(entry: TrustConfig, key: JWTVerifyGetKey, reviewers: readonly ReviewerGroup[], jwt: string, now: () => number): Promise<Principal> {
  const { payload } = await jwtVerify(jwt, key, {
    issuer: entry.issuer,
    audience: entry.audience,
    algorithms: [...entry.algorithms],
    clockTolerance: CLOCK_TOLERANCE_S,
    maxTokenAge: entry.maxTokenLifetimeMs / 1000,
    requiredClaims: ['sub', 'exp', 'iat'],
    currentDate: new Date(now()),
  }).catch((error: unknown) => {
    throw explain(entry, error)
  })
  const { iat = 0, exp = 0 } = payload
  if ((exp - iat) * 1000 > entry.maxTokenLifetimeMs) {
    throw refused(`the token of ${entry.name} lives longer than max_token_lifetime_s (${entry.maxTokenLifetimeMs / 1000} s) allows`)
  }
  return principalOf(entry, reviewers, payload, new Date(exp * 1000))
}

function explain(entry: TrustConfig, error: unknown): Error {
  const { name } = entry
  if (error instanceof errors.JWTExpired) return refused(`the token of ${name} has expired; get a new one`)
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return refused(`the token of ${name} lacks claim ${error.claim}`)
    switch (error.claim) {
      case 'aud':
        return refused(`the token of ${name} is for another audience; ask its issuer for one with audience ${entry.audience}`)
      case 'nbf':
        return refused(`the token of ${name} is not valid yet; check the clocks`)
      case 'iat':
        return refused(`the token of ${name} was issued in the future; check the clocks`)
      default:
        return refused(`the token of ${name} fails the check of claim ${error.claim}`)
    }
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return refused(`the token of ${name} is signed with an algorithm that is not accepted`)
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return refused(`the token of ${name} is not signed by a current key of that issuer`)
  }
  if (error instanceof KeysUnavailable) return refused(`the keys of issuer ${name} cannot be had at the moment (${error.message}); try again`, error)
  if (error instanceof errors.JWKSTimeout) return refused(`the keys of issuer ${name} cannot be had at the moment (time-out); try again`)
  return refused(`the token of ${name} is malformed`)
}

class KeysUnavailable extends Error {}

function keySource(entry: TrustConfig, now: () => number): JWTVerifyGetKey {
  return entry.jwks.kind === 'file' ? fileKeys(entry.jwks.file, now) : discoveredKeys(entry, now)
}

/** Keys from a file, read again when it changes, so that rotation needs no restart. */
function fileKeys(file: string, now: () => number): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | undefined
  let version = ''
  let checkedAt = Number.NEGATIVE_INFINITY
  return async (header, token) => {
    if (keys === undefined || now() - checkedAt > FILE_CHECK_MS) {
      try {
        const { mtimeMs, size, ino } = await stat(file)
        if (size > MAX_DOCUMENT_BYTES) throw new Error('too large')
        if (version !== `${ino}:${mtimeMs}:${size}`) keys = createLocalJWKSet(JSON.parse(await readFile(file, 'utf8')) as JSONWebKeySet)
        version = `${ino}:${mtimeMs}:${size}`
        checkedAt = now()
      } catch (error) {
        throw new KeysUnavailable('its key file cannot be read', { cause: error })
      }
    }
    return keys!(header, token)
  }
}

/** Keys by OpenID Connect Discovery 1.0: the issuer's configuration, whose `issuer` must be the very one we trust, then its `jwks_uri`. */
function discoveredKeys(entry: TrustConfig, now: () => number): JWTVerifyGetKey {
  const fetchBounded = boundedFetch(now)
  let found: { readonly keys: JWTVerifyGetKey; readonly uri: string; readonly at: number } | undefined
  let pending: Promise<JWTVerifyGetKey> | undefined

  const discover = async (): Promise<JWTVerifyGetKey> => {
    const uri = await jwksUri(entry.issuer, fetchBounded)
    if (found?.uri !== uri) {
      const keys = createRemoteJWKSet(new URL(uri), { timeoutDuration: FETCH_TIMEOUT_MS, [customFetch]: fetchBounded })
      found = { keys, uri, at: now() }
    } else {
      found = { ...found, at: now() }
    }
    return found.keys
  }
  return async (header, token) => {
    if (found === undefined || now() - found.at > DISCOVERY_CACHE_MS) {
      pending ??= discover().finally(() => {
        pending = undefined
      })
      return (await pending)(header, token)
    }
    return found.keys(header, token)
  }
}

async function jwksUri(issuer: string, fetchBounded: FetchImplementation): Promise<string> {
  const response = await fetchBounded(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    headers: new Headers({ accept: 'application/json' }),
    method: 'GET',
    redirect: 'manual',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  })
  const document = (await response.json().catch(() => undefined)) as { readonly issuer?: unknown; readonly jwks_uri?: unknown } | undefined
  if (document?.issuer !== issuer) throw new KeysUnavailable('its openid-configuration names another issuer')
  const uri = typeof document.jwks_uri === 'string' && URL.canParse(document.jwks_uri) ? new URL(document.jwks_uri) : undefined
  if (uri === undefined || (uri.protocol !== 'https:' && !(uri.protocol === 'http:' && isLoopback(uri.hostname)))) {
    throw new KeysUnavailable('its openid-configuration has no https jwks_uri')
  }
  return uri.href
}

/** GET with a bound on time and size and no redirects; a failure is remembered briefly, so that a dead issuer is not asked per login. */
function boundedFetch(now: () => number): FetchImplementation {
  const failures = new Map<string, { readonly at: number; readonly error: KeysUnavailable }>()
  return async (url, options) => {
    const failed = failures.get(url)
    if (failed && now() - failed.at < FAILURE_CACHE_MS) throw failed.error
    try {
      const response = await fetch(url, { ...options, redirect: 'error' })
      if (response.status !== 200) {
        await response.body?.cancel()
        throw new Error(`HTTP ${response.status}`)
      }
      const body = await readBounded(response)
      failures.delete(url)
      return new Response(body, { status: 200, headers: { 'content-type': 'application/json' } })
    } catch (error) {
      const why = error instanceof Error && /^(HTTP \d+|too large)$/.test(error.message) ? error.message : 'no connection'
      const unavailable = new KeysUnavailable(why, { cause: error })
      failures.set(url, { at: now(), error: unavailable })
      throw unavailable
    }
  }
}

async function readBounded(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > MAX_DOCUMENT_BYTES) throw new Error('too large')
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
