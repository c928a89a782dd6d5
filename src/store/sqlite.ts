import type { Store } from './store.ts'
import { openSqlite } from './connection.ts'
import { holdRows } from './hold-rows.ts'
import { identityRows } from './identity-rows.ts'
import { sessionRows } from './session-rows.ts'

/**
 * The store in one SQLite file (`:memory:` for one process only). Several processes may share the file: every
 * change is a conditional UPDATE under SQLite's single writer. A commit is on disk when the call returns.
 */
export function openStore(path: string, options: { readonly busyTimeoutMs?: number } = {}): Store {
  const sqlite = openSqlite(path, options.busyTimeoutMs)
  const sessions = sessionRows(sqlite)
  const rows = { ...holdRows(sqlite), ...sessions.rows, ...identityRows(sqlite) }
  return {
    ...rows,
    get healthy() {
      return sqlite.healthy
    },
    transaction: sqlite.transaction,
    probe: sqlite.probe,
    async backup(destination) {
      await sqlite.database.backup(destination)
    },
    close() {
      sessions.stop()
      sqlite.close()
    },
  }
}
