import { closeSync, openSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { GatewayError } from '../errors.ts'
import { MIGRATIONS } from './migrations/index.ts'

const APPLICATION_ID = 0x48504e54
const PROBE_INTERVAL_MS = 1_000

export type Connection = Database.Database

/** An open file, its health and its prepared statements. */
export interface Sqlite {
  readonly database: Connection
  readonly healthy: boolean
  /** Runs `work`; any failure becomes `store_unavailable` without data in its message. */
  guard<T>(work: () => T): T
  transaction<T>(work: () => T): T
  /** Prepared once per text. The texts are a closed set: values are always bound. */
  all<T>(sql: string, ...values: readonly unknown[]): T[]
  one<T>(sql: string, ...values: readonly unknown[]): T | undefined
  /** Rows changed. */
  run(sql: string, ...values: readonly unknown[]): number
  probe(): void
  close(): void
}

/**
 * Opens (and creates, mode 0600) the file: WAL, every commit synced to disk, foreign keys on. Throws `config_invalid`
 * for a file that is not ours or newer than this program, `store_unavailable` for one that cannot be read whole.
 */
export function openSqlite(path: string, busyTimeoutMs = 2_000): Sqlite {
  const database = open(path, busyTimeoutMs)
  const statements = new Map<string, Database.Statement<unknown[]>>()
  let healthy = true
  let prober: NodeJS.Timeout | undefined

  const prepare = (sql: string): Database.Statement<unknown[]> => {
    let statement = statements.get(sql)
    if (statement === undefined) {
      statement = database.prepare<unknown[]>(sql)
      statements.set(sql, statement)
    }
    return statement
  }

  const failed = (error: unknown): never => {
    if (error instanceof GatewayError || !isDatabaseError(error)) throw error
    // A constraint refuses one row; the store itself still works.
    if (!codeOf(error).startsWith('SQLITE_CONSTRAINT')) becomeUnhealthy()
    throw new GatewayError('store_unavailable', `the store refused (${codeOf(error)})`, { cause: error })
  }

  const becomeUnhealthy = (): void => {
    // A write waits for others' locks and stops this whole process meanwhile: once, and then no more until one got through.
    if (healthy && database.open) database.pragma('busy_timeout = 0')
    healthy = false
    if (prober !== undefined || !database.open) return
    // Nothing is admitted while unhealthy, so nothing else would ever notice that writing works again.
    prober = setInterval(() => {
      try {
        self.probe()
      } catch {
        // Still failing: `healthy` says so.
      }
    }, PROBE_INTERVAL_MS).unref()
  }

  const wrote = (): void => {
    if (!healthy) database.pragma(`busy_timeout = ${busyTimeoutMs}`)
    healthy = true
    clearInterval(prober)
    prober = undefined
  }

  // SQLite goes on with a file that has lost its name. What it writes there is gone at the next start, and another
  // process would meanwhile begin a store of its own: two truths about the same hold.
  const file = path === ':memory:' ? undefined : statSync(path)
  const mustBeInPlace = (): void => {
    const found = file === undefined ? undefined : statSync(path, { throwIfNoEntry: false })
    if (file === undefined || (found?.ino === file.ino && found.dev === file.dev)) return
    becomeUnhealthy()
    throw new GatewayError('store_unavailable', 'the file of the store was moved, deleted or replaced')
  }

  let closed = false
  const self: Sqlite = {
    database,
    get healthy() {
      // Asked for every command: a variable of ours, not a question to the library.
      return healthy && !closed
    },
    guard(work) {
      try {
        return work()
      } catch (error) {
        return failed(error)
      }
    },
    transaction(work) {
      const outermost = !database.inTransaction
      if (outermost) mustBeInPlace()
      const result = self.guard(() => database.transaction(work).immediate())
      if (outermost) wrote()
      return result
    },
    all: <T>(sql: string, ...values: readonly unknown[]) => self.guard(() => prepare(sql).all(...values) as T[]),
    one: <T>(sql: string, ...values: readonly unknown[]) => self.guard(() => prepare(sql).get(...values) as T | undefined),
    run(sql, ...values) {
      if (!database.inTransaction) mustBeInPlace()
      const changed = self.guard(() => prepare(sql).run(...values).changes)
      if (!database.inTransaction) wrote()
      return changed
    },
    probe() {
      self.run('UPDATE probe SET writes = writes + 1 WHERE id = 1')
    },
    close() {
      closed = true
      clearInterval(prober)
      if (database.open) database.close()
    },
  }
  return self
}

function open(path: string, busyTimeoutMs: number): Connection {
  let database: Connection | undefined
  try {
    // Created by us first, so that the file and SQLite's companions (which copy its mode) are never readable by others.
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
    database = new Database(path, { timeout: busyTimeoutMs })
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('foreign_keys = ON')
    database.pragma('trusted_schema = OFF')
    const check = database.pragma('quick_check(1)', { simple: true })
    if (check !== 'ok') throw new GatewayError('store_unavailable', 'the store is damaged: restore it from a backup')
    migrate(database)
    return database
  } catch (error) {
    database?.close()
    if (error instanceof GatewayError) throw error
    throw new GatewayError('store_unavailable', `the store cannot be opened (${codeOf(error)})`, { cause: error })
  }
}

function migrate(database: Connection): void {
  // Exclusive, and the version read inside: two gateways may open a new file at the same moment.
  database
    .transaction(() => {
      const version = Number(database.pragma('user_version', { simple: true }))
      const application = Number(database.pragma('application_id', { simple: true }))
      const tables = Number(database.prepare("SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").pluck().get())
      if (application !== APPLICATION_ID && (version !== 0 || tables !== 0)) {
        throw new GatewayError('config_invalid', 'the store is a database of another program')
      }
      if (version > MIGRATIONS.length) {
        throw new GatewayError('config_invalid', `the store has schema ${version}, this program knows up to ${MIGRATIONS.length}: use the newer program`)
      }
      for (const sql of MIGRATIONS.slice(version)) database.exec(sql)
      database.pragma(`application_id = ${APPLICATION_ID}`)
      database.pragma(`user_version = ${MIGRATIONS.length}`)
    })
    .exclusive()
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
}

/** better-sqlite3 throws a plain TypeError for a closed connection; both mean that there is no store. */
function isDatabaseError(error: unknown): error is Error {
  return error instanceof Database.SqliteError || (error instanceof TypeError && /database connection is not open/.test(error.message))
}
