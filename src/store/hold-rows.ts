import type { ChangeRow, HoldChange, HoldFilter, HoldGuard, HoldRow, HoldStore, HoldSummary, PermitRow, ReviewRow, ViewRow } from './store.ts'
import type { Sqlite } from './connection.ts'

const COLUMNS = {
  seq: 'seq', id: 'id', code: 'code', createdAt: 'created_at', expiresAt: 'expires_at', termMs: 'term_ms', decision: 'decision',
  attachment: 'attachment', execution: 'execution', round: 'round', gateway: 'gateway', epoch: 'epoch', sessionId: 'session_id',
  commandId: 'command_id', principalId: 'principal_id', principalJson: 'principal_json', target: 'target', protocol: 'protocol',
  fingerprint: 'fingerprint', digest: 'digest', action: 'action', rule: 'rule', reason: 'reason', mode: 'mode',
  survivesDisconnect: 'survives_disconnect', slotsJson: 'slots_json', policyVersion: 'policy_version', briefingJson: 'briefing_json',
  briefingDigest: 'briefing_digest', briefingSubstance: 'briefing_substance', ceilingJson: 'ceiling_json', settledAt: 'settled_at', cause: 'cause',
  claimedAt: 'claimed_at', forwardedAt: 'forwarded_at', finishedAt: 'finished_at', outcomeJson: 'outcome_json',
} as const satisfies Record<keyof HoldRow, string>

const ALL = Object.keys(COLUMNS) as (keyof HoldRow)[]
const SUMMARY = ALL.filter((key) => key !== 'briefingJson' && key !== 'briefingSubstance' && key !== 'outcomeJson')
const select = (keys: readonly (keyof HoldRow)[]): string => keys.map((key) => `holds.${COLUMNS[key]} AS ${key}`).join(', ')
const SELECT_ALL = `SELECT ${select(ALL)} FROM holds`
const SELECT_SUMMARY = `SELECT ${select(SUMMARY)} FROM holds`
const INSERTED = ALL.filter((key) => key !== 'seq')
const INSERT = `INSERT INTO holds (${INSERTED.map((key) => COLUMNS[key]).join(', ')}) VALUES (${INSERTED.map(() => '?').join(', ')})`

