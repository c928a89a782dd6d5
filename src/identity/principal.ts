import { hash } from 'node:crypto'
import type { ReviewerGroup, TrustConfig } from '../config.ts'
import { GatewayError } from '../errors.ts'
import type { Principal } from '../gateway/command.ts'
import type { IdentityStore } from '../store/store.ts'
import { refused } from './claims.ts'
import { createJwtVerifier } from './oidc.ts'
import { createTokens, isTokenShaped } from './tokens.ts'
import type { IssuedToken } from './tokens.ts'

const MAX_CACHED_JWTS = 10_000
const FAILURES_PER_MINUTE = 30
const FAILURE_WINDOW_MS = 60_000
const MAX_PEERS = 10_000
// A disabled person is noticed at once, a single withdrawn token within this time: that check costs a hash and a read.
const TOKEN_RECHECK_MS = 1_000
const MAX_DIRECTORY = 10_000
const DIRECTORY_MEMORY_MS = 12 * 3_600_000

export interface Authenticator {
  /**
   * Who holds this credential: a Holdpoint token (`hp_...`) or a JWT of a trusted issuer. `peer` is `address:port`.
   * Throws `credential_invalid` with a message that says what is wrong and what to do, never the credential;
   * `store_unavailable` when nobody can tell.
   */
  authenticate(credential: string, peer: string): Promise<Principal>
  /** Exchanges a JWT for a Holdpoint token of at most `ttlMs`. Throws like `authenticate`. */
  exchange(jwt: string, peer: string, ttlMs?: number): Promise<IssuedToken>
  /**
   * Why this principal may do nothing more (expired, disabled, its token withdrawn), or undefined. Asked at every
   * command, with the very object `authenticate` gave. Throws `store_unavailable`.
   */
  current(principal: Principal): string | undefined
  /**
   * What is known today of somebody who signed in before, for the moment a quorum is counted: groups by the last
   * sign-in and the configuration in force. Null for people not seen for twelve hours or since the last start;
   * their approvals count again once they sign in.
   */
  readonly authority: { current(principalId: string): { readonly groups: readonly string[]; readonly disabled: boolean } | null }
  isDisabled(principalId: string): boolean
}

export interface AuthenticatorOptions {
  readonly trust: readonly TrustConfig[]
  readonly reviewers: readonly ReviewerGroup[]
  readonly store: Pick<IdentityStore, 'createToken' | 'checkToken' | 'isDisabled'>
  readonly tokenTtlMs: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const now = options.now ?? Date.now
  const { trust, reviewers, store } = options
  const jwts = createJwtVerifier({ trust, reviewers, now })
  const tokens = createTokens({ trust, reviewers, store, ttlMs: options.tokenTtlMs, now })
  const verified = new Map<string, { readonly principal: Principal; readonly trust: TrustConfig }>()
  const tokenOf = new WeakMap<Principal, { readonly token: string; checkedAt: number }>()
  const failures = createFailureCounter(now)
  const directory = new Map<string, { readonly groups: readonly string[]; readonly assertedAt: number; readonly seenAt: number }>()

  const verifyJwt = async (jwt: string, peer: string) => {
    const key = hash('sha256', jwt, 'hex')
    const cached = verified.get(key)
    if (cached && cached.principal.expiresAt.getTime() > now()) return cached
    verified.delete(key)
    // Signatures cost; a stranger who keeps failing is not served more of them. Holdpoint tokens are not
    // refused here: they cannot be guessed, and an address may be shared by many.
    if (failures.exceeded(peer)) throw refused('too many failed sign-ins from this address; wait a minute')
    const fresh = await jwts.verify(jwt)
    if (verified.size >= MAX_CACHED_JWTS) verified.delete(verified.keys().next().value!)
    verified.set(key, fresh)
    return fresh
  }

  const current = (principal: Principal): string | undefined => {
    if (store.isDisabled(principal.id)) return `${principal.name} is disabled on this gateway; ask its operator`
    const held = tokenOf.get(principal)
    if (held && now() - held.checkedAt >= TOKEN_RECHECK_MS) {
      const fault = tokens.fault(held.token)
      if (fault !== undefined) return fault
      held.checkedAt = now()
    }
    if (principal.expiresAt.getTime() <= now()) return 'the credential of this session has expired; sign in again'
    return undefined
  }

  const accepted = (principal: Principal): void => {
    const fault = current(principal)
    if (fault !== undefined) throw refused(fault)
    if (principal.kind !== 'human') return
    const { iat } = principal.claims
    const assertedAt = typeof iat === 'number' ? iat : 0
    const known = directory.get(principal.id)
    // An older credential that still lives must not bring back a group that its holder has left since.
    const isOlder = known !== undefined && known.assertedAt > assertedAt
    directory.delete(principal.id)
    if (directory.size >= MAX_DIRECTORY) directory.delete(directory.keys().next().value!)
    directory.set(principal.id, { ...(isOlder ? known : { groups: principal.groups, assertedAt }), seenAt: now() })
  }

  const counted = async <T>(peer: string, attempt: () => Promise<T>): Promise<T> => {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'credential_invalid') failures.add(peer)
      throw error
    }
  }

  return {
    authenticate: (credential, peer) =>
      counted(peer, async () => {
        if (credential === '') throw refused('a Holdpoint token or a JWT is needed as credential')
        if (!isTokenShaped(credential)) {
          const { principal } = await verifyJwt(credential, peer)
          accepted(principal)
          return principal
        }
        const principal = tokens.verify(credential)
        tokenOf.set(principal, { token: credential, checkedAt: now() })
        accepted(principal)
        return principal
      }),

    exchange: (jwt, peer, ttlMs) =>
      counted(peer, async () => {
        if (isTokenShaped(jwt)) throw refused('a Holdpoint token is not exchanged for another; present a JWT of a trusted issuer')
        const { principal, trust: entry } = await verifyJwt(jwt, peer)
        accepted(principal)
        return tokens.issue(principal, `exchange at ${entry.name}`, ttlMs)
      }),

    current,
    authority: {
      current(principalId) {
        const known = directory.get(principalId)
        if (known === undefined || now() - known.seenAt > DIRECTORY_MEMORY_MS) return null
        return { groups: known.groups, disabled: store.isDisabled(principalId) }
      },
    },
    isDisabled: (principalId) => store.isDisabled(principalId),
  }
}

/** Failures per address and minute, over a bounded number of addresses. */
function createFailureCounter(now: () => number) {
  const windows = new Map<string, { readonly since: number; count: number }>()
  const addressOf = (peer: string): string => peer.replace(/:\d+$/, '')
  return {
    exceeded(peer: string): boolean {
      const window = windows.get(addressOf(peer))
      return window !== undefined && now() - window.since < FAILURE_WINDOW_MS && window.count >= FAILURES_PER_MINUTE
    },
    add(peer: string): void {
      const address = addressOf(peer)
      const window = windows.get(address)
      if (window && now() - window.since < FAILURE_WINDOW_MS) {
        window.count += 1
        return
      }
      windows.delete(address)
      if (windows.size >= MAX_PEERS) windows.delete(windows.keys().next().value!)
      windows.set(address, { since: now(), count: 1 })
    },
  }
}
