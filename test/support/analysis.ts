import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Door } from '../../src/protocols/adapter.ts'
import { type Database, type DatabaseTarget, databaseWords, openDatabase } from '../../src/protocols/postgres/database.ts'
import { createParserPool, type ParserPool } from '../../src/protocols/postgres/parser.ts'
import type { RawStatement } from '../../src/protocols/postgres/raw.ts'
import type { AnalysisMethod } from '../../src/protocols/postgres/resolve/analysis.ts'
import { type PostgresServer, startPostgres } from '../../src/quickstart/postgres-server.ts'
import { createGate, type Gate } from './enforcement.ts'

// A real target with a role that may ask and one that agents would have, and databases of the gateway opened there: with its
// real enforcement point, without a client.

export interface AnalysisWorld {
  readonly server: PostgresServer
  readonly superuser: pg.Client
  /** Text of the target's log from now on. */
  logged(): Promise<() => Promise<string>>
  /** As the gateway opens it. `as`: who asks; its own role where absent. */
  open(options?: OpenOptions): Promise<Opened>
  query(sql: string): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

export interface OpenOptions {
  readonly as?: string
  readonly method?: AnalysisMethod
  readonly searchPath?: readonly string[]
  readonly port?: number
  readonly host?: string
}

export interface Opened {
  readonly database: Database
  readonly gate: Gate
  /** The only statement of a text. */
  parse(sql: string): Promise<RawStatement>
  parseAll(sql: string): Promise<readonly RawStatement[]>
}

export const AGENT_ROLE = 'agent_role'

export async function createAnalysisWorld(setup: string, settings: Readonly<Record<string, string>> = {}): Promise<AnalysisWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'holdpoint-analysis-'))
  if (process.getuid?.() === 0) await chmod(directory, 0o711)
  const binaries = process.env['HOLDPOINT_TEST_POSTGRES']
  const server = await startPostgres({ directory: join(directory, 'target'), port: 0, ...(binaries === undefined ? {} : { binaries }), settings: { fsync: 'off', log_min_duration_statement: '0', ...settings } })
  const superuser = new pg.Client({ host: server.host, port: server.port, user: server.superuser, password: server.superPassword, database: 'postgres' })
  const parser: ParserPool = createParserPool({ workers: 1 })
  const undo: (() => unknown)[] = []
  await superuser.connect()
  await superuser.query(`CREATE ROLE ${AGENT_ROLE} LOGIN PASSWORD 'agent'; CREATE ROLE asker LOGIN NOINHERIT PASSWORD 'asker'; GRANT ${AGENT_ROLE} TO asker;
    ALTER ROLE asker SET log_min_messages = 'panic'; CREATE ROLE stranger LOGIN PASSWORD 'stranger'; ALTER ROLE stranger SET log_min_messages = 'panic'`)
  await superuser.query(setup)
  return {
    server, superuser,
    async logged() {
      const before = (await readFile(server.logFile)).length
      return async () => (await readFile(server.logFile)).subarray(before).toString()
    },
    async query(sql) {
      return (await superuser.query(sql)).rows as Record<string, unknown>[]
    },
    async open({ as = AGENT_ROLE, method = 'auto', searchPath = ['public'], port = server.port, host = server.host } = {}) {
      const passwords: Readonly<Record<string, string>> = { [AGENT_ROLE]: 'agent', asker: 'asker', stranger: 'stranger', later: 'later' }
      const target: DatabaseTarget = {
        host, port, tls: { mode: 'disable' }, user: AGENT_ROLE, password: 'agent', searchPath,
        analysis: { user: as, password: passwords[as] ?? '', method },
      }
      const words = databaseWords('t/d', target, 'postgres')
      const gate = await createGate('one', words)
      undo.push(() => gate.close())
      const door = { own: (session: never, word: string) => gate.point.own(session, word), analysis: (session: never, bytes: Uint8Array) => gate.point.analysis(session, bytes) } as unknown as Door
      const database = openDatabase({ key: 't/d', target, words, door, connectTimeoutMs: 5_000, parse: (text) => parser.parse(text), onHealth: () => undefined, onAnalysis: () => undefined })
      undo.push(() => database.stop())
      await database.refresh()
      return {
        database, gate,
        parseAll: async (sql) => parser.parse(Buffer.from(sql)),
        async parse(sql) {
          const [statement] = await parser.parse(Buffer.from(sql))
          if (statement === undefined) throw new Error('there is no statement in it')
          return statement
        },
      }
    },
    async close() {
      for (const step of undo.splice(0).reverse()) await step()
      await parser.close()
      await superuser.end()
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
