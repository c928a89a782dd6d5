import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Principal } from '../gateway/command.ts'
import type { Sqlite } from './connection.ts'
import type { IdempotencyStore, IdentityStore, TokenRow } from './store.ts'

const LOOK_AGAIN_MS = 20
const MAX_LOOKED = 10_000
const TOKEN = /^hp_[A-Za-z0-9_-]{43}$/

interface StoredToken {
  readonly id: string
  readonly hash: Uint8Array
  readonly principalId: string
  readonly principalJson: string
  readonly expiresAt: number
  readonly disabledAt: number | null
}

/** Opaque tokens (kept as sha256 only), disabled principals, and the answers to requests that may be repeated. */
export function identityRows(sqlite: Sqlite): IdentityStore & IdempotencyStore {
  // Asked before every command, and a read of the file costs more than all else of its re-check. What this process writes
  // counts at once; what another process writes, at the next look. A store that fails, or a transaction, is always asked.
  const looked = new Map<string, { readonly disabled: boolean; readonly at: number }>()
  const isDisabled = (principalId: string): boolean => {
    const known = sqlite.healthy && !sqlite.database.inTransaction ? looked.get(principalId) : undefined
    if (known !== undefined && performance.now() - known.at < LOOK_AGAIN_MS) return known.disabled
    const disabled = sqlite.one('SELECT 1 FROM disabled_principals WHERE principal_id = ?', principalId) !== undefined
    if (sqlite.database.inTransaction) return disabled
    if (looked.size >= MAX_LOOKED) looked.clear()
    looked.set(principalId, { disabled, at: performance.now() })
    return disabled
  }

  return {
    createToken(principal, label, now) {
      const id = `tk_${randomBytes(8).toString('hex')}`
      const token = `hp_${randomBytes(32).toString('base64url')}`
      const { expiresAt, ...rest } = principal
      const sql = `INSERT INTO tokens (id, hash, principal_id, principal_json, label, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`
      sqlite.run(sql, id, digest(token), principal.id, JSON.stringify(rest), label, now, expiresAt.getTime())
      return { id, token }
    },
    checkToken(token, now) {
      if (!TOKEN.test(token)) return { kind: 'unknown' }
      const presented = digest(token)
      const sql = `SELECT id, hash, principal_id AS principalId, principal_json AS principalJson, expires_at AS expiresAt,
        disabled_at AS disabledAt FROM tokens WHERE hash = ?`
      const row = sqlite.one<StoredToken>(sql, presented)
      if (row === undefined || !timingSafeEqual(row.hash, presented)) return { kind: 'unknown' }
      if (row.disabledAt !== null) return { kind: 'disabled' }
      if (row.expiresAt <= now) return { kind: 'expired' }
      if (isDisabled(row.principalId)) return { kind: 'principal_disabled' }
      const principal = JSON.parse(row.principalJson) as Omit<Principal, 'expiresAt'>
      return { kind: 'valid', tokenId: row.id, principal: { ...principal, expiresAt: new Date(row.expiresAt) } }
    },
    disableToken(id, now) {
      return sqlite.run('UPDATE tokens SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL', now, id) === 1
    },
    listTokens(principalId) {
      const sql = `SELECT id, principal_id AS principalId, label, created_at AS createdAt, expires_at AS expiresAt, disabled_at AS disabledAt FROM tokens`
      if (principalId === undefined) return sqlite.all<TokenRow>(`${sql} ORDER BY created_at, id`)
      return sqlite.all<TokenRow>(`${sql} WHERE principal_id = ? ORDER BY created_at, id`, principalId)
    },
    disablePrincipal(principalId, reason, by, now) {
      const sql = `INSERT INTO disabled_principals (principal_id, reason, disabled_by, at) VALUES (?, ?, ?, ?)
        ON CONFLICT (principal_id) DO NOTHING`
      sqlite.run(sql, principalId, reason, by, now)
      looked.clear()
    },
    enablePrincipal(principalId) {
      looked.clear()
      return sqlite.run('DELETE FROM disabled_principals WHERE principal_id = ?', principalId) === 1
    },
    isDisabled,

    recall(scope, key, requestDigest, now) {
      const sql = `SELECT request_digest AS requestDigest, response_json AS responseJson FROM idempotency_keys
        WHERE scope = ? AND key = ? AND expires_at > ?`
      const row = sqlite.one<{ requestDigest: string; responseJson: string }>(sql, scope, key, now)
      if (row === undefined) return null
      return row.requestDigest === requestDigest ? { responseJson: row.responseJson } : 'conflict'
    },
    remember(scope, key, requestDigest, responseJson, expiresAt, now) {
      sqlite.transaction(() => {
        sqlite.run('DELETE FROM idempotency_keys WHERE expires_at <= ?', now)
        const sql = `INSERT INTO idempotency_keys (scope, key, request_digest, response_json, expires_at) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (scope, key) DO NOTHING`
        sqlite.run(sql, scope, key, requestDigest, responseJson, expiresAt)
      })
    },
  }
}

function digest(token: string): Buffer {
  return Buffer.from(hash('sha256', token, 'buffer'))
}
