import type { ReviewerGroup, TrustConfig } from '../config.ts'
import type { Principal } from '../gateway/command.ts'
import type { IdentityStore } from '../store/store.ts'
import { principalOf, refused } from './claims.ts'

const PREFIX = 'hp_'
const FAULTS = {
  unknown: 'this Holdpoint token is not known; get a new one with `holdpoint token`',
  expired: 'this Holdpoint token has expired; get a new one with `holdpoint token`',
  disabled: 'this Holdpoint token was disabled; ask the operator of this gateway',
  principal_disabled: 'the holder of this Holdpoint token is disabled on this gateway; ask its operator',
} as const

export interface IssuedToken {
  readonly token: string
  readonly tokenId: string
  /** As its holder will be seen: `expiresAt` is the token's. */
  readonly principal: Principal
}

export interface Tokens {
  /** A new opaque token for a principal whose JWT was just verified; it never outlives that JWT nor the configured life. */
  issue(principal: Principal, label: string, ttlMs?: number): IssuedToken
  /** Whose token this is. Throws `credential_invalid` when it is unknown, expired or disabled. */
  verify(token: string): Principal
  /** Why a token is no good now, or undefined. */
  fault(token: string): string | undefined
}

export interface TokensOptions {
  readonly trust: readonly TrustConfig[]
  readonly reviewers: readonly ReviewerGroup[]
  /** Keeps sha256 of tokens only, and compares them in constant time. */
  readonly store: Pick<IdentityStore, 'createToken' | 'checkToken'>
  readonly ttlMs: number
  readonly now: () => number
}

export function isTokenShaped(credential: string): boolean {
  return credential.startsWith(PREFIX)
}

export function createTokens({ trust, reviewers, store, ttlMs, now }: TokensOptions): Tokens {
  return {
    issue(principal, label, wantedMs = ttlMs) {
      const expiresAt = new Date(Math.min(now() + Math.min(wantedMs, ttlMs), principal.expiresAt.getTime()))
      if (expiresAt.getTime() <= now()) throw refused('the token to exchange has expired; get a new one')
      const holder = { ...principal, expiresAt }
      const { id, token } = store.createToken(holder, label, now())
      return { token, tokenId: id, principal: holder }
    },
    verify(token) {
      const check = store.checkToken(token, now())
      if (check.kind !== 'valid') throw refused(FAULTS[check.kind])
      return derivedAnew(check.principal, trust, reviewers)
    },
    fault(token) {
      const { kind } = store.checkToken(token, now())
      return kind === 'valid' ? undefined : FAULTS[kind]
    },
  }
}

// Of what was kept, only the issuer's own words (the claims) count. Kind, groups and required claims are worked out
// from the configuration in force, so that a reviewer taken out of a group is out although the token still lives.
function derivedAnew(kept: Principal, trust: readonly TrustConfig[], reviewers: readonly ReviewerGroup[]): Principal {
  const { aud } = kept.claims
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  let failure: unknown = refused('the issuer this Holdpoint token came from is no longer trusted here; sign in anew')
  for (const entry of trust) {
    if (entry.issuer !== kept.issuer || !audiences.includes(entry.audience)) continue
    try {
      return principalOf(entry, reviewers, kept.claims, kept.expiresAt)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}
