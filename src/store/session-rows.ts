import type { SessionRow, SessionStore } from './store.ts'
import type { Sqlite } from './connection.ts'

const FLUSH_INTERVAL_MS = 1_000
const SELECT = `SELECT seq, id, principal_id AS principalId, principal_name AS principalName, target, protocol, peer,
  claimed_json AS claimedJson, opened_at AS openedAt, closed_at AS closedAt, commands, holds FROM sessions`

type StoredSession = Omit<SessionRow, 'claimed'> & { readonly claimedJson: string }

/** The index of sessions. Counters are gathered in memory: a synced commit for every allowed read would cost more than the read. */
export function sessionRows(sqlite: Sqlite): { readonly rows: SessionStore; stop(): void } {
  const counts = new Map<string, { commands: number; holds: number }>()
  // Ends of sessions not written yet: the journal has them, and a synced commit per connection would stop everybody for it.
  const ends = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined

  const write = (id: string): void => {
    const count = counts.get(id)
    if (count === undefined) return
    sqlite.run('UPDATE sessions SET commands = commands + ?, holds = holds + ? WHERE id = ?', count.commands, count.holds, id)
  }
  const flush = (): void => {
    timer = undefined
    if (counts.size === 0 && ends.size === 0) return
    try {
      sqlite.transaction(() => {
        for (const id of counts.keys()) write(id)
        for (const [id, at] of ends) sqlite.run('UPDATE sessions SET closed_at = ? WHERE id = ? AND closed_at IS NULL', at, id)
      })
      counts.clear()
      ends.clear()
    } catch {
      // The counts stay for the next flush; the store's health says what is wrong.
      schedule()
    }
  }
  const schedule = (): void => {
    timer ??= setTimeout(flush, FLUSH_INTERVAL_MS).unref()
  }

  const rows: SessionStore = {
    openSession(session) {
      const sql = `INSERT INTO sessions (id, principal_id, principal_name, target, protocol, peer, claimed_json, opened_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
      const { id, principalId, principalName, target, protocol, peer, claimed, openedAt } = session
      sqlite.run(sql, id, principalId, principalName, target, protocol, peer, JSON.stringify(claimed), openedAt)
    },
    closeSession(id, at) {
      if (!ends.has(id)) ends.set(id, at)
      schedule()
    },
    endOpenSessions: (at) => sqlite.run('UPDATE sessions SET closed_at = max(opened_at, ?) WHERE closed_at IS NULL', at),
    countInSession(id, what) {
      const count = counts.get(id) ?? { commands: 0, holds: 0 }
      count[what] += 1
      counts.set(id, count)
      schedule()
    },
    session(id) {
      const row = sqlite.one<StoredSession>(`${SELECT} WHERE id = ?`, id)
      return row === undefined ? null : withCounts(row)
    },
    listSessions({ cursor, limit, principalId, target }) {
      const wanted: readonly (readonly [string, unknown])[] = [['seq < ?', cursor], ['principal_id = ?', principalId], ['target = ?', target]]
      const used = wanted.filter(([, value]) => value !== undefined)
      const where = used.length === 0 ? '' : `WHERE ${used.map(([sql]) => sql).join(' AND ')}`
      return sqlite.all<StoredSession>(`${SELECT} ${where} ORDER BY seq DESC LIMIT ?`, ...used.map(([, value]) => value), limit).map(withCounts)
    },
  }

  const withCounts = ({ claimedJson, ...row }: StoredSession): SessionRow => {
    const count = counts.get(row.id)
    const claimed = JSON.parse(claimedJson) as Record<string, string>
    return { ...row, closedAt: row.closedAt ?? ends.get(row.id) ?? null, claimed, commands: row.commands + (count?.commands ?? 0), holds: row.holds + (count?.holds ?? 0) }
  }

  return {
    rows,
    stop() {
      clearTimeout(timer)
      flush()
      clearTimeout(timer)
    },
  }
}