export function holdRows(sqlite: Sqlite): HoldStore {
  return {
    insertHold(hold) {
      const values = hold as Partial<HoldRow>
      sqlite.run(INSERT, ...INSERTED.map((key) => bound(values[key])))
    },
    hold(id) {
      const row = sqlite.one<HoldRow>(`${SELECT_ALL} WHERE id = ?`, id)
      return row === undefined ? null : whole(row)
    },
    changeHold(id, guard, change) {
      const set = conditions(change, ', ')
      const where = guarded(guard)
      return sqlite.run(`UPDATE holds SET ${set.sql} WHERE id = ?${where.sql}`, ...set.values, id, ...where.values) === 1
    },
    listHolds(filter) {
      const { order, limit, before, dueBefore, ...guard } = filter
      const where = guarded(guard)
      const page = before === undefined ? '' : ' AND seq < ?'
      const due = dueBefore === undefined ? '' : ' AND expires_at <= ?'
      const sql = `${SELECT_SUMMARY} WHERE 1 = 1${where.sql}${page}${due} ORDER BY seq ${order === 'oldest' ? 'ASC' : 'DESC'} LIMIT ?`
      const values = [...where.values, ...(before === undefined ? [] : [before]), ...(dueBefore === undefined ? [] : [dueBefore]), limit]
      return sqlite.all<HoldSummary>(sql, ...values).map(whole)
    },
    countHolds(filter) {
      const where = guarded(filter)
      return sqlite.one<{ n: number }>(`SELECT count(*) AS n FROM holds WHERE 1 = 1${where.sql}`, ...where.values)?.n ?? 0
    },
    orphans(seenBefore, limit) {
      const sql = `${SELECT_SUMMARY} LEFT JOIN gateways ON gateways.id = holds.gateway
        WHERE decision IN ('pending','approved') AND execution IN ('none','claimed','forwarded')
          AND (attachment = 'attached' OR execution <> 'none')
          AND (gateways.id IS NULL OR gateways.epoch <> holds.epoch OR gateways.seen_at < ?)
        ORDER BY seq LIMIT ?`
      return sqlite.all<HoldSummary>(sql, seenBefore, limit).map(whole)
    },
    lapsed(now, limit) {
      const sql = `SELECT hold_id AS id FROM permits JOIN holds ON holds.id = hold_id
        WHERE voided_at IS NULL AND consumed_at IS NULL AND not_after <= ? AND decision = 'approved' AND execution = 'none' LIMIT ?`
      return sqlite.all<{ id: string }>(sql, now, limit).map((row) => row.id)
    },

    addReview(review) {
      const sql = `INSERT INTO reviews (hold_id, round, reviewer_id, reviewer_json, choice, briefing_digest, at, note)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hold_id, round, reviewer_id, choice) DO NOTHING`
      return sqlite.run(sql, review.holdId, review.round, review.reviewerId, review.reviewerJson, review.choice, review.briefingDigest, review.at, review.note) === 1
    },
    reviewsOf(holdId) {
      const sql = `SELECT hold_id AS holdId, round, reviewer_id AS reviewerId, reviewer_json AS reviewerJson, choice,
        briefing_digest AS briefingDigest, at, note FROM reviews WHERE hold_id = ? ORDER BY seq`
      return sqlite.all<ReviewRow>(sql, holdId)
    },
    addView(holdId, reviewerId, reviewerName, briefingDigest, at) {
      const sql = `INSERT INTO views (hold_id, reviewer_id, reviewer_name, briefing_digest, first_at, last_at, times) VALUES (?, ?, ?, ?, ?, ?, 1)
        ON CONFLICT (hold_id, reviewer_id, briefing_digest) DO UPDATE SET last_at = excluded.last_at, times = times + 1`
      sqlite.run(sql, holdId, reviewerId, reviewerName, briefingDigest, at, at)
    },
    hasView(holdId, reviewerId, briefingDigest) {
      return sqlite.one('SELECT 1 FROM views WHERE hold_id = ? AND reviewer_id = ? AND briefing_digest = ?', holdId, reviewerId, briefingDigest) !== undefined
    },
    viewsOf(holdId) {
      const sql = `SELECT reviewer_id AS reviewerId, reviewer_name AS reviewerName, briefing_digest AS briefingDigest,
        first_at AS firstAt, last_at AS lastAt, times FROM views WHERE hold_id = ? ORDER BY first_at`
      return sqlite.all<ViewRow>(sql, holdId)
    },

    addPermit(permit) {
      const sql = 'INSERT INTO permits (id, hold_id, fingerprint, not_after, made_at) VALUES (?, ?, ?, ?, ?)'
      sqlite.run(sql, permit.id, permit.holdId, permit.fingerprint, permit.notAfter, permit.madeAt)
    },
    consumePermit(holdId, fingerprint, now, by) {
      const sql = `UPDATE permits SET consumed_at = ?, consumed_by = ?
        WHERE hold_id = ? AND consumed_at IS NULL AND voided_at IS NULL AND not_after > ? AND fingerprint = ?`
      return sqlite.run(sql, now, by, holdId, now, fingerprint) === 1
    },
    voidPermit(holdId, now) {
      sqlite.run('UPDATE permits SET voided_at = ? WHERE hold_id = ? AND voided_at IS NULL', now, holdId)
    },
    livePermit(holdId) {
      const sql = `SELECT id, hold_id AS holdId, fingerprint, not_after AS notAfter, made_at AS madeAt, consumed_at AS consumedAt,
        consumed_by AS consumedBy FROM permits WHERE hold_id = ? AND voided_at IS NULL`
      return sqlite.one<PermitRow>(sql, holdId) ?? null
    },

    addChange(holdId, what, at) {
      sqlite.run('INSERT INTO changes (hold_id, what, at) VALUES (?, ?, ?)', holdId, what, at)
    },
    changesSince(sequence, limit) {
      return sqlite.all<ChangeRow>('SELECT sequence, hold_id AS holdId, what, at FROM changes WHERE sequence > ? ORDER BY sequence LIMIT ?', sequence, limit)
    },
    lastChange() {
      // Not max(sequence): pruning must not take the count back.
      return sqlite.one<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'changes'")?.seq ?? 0
    },
    pruneChanges(keep) {
      sqlite.run('DELETE FROM changes WHERE sequence <= (SELECT max(sequence) FROM changes) - ?', keep)
    },

    beginEpoch(gateway, now) {
      const sql = `INSERT INTO gateways (id, epoch, seen_at) VALUES (?, 1, ?)
        ON CONFLICT (id) DO UPDATE SET epoch = epoch + 1, seen_at = excluded.seen_at RETURNING epoch`
      return sqlite.transaction(() => sqlite.one<{ epoch: number }>(sql, gateway, now)?.epoch ?? 0)
    },
    seen(gateway, epoch, now) {
      return sqlite.run('UPDATE gateways SET seen_at = ? WHERE id = ? AND epoch = ?', now, gateway, epoch) === 1
    },
  }
}

interface Clause {
  readonly sql: string
  readonly values: readonly unknown[]
}

function conditions(change: HoldChange, joiner: string): Clause {
  const keys = (Object.keys(change) as (keyof HoldChange)[]).filter((key) => change[key] !== undefined)
  return { sql: keys.map((key) => `${COLUMNS[key]} = ?`).join(joiner), values: keys.map((key) => bound(change[key])) }
}

/** ` AND column = ?` for every field of the guard; column names come from our own table, never from input. */
function guarded(guard: HoldGuard & Pick<Partial<HoldFilter>, 'target'>): Clause {
  const parts: string[] = []
  const values: unknown[] = []
  for (const [key, wanted] of Object.entries(guard)) {
    if (wanted === undefined) continue
    if (key === 'expiresAfter') {
      parts.push(' AND expires_at > ?')
      values.push(wanted)
    } else {
      const list: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted]
      parts.push(` AND ${COLUMNS[key as keyof HoldRow]} IN (${list.map(() => '?').join(', ')})`)
      values.push(...list)
    }
  }
  return { sql: parts.join(''), values }
}

function bound(value: unknown): unknown {
  if (value === undefined) return null
  return typeof value === 'boolean' ? Number(value) : value
}

function whole<T extends HoldSummary>(row: T): T {
  return { ...row, survivesDisconnect: Boolean(row.survivesDisconnect) }
}
